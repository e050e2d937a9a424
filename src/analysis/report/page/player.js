// The episode player: which episode, which step, and the keys; video, panel and tracks follow.
"use strict";

awd.player = (() => {
  const BIG_STEP = 10;
  const HINT = "Drag in the signals or the slider; keys in the player: ← → one step, with Shift ten, Home, End, Space plays.";

  /** Selects for scenario, arm, task and trial; `chosen(index of the episode)` is called on every change. */
  const choices = (parent, chosen) => {
    const { episodes, scenarios, arms, tasks } = awd.data.player;
    const levels = [
      { label: "Scenario", key: "scenario", name: (e) => scenarios[e.scenario] },
      { label: "Arm", key: "arm", name: (e) => arms[e.arm] },
      { label: "Task", key: "task", name: (e) => tasks[e.task] },
      { label: "Trial", key: "trial", name: (e) => `${e.trial}: seed ${e.seed}, ${e.success ? "solved" : "failed"}${awd.video.has(e.episode) ? ", video" : ""}` },
    ];
    for (const level of levels) {
      level.select = awd.element("select", { "data-choice": level.key });
      level.select.addEventListener("change", () => change(levels.indexOf(level) + 1));
      const label = awd.element("label", {}, level.label, level.select);
      label.hidden = level.key === "scenario" && scenarios.length === 1;
      parent.append(label);
    }

    /** Fills the selects from level `depth` on with what the choices before them leave; keeps `wanted` where it exists. */
    const fill = (depth, wanted) => {
      let left = episodes;
      levels.forEach((level, d) => {
        if (d >= depth) {
          const names = new Map(left.map((e) => [String(e[level.key]), level.name(e)]));
          level.select.replaceChildren(...[...names].map(([value, text]) => awd.element("option", { value, text })));
          if (names.has(wanted[d])) level.select.value = wanted[d];
        }
        left = left.filter((e) => String(e[level.key]) === level.select.value);
      });
      chosen(episodes.indexOf(left[0]));
    };
    const change = (depth) => fill(depth, levels.map((level) => level.select.value));
    /** Shows an episode by its index. */
    const set = (index) => fill(0, levels.map((level) => String(episodes[index][level.key])));
    return { set };
  };

  /** The episode to begin with: one with a video, the more signals the better. */
  const firstEpisode = () => {
    const interest = (e) => (awd.video.has(e.episode) ? 100 : 0) + Object.keys(e.scores).length + (e.events.length > 0 ? 1 : 0);
    const episodes = awd.data.player.episodes;
    return episodes.reduce((best, e, i) => (interest(e) > interest(episodes[best]) ? i : best), 0);
  };

  const start = () => {
    const player = document.getElementById("player");
    if (awd.data.player.episodes.length === 0) {
      player.append(awd.element("p", { class: "absent", text: "This run keeps no steps.jsonl: there are no steps to play." }));
      return;
    }
    player.setAttribute("role", "group");
    player.setAttribute("aria-label", "Episode player");
    player.tabIndex = 0;

    const screen = awd.element("div", { class: "screen" }), decision = awd.element("div", { class: "decision" });
    const choice = awd.element("div", { class: "choice" }), tracksBox = awd.element("div", { class: "tracks" });
    const button = awd.element("button", { type: "button", id: "play", text: "Play" });
    const slider = awd.element("input", { type: "range", id: "step", min: 0, value: 0, step: 1, "aria-label": "Step" });
    const place = awd.element("output", { for: "step" });
    player.append(choice,
      awd.element("div", { class: "stage" }, awd.element("div", {}, screen, awd.element("div", { class: "controls" }, button, slider, place),
        awd.element("p", { class: "hint", text: HINT })), decision),
      awd.tracks.legend(), tracksBox);

    let episode = null, step = 0;
    const show = (next) => {
      step = Math.max(0, Math.min(episode.n - 1, next));
      tracks.show(step);
      slider.value = step;
      slider.setAttribute("aria-valuetext", `step ${step}: ${panel.show(step)}`);
      place.value = `step ${step} of ${episode.n}, ${(step / 20).toFixed(2)} s`;
      player.dataset.step = step;
    };
    const halt = () => {
      video.stop();
      button.textContent = "Play";
    };
    const go = (next) => {
      halt();
      show(next);
      video.seek(step);
    };
    const toggle = () => {
      if (video.isPlaying()) return go(step);
      if (step === episode.n - 1) go(0);
      button.textContent = "Pause";
      video.play();
    };
    const video = awd.video.create(screen, show, halt);
    const panel = awd.panel.create(decision);
    const tracks = awd.tracks.create(tracksBox, go);

    const load = (index) => {
      halt();
      episode = awd.episode.decode(awd.data.player.episodes[index]);
      slider.max = episode.n - 1;
      player.dataset.episode = episode.number;
      video.load(episode);
      panel.load(episode);
      tracks.load(episode);
      go(0);
    };
    slider.addEventListener("input", () => go(Number(slider.value)));
    button.addEventListener("click", toggle);
    player.addEventListener("keydown", (event) => {
      if (event.target.tagName === "SELECT" || event.ctrlKey || event.altKey || event.metaKey) return;
      const size = event.shiftKey ? BIG_STEP : 1;
      const moves = { ArrowLeft: () => go(step - size), ArrowRight: () => go(step + size), Home: () => go(0), End: () => go(episode.n - 1), " ": toggle };
      if (!moves[event.key] || (event.key === " " && event.target === button)) return;
      event.preventDefault();
      moves[event.key]();
    });
    choices(choice, load).set(firstEpisode());
  };
  return { start };
})();
