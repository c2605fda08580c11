/* Interactive figures follow the theme of the page, and put the legend below the figure on a narrow screen. */
(() => {
  const CONFIG = {
    responsive: true, displaylogo: false, modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]],
  };
  // Colours of gexlib.plots.style that are too dark on a dark page, and what takes their place.
  const ON_DARK = {
    "#222222": "#e8e8e8", "#4d4d4d": "#d0d0d0", "#263c6b": "#7f9ce6", "#ab0fc1": "#dd74ea",
    "#c8553d": "#f0806a", "#332288": "#8f86f2", "#117733": "#3cab62", "#882255": "#cf5f97", "white": "#2b2b2b",
  };
  const NARROW = 600;
  const GAP = 4;  // pixels between two names in a line

  // Of names of points that cover each other, the first is shown; zooming in brings back the others.
  const thin = (box) => {
    const shown = [];
    box.querySelectorAll(".textpoint text").forEach((text) => {
      const a = text.getBoundingClientRect();
      const apart = (one, other) => one + GAP < other;
      const free = shown.every((b) => (
        apart(a.right, b.left) || apart(b.right, a.left) || a.bottom < b.top || b.bottom < a.top));
      text.style.visibility = free ? "" : "hidden";
      if (free) shown.push(a);
    });
  };

  const draw = (box) => {
    const text = document.getElementById(`${box.id}-data`).textContent;
    if (!text) return;
    const dark = document.documentElement.dataset.theme === "dark";
    const figure = JSON.parse(dark ? text.replace(/"(#[0-9a-f]{6}|white)"/g, (all, c) => `"${ON_DARK[c] ?? c}"`) : text);
    const layout = figure.layout;
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    const narrow = box.clientWidth < NARROW;
    if (narrow) {  // the legend has rows of its own at the bottom, two entries in each at least
      const entries = new Set(figure.data.filter((t) => t.showlegend !== false).map((t) => t.name));
      const room = entries.size ? 30 + 20 * Math.ceil((entries.size + 1) / 2) : 0;
      layout.legend = { ...layout.legend, orientation: "h", x: 0, yref: "container", y: 0, yanchor: "bottom" };
      layout.margin = { ...layout.margin, l: 45, b: layout.margin.b + room };
      layout.height += room;
    }
    box.style.height = `${layout.height}px`;
    box.dataset.narrow = narrow;
    Plotly.react(box, figure.data, layout, CONFIG).then(() => {
      thin(box);
      if (!box.dataset.thinned) box.on("plotly_afterplot", () => thin(box));
      box.dataset.thinned = true;
    });
  };

  window.drawInteractive = draw;  // for figures that other scripts make
  document.addEventListener("DOMContentLoaded", () => {
    const boxes = () => [...document.querySelectorAll(".interactive-figure")];
    const all = () => boxes().forEach(draw);
    all();
    new MutationObserver(all).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    window.addEventListener("resize", () =>
      boxes().filter((box) => (box.dataset.narrow === "true") !== (box.clientWidth < NARROW)).forEach(draw));
  });
})();
