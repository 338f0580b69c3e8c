/* Draws precision and recall by threshold; a click on the drawing sets the slider. */
(() => {
  "use strict";
  const place = document.getElementById("curve");
  const slider = document.getElementById("threshold");
  if (!place || !slider || !window.uPlot) return;
  const { thresholds, precision, recall, matches } = JSON.parse(place.dataset.curve);
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const percent = (plot, values) => values.map((value) => `${Math.round(value * 100)} %`);
  const font = `12px ${style.fontFamily}`;
  const line = (label, name) => ({ label, stroke: colour(name), width: 2, spanGaps: true, points: { show: false } });
  const axis = { stroke: colour("--soft"), font, ticks: { width: 1 }, grid: { stroke: colour("--line"), width: 1 } };

  const plot = new uPlot(
    {
      width: place.clientWidth,
      height: 240,
      scales: { x: { time: false }, share: { range: [0, 1] }, rate: { range: (u, low, high) => [0, high] } },
      legend: { show: false },
      series: [
        {},
        { ...line("Precision", "--c0"), scale: "share", width: 3 },
        { ...line("Recall", "--c1"), scale: "share", dash: [8, 4] },
        { ...line("Matches a day", "--soft"), scale: "rate", dash: [2, 4] },
      ],
      axes: [
        axis,
        { ...axis, scale: "share", values: percent, size: 60 },
        { ...axis, scale: "rate", side: 1, grid: { show: false } },
      ],
      hooks: {
        draw: [
          (u) => {
            const x = u.valToPos(Number(slider.value), "x", true);
            u.ctx.save();
            u.ctx.strokeStyle = colour("--ink");
            u.ctx.lineWidth = 2;
            u.ctx.setLineDash([]);
            u.ctx.beginPath();
            u.ctx.moveTo(x, u.bbox.top);
            u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
            u.ctx.stroke();
            u.ctx.restore();
          },
        ],
      },
    },
    [thresholds, precision, recall, matches],
    place,
  );

  slider.addEventListener("input", () => plot.redraw(false));
  plot.over.addEventListener("click", () => {
    slider.value = plot.posToVal(plot.cursor.left, "x");
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
  new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: 240 })).observe(place);
})();
