// Wall time per stage: one small chart per stage, one line per arm.
"use strict";

awd.latency = (() => {
  const STAGES = {
    full: "step with a full query", reuse: "step that reuses", gate: "gate", vision: "vision tower",
    prefix: "prefix prefill", denoise: "flow sampler",
  };

  /** The nearest of 1, 2, 5 times a power of ten below (or above) `value`. */
  const roundTo = (value, isAbove) => {
    const power = 10 ** Math.floor(Math.log10(value));
    const steps = [1, 2, 5, 10].map((step) => step * power);
    return isAbove ? steps.find((step) => step >= value * 0.999) : steps.findLast((step) => step <= value * 1.001);
  };

  const config = (rows, stage) => {
    const data = rows.map((row) => ({ row, latency: row.latency[stage] })).filter(({ latency }) => latency);
    const labels = data.map(({ row }) => awd.cut(row.arm, 24));
    const colour = awd.colour("--accent");
    return {
      type: "scatter",
      data: {
        datasets: [{
          data: data.map(({ latency }, i) => ({ x: latency.p50, y: i, xLow: latency.p50, xHigh: latency.p99, tick: latency.p95 })),
          borderColor: colour, backgroundColor: colour, whiskers: 2.5, pointRadius: 4.5,
        }],
      },
      options: {
        scales: {
          x: {
            type: "logarithmic", min: roundTo(Math.min(...data.map((d) => d.latency.p50)), false),
            max: roundTo(Math.max(...data.map((d) => d.latency.p99)), true),
            ticks: { callback: awd.charts.logTick, maxRotation: 0 },
          },
          y: {
            min: -0.5, max: data.length - 0.5, reverse: true, grid: { display: false },
            afterBuildTicks: (axis) => { axis.ticks = labels.map((_, value) => ({ value })); },
            ticks: { callback: (value) => labels[value], autoSkip: false, color: awd.colour("--ink") },
          },
        },
        plugins: {
          tooltip: {
            callbacks: {
              label: ({ dataIndex }) => {
                const { row, latency } = data[dataIndex];
                return [row.arm, `p50 ${awd.number(latency.p50)} ms, p95 ${awd.number(latency.p95)} ms`,
                  `p99 ${awd.number(latency.p99)} ms, n = ${latency.n}`];
              },
            },
          },
        },
      },
    };
  };

  const show = (parent, scenario) => {
    awd.charts.clear(parent);
    const rows = awd.data.rows.filter((row) => row.scenario === scenario);
    for (const [stage, title] of Object.entries(STAGES)) {
      const count = rows.filter((row) => row.latency[stage]).length;
      if (count === 0) continue;
      parent.append(awd.element("figure", {},
        awd.element("figcaption", {}, title, " ", awd.element("small", { text: "ms" })),
        awd.charts.box(38 + 24 * count, `Wall time of: ${title}; the table below has the numbers.`, () => config(rows, stage))));
    }
    awd.charts.drawIn(parent);
  };

  const start = () => {
    const parent = document.getElementById("latency-charts");
    if (!awd.data.rows.some((row) => Object.keys(row.latency).length > 0)) return;
    const charts = awd.element("div", { class: "charts small" });
    if (awd.scenarios.length > 1) {
      parent.append(awd.element("div", { class: "choice" }, awd.select("Scenario", awd.scenarios, (i) => show(charts, awd.scenarios[i]))));
    }
    parent.append(charts);
    show(charts, awd.scenarios[0]);
  };
  return { start };
})();
