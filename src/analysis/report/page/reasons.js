// Reasons of full queries along the episode and per phase, stacked by group, two charts per arm.
"use strict";

awd.reasons = (() => {
  const REUSE = awd.data.groups.findIndex((group) => group.word === "reuse");
  const shown = awd.data.groups.map((_, g) => g).filter((g) => g !== REUSE);
  const percent = (share) => 100 * share;
  /** All phases of the run, so that the charts of all arms line up. */
  const phases = awd.data.phases;

  /** A round number just above the highest stack; `values(g)` are those of group g, %. */
  const top = (values) => {
    const stacks = shown.map(values).reduce((sums, group) => sums.map((sum, i) => sum + group[i]));
    return [5, 10, 20, 50, 100].find((limit) => limit >= Math.max(...stacks) * 0.999) ?? 100;
  };

  const config = (labels, values, x, tooltipTitle) => ({
    type: "bar",
    data: {
      labels,
      datasets: shown.map((g) => ({
        label: awd.data.groups[g].title, data: values(g), stack: "reasons",
        backgroundColor: awd.colour(`--group-${awd.data.groups[g].word}`), ...x.bars,
      })),
    },
    options: {
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, ...x.ticks }, offset: true },
        y: { stacked: true, min: 0, max: top(values), ticks: { stepSize: top(values) / 2, callback: (value) => `${value} %` }, afterFit: (axis) => { axis.width = 52; } },
      },
      plugins: {
        tooltip: {
          filter: (item) => item.raw > 0,
          callbacks: { title: tooltipTitle, label: (item) => `${item.dataset.label}: ${item.raw.toFixed(1)} % of steps` },
        },
      },
    },
  });

  const timelineConfig = (row) => {
    const bins = awd.data.bins;
    const labels = Array.from({ length: bins }, (_, bin) => (100 * bin) / bins);
    const x = {
      bars: { barPercentage: 1, categoryPercentage: 1 },
      ticks: { autoSkip: false, callback: (_, i) => (i % (bins / 4) === 0 ? `${labels[i]} %` : i === bins - 1 ? "100 %" : null) },
    };
    return config(labels, (g) => row.timeline[g].map(percent), x,
      ([item]) => (item ? `${item.label} to ${Number(item.label) + 100 / bins} % of the episode` : ""));
  };

  const phaseConfig = (row) => {
    const x = { bars: { barPercentage: 0.8, categoryPercentage: 0.9 }, ticks: { autoSkip: false } };
    const phaseOf = (name) => row.phases.find((phase) => phase.phase === name);
    return config(phases, (g) => phases.map((name) => percent(phaseOf(name)?.shares[g] ?? 0)), x,
      ([item]) => (item ? `${item.label}: ${phaseOf(item.label)?.steps} steps of ${phaseOf(item.label)?.episodes} episodes` : ""));
  };

  const show = (parent, scenario) => {
    awd.charts.clear(parent);
    for (const row of awd.data.rows.filter((r) => r.scenario === scenario && r.timeline)) {
      parent.append(awd.element("figure", { class: "reason-row" },
        awd.element("figcaption", {}, row.arm, " ", awd.element("small", { text: `n = ${row.episodes} episodes` })),
        awd.charts.box(120, `Reasons of queries of ${row.arm} along the episode`, () => timelineConfig(row)),
        awd.charts.box(120, `Reasons of queries of ${row.arm} per phase; the table below has the numbers.`, () => phaseConfig(row))));
    }
    awd.charts.drawIn(parent);
  };

  const legend = () => awd.element("ul", { class: "legend" }, ...shown.map((g) => awd.element("li", {},
    awd.element("span", { class: "swatch", style: `background:var(--group-${awd.data.groups[g].word})` }), awd.data.groups[g].title)));

  const start = () => {
    const parent = document.getElementById("reason-charts");
    if (!awd.data.rows.some((row) => row.timeline)) return;
    const charts = awd.element("div");
    if (awd.scenarios.length > 1) {
      parent.append(awd.element("div", { class: "choice" }, awd.select("Scenario", awd.scenarios, (i) => show(charts, awd.scenarios[i]))));
    }
    parent.append(legend(), charts);
    show(charts, awd.scenarios[0]);
  };
  return { start };
})();
