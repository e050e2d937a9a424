// The decision of the present step as text: verdict, reason, age, phase, scores with their limits, times.
"use strict";

awd.panel = (() => {
  const FIRES_BELOW = ["cosine"]; // similarities; every other signal fires above its limit

  const row = (list, title, id) => {
    const value = awd.element("dd", { id });
    list.append(awd.element("dt", { text: title }), value);
    return value;
  };

  const scoreTable = (episode) => {
    const head = awd.element("tr");
    for (const title of ["score", "value", "limit"]) head.append(awd.element("th", { scope: "col", text: title, class: title === "score" ? "text" : "" }));
    const body = awd.element("tbody");
    const rows = episode.signals.map((name) => {
      const value = awd.element("td"), limit = awd.element("td", { text: awd.number(episode.limits[name]) });
      const line = awd.element("tr", { "data-score": name }, awd.element("th", { scope: "row", class: "text", text: awd.words(name) }), value, limit);
      body.append(line);
      return { name, value, line };
    });
    return { table: awd.element("table", {}, awd.element("thead", {}, head), body), rows };
  };

  const isOver = (episode, name, score) => {
    const limit = episode.limits[name];
    if (limit === undefined || score === null) return false;
    return FIRES_BELOW.includes(name) ? score < limit : score > limit;
  };

  const timesText = (episode, step) => {
    const stages = Object.entries(episode.ms).filter(([stage, values]) => stage !== "total" && values[step] > 0);
    const parts = stages.map(([stage, values]) => `${stage} ${awd.number(values[step])}`).join(", ");
    const total = episode.ms.total ? `${awd.number(episode.ms.total[step])} ms` : "–";
    return parts ? `${total} (${parts})` : total;
  };

  const create = (parent) => {
    let episode = null, rows = [];
    const verdict = awd.element("strong", { id: "step-verdict" });
    const outcome = awd.element("span", { class: "outcome" });
    const list = awd.element("dl");
    const reason = row(list, "reason", "step-reason"), age = row(list, "age", "step-age");
    const phase = row(list, "phase", "step-phase"), event = row(list, "change", "step-event");
    const work = row(list, "query work", "step-work"), times = row(list, "policy time", "step-times");
    const scores = awd.element("div");
    parent.append(awd.element("p", { class: "verdict" }, verdict, outcome), list, scores);

    const load = (next) => {
      episode = next;
      outcome.textContent = `episode ${episode.number}: ${episode.success ? "solved" : "failed"} after ${episode.n} steps`;
      const table = scoreTable(episode);
      rows = table.rows;
      scores.replaceChildren(rows.length > 0 ? table.table : awd.element("p", { class: "absent", text: "This gate computes no scores." }));
    };
    const show = (step) => {
      const word = episode.queried[step] ? "recompute" : "reuse";
      const { word: why, group } = episode.reason[step];
      verdict.textContent = word;
      verdict.dataset.verdict = word;
      reason.textContent = why === "reuse" ? "nothing fired" : `${awd.words(why)} (${awd.data.groups[group].title})`;
      reason.dataset.reason = why;
      age.textContent = `${episode.age[step]} steps since the last full query`;
      phase.textContent = episode.phase[step];
      event.textContent = episode.event[step] || "none";
      work.textContent = awd.number(episode.work ? episode.work[step] : Number(episode.queried[step]));
      times.textContent = timesText(episode, step);
      for (const { name, value, line } of rows) {
        const score = episode.scores[name][step];
        value.textContent = awd.number(score);
        line.classList.toggle("over", isOver(episode, name, score));
      }
      return `${word}, ${reason.textContent}`;
    };
    return { load, show };
  };
  return { create };
})();
