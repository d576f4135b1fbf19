// Two buttons that save a chart, with where its numbers are from written under its title.
// `data.chart` is the key of the chart's element, `data.file` the name without its ending,
// `data.title` that of a chart without one of its own, `data.lines` what is said of the numbers.
const LINE = 16, TITLE = 24, SIGN = 6, EDGE = 22; // px: a line, the title, a sign's width, above all
const FONT = "Arial, Helvetica, sans-serif";
const NARROW = 640; // px; a saved chart is no narrower
const SHARP = 2; // pixels of a PNG for each px

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

/** Saves one of Plotly's charts with the lines under its title. */
function saveChart(plot, { data, format, linesFor }) {
  const button = plot.querySelector(".modebar-btn");
  if (!button) return;
  const shown = plot.layout, width = Math.max(plot._fullLayout.width, NARROW);
  const layout = described(plot, data.title, linesFor(width), width);
  const { height } = layout, scale = format === "png" ? SHARP : 1;
  plot._context.toImageButtonOptions = { format, filename: data.file, width, height, scale };
  // Plotly copies the layout as it is at the click
  plot.layout = layout;
  button.click();
  plot.layout = shown;
}

/** The SVG drawing below its title and the lines, on the page's ground. */
function headed(drawing, title, lines, width) {
  const { height } = drawing.getBoundingClientRect(), top = EDGE + TITLE + LINE * lines.length;
  const element = (name, attributes, ...inside) => {
    const made = document.createElementNS(drawing.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const page = getComputedStyle(document.querySelector('[data-testid="stApp"]'));
  const copy = drawing.cloneNode(true);
  for (const [key, value] of Object.entries({ y: top, width, height })) copy.setAttribute(key, value);
  const said = [title, ...lines].map((line, number) => element("text", {
    x: 8, y: EDGE + LINE * number, "font-size": number ? 11 : 15, fill: page.color,
  }, line));
  return element("svg", { width, height: top + height, "font-family": FONT },
    element("rect", { width: "100%", height: "100%", fill: page.backgroundColor }), ...said, copy);
}

/** Saves an SVG drawing with the lines under its title. */
async function saveDrawing(drawing, { data, format, linesFor }) {
  const width = Math.max(drawing.getBoundingClientRect().width, NARROW);
  const whole = headed(drawing, data.title, linesFor(width), width);
  const text = new XMLSerializer().serializeToString(whole);
  let address = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  if (format === "png") {
    const picture = new Image(), canvas = document.createElement("canvas");
    picture.src = address;
    await picture.decode();
    canvas.width = SHARP * picture.width;
    canvas.height = SHARP * picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    address = canvas.toDataURL("image/png");
  }
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: `${data.file}.${format}` }).click();
}

export default function ({ data, parentElement }) {
  const linesFor = (width) =>
    wrapped([...data.lines, `Saved ${new Date().toISOString().slice(0, 19)}+00:00`], width);
  const save = (format) => {
    const shown = document.querySelector(`.st-key-${data.chart} :is(.js-plotly-plot, svg.fs-strip)`);
    if (shown) (shown.matches("svg") ? saveDrawing : saveChart)(shown, { data, format, linesFor });
  };
  for (const button of parentElement.querySelectorAll("button")) {
    button.onclick = () => save(button.dataset.format);
  }
}
