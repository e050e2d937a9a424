// The signals of an episode over its steps, one under the other on one time axis, with the cursor of the present step.
"use strict";

awd.tracks = (() => {
  const LEFT = 62, RIGHT = 10; // of the plot inside of a track, pixels; player.css has the same
  const CONTROL_HZ = 20;

  /** Coloured cells of width 1 from step to step, in an SVG that stretches. */
  const cells = (n, spans, className) => awd.svg("svg",
    { viewBox: `0 0 ${n} 1`, preserveAspectRatio: "none", class: className, "aria-hidden": "true" },
    ...spans.map(({ first, end, name }) => awd.svg("rect", { x: first, y: 0, width: end - first, height: 1, class: name })));

  /** Runs of equal words as spans. */
  const runs = (words) => {
    const spans = [];
    words.forEach((name, step) => {
      const last = spans.at(-1);
      if (last && last.name === name) last.end = step + 1;
      else spans.push({ first: step, end: step + 1, name });
    });
    return spans;
  };

  const phaseSpans = (episode) => runs(episode.phase.map((phase) => `phase-${/^[a-z]+$/.test(phase) ? phase : "none"}`));

  const strip = (episode) => {
    const words = awd.element("div", { class: "phase-words" });
    for (const { first, end, name } of runs(episode.phase)) {
      const style = `left:${(100 * first) / episode.n}%;width:${(100 * (end - first)) / episode.n}%`;
      words.append(awd.element("span", { style, title: name, text: name }));
    }
    const reasons = episode.reason.map((reason) => `group-${awd.data.groups[reason.group].word}`);
    const events = episode.events.map(([step]) => awd.svg("polygon", { points: `${step + 0.1},0 ${step + 0.9},0 ${step + 0.5},1`, class: "event-mark" }));
    const marks = cells(episode.n, [], "phases");
    marks.append(...events);
    return awd.element("div", { class: "track strip" }, words, marks, cells(episode.n, runs(reasons), "reasons"));
  };

  const legend = () => awd.element("ul", { class: "legend" },
    ...awd.data.groups.map(({ word, title }) => awd.element("li", {},
      awd.element("span", { class: "swatch", style: `background:var(--group-${word})` }), title)),
    awd.element("li", { text: "▼ the scenario changes something" }));

  const line = (values, colour, width) => ({
    data: values.map((y, step) => ({ x: step + 0.5, y })), borderColor: colour, borderWidth: width, tension: 0,
    pointRadius: (context) => (isLone(values, context.dataIndex) ? 2 : 0), pointBackgroundColor: colour, pointBorderWidth: 0,
  });
  /** A value without neighbours is drawn as a dot: a line would not show it. */
  const isLone = (values, i) => values[i] !== null && (values[i - 1] ?? null) === null && (values[i + 1] ?? null) === null;

  const config = (episode, track) => {
    const colours = [0, 1, 2, 3, 4, 5].map((i) => awd.colour(`--series-${i}`));
    const datasets = track.lines.map((values, i) => line(values, colours[i], i === 0 ? 1.8 : 1));
    const values = track.lines.flat().filter((value) => value !== null);
    const limits = track.limit === undefined ? [] : [track.limit];
    if (track.limit !== undefined) {
      datasets.push({
        data: [{ x: 0, y: track.limit }, { x: episode.n, y: track.limit }], borderColor: awd.colour("--faint"),
        borderDash: [4, 3], borderWidth: 1.2, pointRadius: 0,
      });
    }
    const low = Math.min(...values, ...limits), high = Math.max(...values, ...limits);
    return {
      type: "line",
      data: { datasets },
      options: {
        events: [],
        spanGaps: false,
        layout: { padding: { right: RIGHT, top: 4, bottom: 4 } },
        scales: {
          x: { type: "linear", min: 0, max: episode.n, display: false },
          y: {
            min: low >= 0 && low <= 0.6 * high ? 0 : undefined, max: high <= 0 ? 1 : undefined, grace: "8%", border: { display: false },
            ticks: { maxTicksLimit: 4, font: { size: 11 }, callback: awd.number }, afterFit: (axis) => { axis.width = LEFT; },
          },
        },
        plugins: { tooltip: { enabled: false } },
      },
    };
  };

  /** What is drawn: every score, limited ones first, with its cameras; then age and time. */
  const tracksOf = (episode) => {
    const units = awd.data.player.units;
    const tracks = episode.signals.map((name) => ({
      name: awd.words(name), unit: units[name] ?? "", limit: episode.limits[name],
      lines: [episode.scores[name], ...(episode.cameras[name] ?? []).filter((values) => values)],
      cameras: (episode.cameras[name] ?? []).map((values, c) => (values ? awd.data.player.cameras[c] : null)).filter((c) => c),
    }));
    tracks.push({ name: "age", unit: "steps", lines: [episode.age], cameras: [] });
    if (episode.ms.total) tracks.push({ name: "policy time", unit: "ms", lines: [episode.ms.total], cameras: [] });
    // One camera says what the score says already.
    for (const track of tracks) if (track.lines.length === 2) { track.lines.pop(); track.cameras = []; }
    return tracks;
  };

  const axis = (n) => {
    const holder = awd.element("div", { class: "axis" });
    const every = [5, 10, 20, 50, 100, 200, 500, 1000].find((step) => n / step <= 10) ?? 5000;
    for (let step = 0; step < 0.92 * n; step += every) {
      const text = step === 0 ? "step 0" : `${step}`;
      holder.append(awd.element("span", { style: `left:${(100 * (step + 0.5)) / n}%`, text }));
    }
    holder.append(awd.element("span", { style: "left:100%", text: `${n} (${(n / CONTROL_HZ).toFixed(1)} s)` }));
    return holder;
  };

  /** Fills `parent` with the tracks of `episode`; `scrubbed(step)` is called when the mouse points at a step. */
  const create = (parent, scrubbed) => {
    let episode = null, shown = [], cursor = null;

    const stepAt = (event) => {
      const box = parent.getBoundingClientRect();
      const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
      return Math.max(0, Math.min(episode.n - 1, Math.floor(share * episode.n)));
    };
    // The whole page is listened to while the button is down, so that the mouse may leave the tracks.
    const drag = (event) => scrubbed(stepAt(event));
    const release = () => document.removeEventListener("pointermove", drag);
    parent.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      document.addEventListener("pointermove", drag);
      drag(event);
    });
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, release);

    const load = (next) => {
      episode = next;
      awd.charts.clear(parent);
      cursor = awd.element("div", { class: "cursor" });
      parent.append(awd.element("div", { class: "shade" }, cells(episode.n, phaseSpans(episode), "")), strip(episode));
      shown = tracksOf(episode).map((track) => {
        const value = awd.element("b");
        const name = awd.element("div", { class: "name" }, track.name, " ", value);
        if (track.unit) name.append(` ${track.unit}`);
        if (track.limit !== undefined) name.append(`, limit ${awd.number(track.limit)}`);
        track.cameras.forEach((camera, i) => name.append(awd.element("i", { style: `color:var(--series-${i + 1})`, text: ` – ${camera}` })));
        const box = awd.charts.box(78, `${track.name} over the steps of the episode`, () => config(episode, track));
        box.classList.add("track");
        box.append(name);
        parent.append(box);
        return { value, values: track.lines[0] };
      });
      parent.append(axis(episode.n), cursor);
      awd.charts.drawIn(parent);
    };
    const show = (step) => {
      const share = (step + 0.5) / episode.n;
      cursor.style.left = `calc(${LEFT}px + (100% - ${LEFT + RIGHT}px) * ${share})`;
      cursor.dataset.step = step;
      for (const { value, values } of shown) value.textContent = awd.number(values[step]);
    };
    return { load, show };
  };
  return { create, legend };
})();
