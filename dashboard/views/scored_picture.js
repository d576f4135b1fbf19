// At a point of the strip of scores: the picture that was scored there, beside the pointer.
// `data.chart` is the key of the chart's element. Each of `data.strips` is the address of one picture
// that holds the one as it is and those of all trials, one below the other; `data.stripOf` says by
// network which of them is its own. A point's trace names its network.
const GAP = 30, SIDE = 160; // px

export default function ({ data, parentElement }) {
  const card = parentElement.querySelector(".card");
  let known = null;

  const hide = () => { card.hidden = true; };
  const show = ({ points: [point], event }) => {
    const strip = point && data.strips[data.stripOf[point.data.meta]];
    if (!strip || !event) return hide();
    card.style.backgroundImage = `url("${strip}")`;
    card.style.backgroundPositionY = `${-SIDE * (1 + point.customdata[0])}px`;
    const left = Math.min(Math.max(event.clientX - SIDE / 2, 4), innerWidth - SIDE - 4);
    const above = event.clientY - GAP - SIDE;
    card.style.left = `${left}px`;
    card.style.top = `${above > 4 ? above : event.clientY + GAP}px`;
    card.hidden = false;
  };
  // the chart may be drawn later than this, and again: it is looked for when the pointer is on it
  const listeners = { plotly_hover: show, plotly_click: show, plotly_unhover: hide }; // touch: click
  const listen = (does) => Object.entries(listeners).forEach(([name, call]) => does(name, call));
  const attach = ({ target }) => {
    const plot = target.closest?.(`.st-key-${data.chart} .js-plotly-plot`);
    if (!plot || plot === known) return;
    known = plot;
    listen((name, call) => plot.on(name, call));
  };
  const leave = ({ target }) => { if (!known?.contains(target)) hide(); };

  document.addEventListener("pointerover", attach, true);
  document.addEventListener("pointerdown", leave, true);
  document.addEventListener("scroll", hide, true);
  return () => {
    if (known) listen((name, call) => known.removeListener(name, call));
    document.removeEventListener("pointerover", attach, true);
    document.removeEventListener("pointerdown", leave, true);
    document.removeEventListener("scroll", hide, true);
  };
}
