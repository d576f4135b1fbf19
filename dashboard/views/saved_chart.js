// Two buttons that save a chart, with where its numbers are from written under its title.
// `data.chart` is the key of the chart's element, `data.file` the name without its ending,
// `data.title` that of a chart without one of its own, `data.lines` what is said of the numbers.
const LINE = 16, TITLE = 24, SIGN = 6, EDGE = 22; // px: a line, the title, a sign's width, above all
const FONT = "Arial, Helvetica, sans-serif";
const NARROW = 640; // px; a saved chart is no narrower

/** The lines, broken where they are longer than a picture of this width. */
function wrapped(lines, width) {
  const room = Math.floor((width - 30) / SIGN);
  const parts = new RegExp(`\\S.{0,${room}}(?=\\s|$)|\\S+`, "g");
  return lines.flatMap((line) => line.match(parts));
}

/** The chart's layout with the lines under its title, and room for them. */
function described(plot, title, lines, width) {
  const layout = plot.layout, margin = layout.margin ?? {};
  const own = layout.title?.text ?? "";
  const rows = own.split(/<br>/).length;
  const extra = LINE * lines.length + EDGE + (own ? 0 : TITLE);
  const small = lines.map((line) => line.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt()};`));
  return {
    ...layout,
    width,
    height: plot._fullLayout.height + extra,
    autosize: false,
    margin: { ...margin, t: Math.max(margin.t ?? 0, TITLE * rows) + extra },
    title: {
      ...layout.title,
      text: [own || title, ...small.map((line) => `<span style="font-size:11px">${line}</span>`)]
        .join("<br>"),
      font: { size: 15, ...layout.title?.font, family: FONT },
      x: 0.01, xanchor: "left", y: 1, yref: "container", yanchor: "top", pad: { t: EDGE },
    },
    // the page's own font is not in the picture, and another one is wider than what was measured
    font: { ...layout.font, family: FONT },
    legend: { ...layout.legend, font: { ...layout.legend?.font, family: FONT } },
    // on dark ground the page shows through
    paper_bgcolor: getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor,
  };
}

export default function ({ data, parentElement }) {
  const save = (format) => {
    const plot = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    const button = plot?.querySelector(".modebar-btn");
    if (!button) return;
    const shown = plot.layout, width = Math.max(plot._fullLayout.width, NARROW);
    const lines = wrapped([...data.lines, `Saved ${new Date().toISOString().slice(0, 19)}+00:00`], width);
    const layout = described(plot, data.title, lines, width);
    const { height } = layout, scale = format === "png" ? 2 : 1;
    plot._context.toImageButtonOptions = { format, filename: data.file, width, height, scale };
    // Plotly copies the layout as it is at the click
    plot.layout = layout;
    button.click();
    plot.layout = shown;
  };
  for (const button of parentElement.querySelectorAll("button")) {
    button.onclick = () => save(button.dataset.format);
  }
}
