"use strict";
// Draws the figures of the page in the colours of its theme, and again when that changes.
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = () => window.innerWidth < 600;

  const themed = (layout, printing) => {
    const style = getComputedStyle(document.documentElement);
    const ink = printing ? "#1b1f24" : style.getPropertyValue("--ink").trim();
    const line = printing ? "#d0d7de" : style.getPropertyValue("--line").trim();
    const axis = {
      gridcolor: line,
      zerolinecolor: line,
      linecolor: line,
      automargin: true,
    };
    return {
      autosize: true,
      height: narrow() ? 380 : 420,
      ...layout,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, family: "system-ui, sans-serif", size: 13 },
      hoverlabel: { namelength: -1 },
      margin: { l: 48, r: 16, t: 16, b: 48 },
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, traceorder: "normal" },
      showlegend: true,
      xaxis: { ...axis, ...layout.xaxis },
      yaxis: { ...axis, ...layout.yaxis },
    };
  };

  const draw = (printing) => {
    for (const figure of figures) {
      Plotly.react(figure.id, figure.data, themed(figure.layout, printing), {
        responsive: true,
        displayModeBar: false,
      });
    }
  };

  draw(false);
  dark.addEventListener("change", () => draw(false));
  window.addEventListener("beforeprint", () => draw(true));
  window.addEventListener("afterprint", () => draw(false));
})();
