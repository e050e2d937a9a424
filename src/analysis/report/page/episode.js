// Decodes one episode's columns (episode_columns.h) for the player.
"use strict";

awd.episode = (() => {
  const column = (text) => (text === "" ? null : text.split(",").map((value) => (value === "" ? null : Number(value))));
  const columns = (texts) => Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, column(text)]));

  /** One value per step for all but `limits`, `signals` (names, the limited ones first) and the numbers of the episode. */
  const decode = (stored) => {
    const player = awd.data.player;
    const phaseOf = [];
    stored.phases.forEach(([first, phase], i) => {
      const end = i + 1 < stored.phases.length ? stored.phases[i + 1][0] : stored.n;
      for (let step = first; step < end; ++step) phaseOf.push(phase);
    });
    const eventOf = new Array(stored.n).fill("");
    for (const [step, event] of stored.events) eventOf[step] = event;
    const scores = columns(stored.scores);
    const limits = player.limits[player.arms[stored.arm]] ?? {};
    const signals = Object.keys(scores).sort((a, b) => (b in limits) - (a in limits));
    return {
      number: stored.episode, n: stored.n, trial: stored.trial, seed: stored.seed, success: stored.success,
      arm: player.arms[stored.arm], task: player.tasks[stored.task], scenario: player.scenarios[stored.scenario],
      queried: [...stored.queried].map((digit) => digit === "1"),
      reason: [...stored.reason].map((letter) => awd.data.reasons[letter.charCodeAt(0) - 97]),
      phase: phaseOf, phases: stored.phases, event: eventOf, events: stored.events,
      age: column(stored.age), work: stored.work ? column(stored.work) : null,
      scores, limits, signals, ms: columns(stored.ms),
      cameras: Object.fromEntries(Object.entries(stored.cameras).map(([name, texts]) => [name, texts.map(column)])),
    };
  };
  return { decode };
})();
