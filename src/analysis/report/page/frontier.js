// Success against full queries per step, one chart per scenario, with names at the points that keep off each other.
"use strict";

awd.frontier = (() => {
  const SIZE = 11; // of the names, pixels

  const overlaps = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

  /** A free place for a name of width `w` near (x, y): right, left, above, below, then farther off. */
  const place = (x, y, w, area, taken) => {
    const h = SIZE + 3;
    for (let gap = 8; gap < 90; gap += 8) {
      const places = [
        [x + gap, y - h / 2], [x - gap - w, y - h / 2], [x + gap, y - gap - h], [x - gap - w, y - gap - h],
        [x + gap, y + gap], [x - gap - w, y + gap], [x - w / 2, y - gap - h], [x - w / 2, y + gap],
      ];
      for (const [left, top] of places) {
        const inside = left >= area.left && left + w <= area.right && top >= area.top && top + h <= area.bottom;
        const label = { x: left, y: top, w, h };
        if (inside && !taken.some((other) => overlaps(label, other))) return label;
      }
    }
    return { x: Math.max(area.left, Math.min(x + 8, area.right - w)), y: y - h / 2, w, h };
  };

  const names = {
    id: "names",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart;
      ctx.save();
      ctx.font = `${SIZE}px ${Chart.defaults.font.family}`;
      ctx.textBaseline = "top";
      const points = chart.data.datasets
        .filter((dataset) => dataset.whiskers)
        .flatMap((dataset) => dataset.data.map((point) => ({ ...point, colour: dataset.borderColor })))
        .map((point) => ({ ...point, px: scales.x.getPixelForValue(point.x), py: scales.y.getPixelForValue(point.y) }));
      const taken = points.flatMap(({ px, py, xLow, xHigh, yLow, yHigh }) => [
        { x: px - 5, y: py - 5, w: 10, h: 10 },
        { x: scales.x.getPixelForValue(xLow), y: py - 2, w: scales.x.getPixelForValue(xHigh) - scales.x.getPixelForValue(xLow), h: 4 },
        { x: px - 2, y: scales.y.getPixelForValue(yHigh), w: 4, h: scales.y.getPixelForValue(yLow) - scales.y.getPixelForValue(yHigh) },
      ]);
      for (const { px, py, arm, colour } of points) {
        const text = awd.cut(arm, 34);
        const label = place(px, py, ctx.measureText(text).width, chartArea, taken);
        taken.push(label);
        ctx.strokeStyle = awd.colour("--paper");
        ctx.lineWidth = 3;
        ctx.strokeText(text, label.x, label.y + 1);
        ctx.fillStyle = colour;
        ctx.fillText(text, label.x, label.y + 1);
      }
      ctx.restore();
    },
  };

  const points = (chart, control) =>
    chart.points.filter((p) => p.control === control).map((p) => ({
      x: p.queries.rate, y: 100 * p.success.rate, yLow: 100 * p.success.low, yHigh: 100 * p.success.high,
      xLow: p.queries.low, xHigh: p.queries.high, arm: p.arm,
    }));

  const dataset = (data, colour) => ({
    data, borderColor: colour, backgroundColor: colour, whiskers: 1.4, pointRadius: 4.5, pointHoverRadius: 6,
  });

  const config = (chart) => {
    const fixed = chart.points.filter((p) => p.fixed).sort((a, b) => a.queries.rate - b.queries.rate);
    const line = {
      type: "line", data: fixed.map((p) => ({ x: p.queries.rate, y: 100 * p.success.rate })),
      borderColor: `${awd.colour("--control")}99`, borderWidth: 1.2, pointRadius: 0, pointHitRadius: 0,
    };
    const fewest = Math.min(...chart.points.map((p) => Math.min(p.queries.rate, Math.max(p.queries.low, 0.005))));
    const worst = Math.min(...chart.points.map((p) => p.success.low));
    const share = (s) => `${(100 * s.rate).toFixed(1)} % [${(100 * s.low).toFixed(1)}, ${(100 * s.high).toFixed(1)}]`;
    const find = (arm) => chart.points.find((p) => p.arm === arm);
    return {
      type: "scatter",
      plugins: [names],
      data: { datasets: [dataset(points(chart, true), awd.colour("--control")), dataset(points(chart, false), awd.colour("--gate")), line] },
      options: {
        layout: { padding: { right: 8 } },
        scales: {
          x: {
            type: "logarithmic", min: [0.2, 0.1, 0.05, 0.02, 0.01, 0.005].find((tick) => tick <= fewest) ?? 0.002, max: 1.15,
            title: { display: true, text: "full queries per control step" },
            ticks: { callback: awd.charts.logTick, maxRotation: 0 },
          },
          y: {
            min: Math.max(0, Math.min(60, Math.floor(5 * worst) * 20)), max: 100,
            title: { display: true, text: "success, %" },
          },
        },
        clip: 6,
        plugins: {
          tooltip: {
            filter: (item) => item.datasetIndex < 2,
            callbacks: {
              label: (item) => {
                const p = find(item.raw.arm);
                return [p.arm, `success ${share(p.success)}`,
                  `queries/step ${p.queries.rate.toFixed(3)} [${p.queries.low.toFixed(3)}, ${p.queries.high.toFixed(3)}]`];
              },
            },
          },
        },
      },
    };
  };

  const start = () => {
    const parent = document.getElementById("frontier-charts");
    for (const chart of awd.data.frontier) {
      const label = `Success against full queries per step in ${chart.scenario}; the headline table has the numbers.`;
      parent.append(awd.element("figure", {}, awd.element("figcaption", { text: chart.title }),
        awd.charts.box(360, label, () => config(chart))));
    }
    awd.charts.drawIn(parent);
  };
  return { start };
})();
