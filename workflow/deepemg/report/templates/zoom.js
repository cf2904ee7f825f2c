// Envelopes that can be zoomed: one plot per muscle on one time axis. Without scripts the pictures stay.
(function () {
  const data = JSON.parse(document.getElementById("envelopes").textContent);
  const place = document.getElementById("zoom");
  const plots = [];
  const colour = place.dataset.colour;
  const show = (value) => (value == null ? "–" : value.toFixed(3));
  let moving = false;

  function together(from, to) {
    moving = true;
    plots.forEach((plot) => plot.setScale("x", { min: from, max: to }));
    moving = false;
  }
  const ends = [data.time_s[0], data.time_s[data.time_s.length - 2]];
  function move(factor, shift) {
    const { min, max } = plots[0].scales.x;
    const width = Math.min((max - min) * factor, ends[1] - ends[0]);
    const middle = (min + max) / 2 + shift * (max - min);
    const from = Math.max(ends[0], Math.min(middle - width / 2, ends[1] - width));
    together(from, from + width);
  }

  const bar = document.createElement("p");
  const buttons = [
    ["zoom in", () => move(0.5, 0)],
    ["zoom out", () => move(2, 0)],
    ["earlier", () => move(1, -0.5)],
    ["later", () => move(1, 0.5)],
    ["all", () => together(...ends)],
  ];
  buttons.forEach(([name, act]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.onclick = act;
    bar.append(button, " ");
  });
  data.trials.forEach((trial) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = trial.name;
    button.onclick = () => together(trial.start, trial.end);
    bar.append(button, " ");
  });
  place.append(bar);

  data.muscles.forEach((muscle, index) => {
    const box = document.createElement("div");
    place.append(box);
    const series = [{ label: "time (s)", value: (_, value) => (value == null ? "–" : value.toFixed(2)) }];
    const values = [data.time_s];
    const bands = [];
    const add = (numbers, look) => {
      if (!numbers) return;
      series.push({ value: (_, value) => show(value), points: { show: false }, ...look });
      values.push(numbers);
    };
    add(muscle.measured, { label: "measured", stroke: "#000", width: 1 });
    add(muscle.upper, { label: "band to", stroke: "transparent" });
    add(muscle.lower, { label: "band from", stroke: "transparent" });
    if (muscle.upper) bands.push({ series: [series.length - 2, series.length - 1], fill: colour + "40" });
    add(muscle.truth, { label: "truth, held out", stroke: "#000", width: 1, dash: [6, 3] });
    add(muscle.mean, { label: "reconstructed", stroke: colour, width: 1.5 });
    const options = {
      title: muscle.label + (muscle.hidden ? " (no electrode)" : " (measured)"),
      width: place.clientWidth,
      height: muscle.hidden ? 220 : 150,
      scales: { x: { time: false }, y: { range: (_, low, high) => [0, Math.max(0.1, high * 1.05)] } },
      axes: [index === data.muscles.length - 1 ? { size: 30, label: "time (s), trials one behind the other", labelSize: 18 } : { size: 30 }, { label: place.dataset.unit, size: 48, labelSize: 20, space: 25 }],
      cursor: { sync: { key: "envelopes" }, drag: { x: true, y: false } },
      legend: { show: muscle.hidden },
      series: series,
      bands: bands,
      hooks: { setScale: [(plot, key) => { if (key === "x" && !moving && plots.length === data.muscles.length) together(plot.scales.x.min, plot.scales.x.max); }] },
    };
    plots.push(new uPlot(options, values, box));
  });
  window.addEventListener("resize", () => plots.forEach((plot) => plot.setSize({ width: place.clientWidth, height: plot.height })));
})();
