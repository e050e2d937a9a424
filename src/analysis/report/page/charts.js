// Chart.js as this page uses it: no animation, colours of the theme, boxes of fixed height, intervals as whiskers.
"use strict";

awd.charts = (() => {
  const live = new Map(); // canvas -> {chart, config}

  /** Draws whiskers from `low` to `high` behind the points of datasets with `whiskers`; a tick at `tick`. */
  const whiskers = {
    id: "whiskers",
    beforeDatasetsDraw(chart) {
      const { ctx, scales } = chart;
      const line = (x0, y0, x1, y1) => {
        ctx.beginPath();
        ctx.moveTo(x0, y0);
        ctx.lineTo(x1, y1);
        ctx.stroke();
      };
      chart.data.datasets.forEach((dataset, d) => {
        if (!dataset.whiskers) return;
        ctx.save();
        ctx.strokeStyle = dataset.borderColor;
        chart.getDatasetMeta(d).data.forEach(({ x, y }, i) => {
          const point = dataset.data[i];
          ctx.globalAlpha = 0.75;
          ctx.lineWidth = dataset.whiskers;
          if (point.yLow !== undefined) line(x, scales.y.getPixelForValue(point.yLow), x, scales.y.getPixelForValue(point.yHigh));
          if (point.xLow !== undefined) line(scales.x.getPixelForValue(point.xLow), y, scales.x.getPixelForValue(point.xHigh), y);
          ctx.globalAlpha = 1;
          ctx.lineWidth = 2;
          if (point.tick === undefined) return;
          const at = scales.x.getPixelForValue(point.tick);
          line(at, y - 5, at, y + 5);
        });
        ctx.restore();
      });
    },
  };
  Chart.register(whiskers);

  const useTheme = () => {
    Chart.defaults.animation = false;
    Chart.defaults.responsive = true;
    Chart.defaults.maintainAspectRatio = false;
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 12;
    Chart.defaults.color = awd.colour("--faint");
    Chart.defaults.borderColor = awd.colour("--line");
    Chart.defaults.plugins.legend.display = false;
  };

  const draw = (canvas) => {
    const entry = live.get(canvas);
    entry.chart?.destroy();
    entry.chart = new Chart(canvas, entry.config());
  };

  /** A box of `height` pixels with a chart. `config()` is asked again whenever the theme changes. */
  const box = (height, label, config) => {
    const canvas = awd.element("canvas", { role: "img", "aria-label": label });
    const holder = awd.element("div", { class: "canvas", style: `height:${height}px` }, canvas);
    live.set(canvas, { config });
    return holder;
  };
  /** Draws the charts inside of `parent`, which must be on the page. */
  const drawIn = (parent) => {
    useTheme();
    for (const canvas of parent.querySelectorAll("canvas")) if (live.has(canvas)) draw(canvas);
  };
  /** Takes everything out of `parent`. */
  const clear = (parent) => {
    for (const canvas of parent.querySelectorAll("canvas")) {
      live.get(canvas)?.chart?.destroy();
      live.delete(canvas);
    }
    parent.replaceChildren();
  };

  awd.theme.onChange(() => {
    useTheme();
    for (const [canvas, { chart }] of live) if (chart) draw(canvas);
  });
  // Boxes get their size on paper before the page is laid out for it.
  addEventListener("beforeprint", () => live.forEach(({ chart }) => chart?.resize()));

  /** Ticks of a logarithmic axis: 1, 2, 5 and their tenfolds. */
  const logTick = (value) => {
    const lead = Number(value.toExponential().split("e")[0]);
    return lead === 1 || lead === 2 || lead === 5 ? awd.number(value) : null;
  };
  return { box, drawIn, clear, logTick };
})();
