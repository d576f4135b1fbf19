// At a point of the strip of scores: the picture that was scored there, beside the pointer.
// `data.strip` is the key of the container that holds the strip. Each of `data.pictures` is the address
// of one picture that holds the one as it is and those of all trials, one below the other;
// `data.picturesOf` says by network which of them is its own.
const GAP = 30, SIDE = 160, NEAR = 20; // px; no point further from the pointer is meant

/** The mark of the strip that is nearest to the pointer, if one is near. */
function nearest(strip, { clientX, clientY }) {
  let found = null, least = NEAR;
  for (const mark of strip.querySelectorAll("[data-trial]")) {
    const { left, right, top, bottom } = mark.lastElementChild.getBoundingClientRect();
    const away = Math.hypot(clientX - (left + right) / 2, clientY - (top + bottom) / 2);
    if (away < least) [found, least] = [mark, away];
  }
  return found;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const card = parentElement.querySelector(".card");
  const picture = card.querySelector(".picture"), words = card.querySelector(".words");

  const hide = () => { card.hidden = true; };
  const marked = (event) => {
    // the strip may be drawn later than this, and again: it is looked for when the pointer is on it
    const strip = event.target.closest?.(`.st-key-${data.strip} .fs-strip`);
    return strip && nearest(strip, event);
  };
  const show = (event) => {
    const mark = marked(event);
    if (!mark) return hide();
    const row = data.picturesOf[mark.closest("[data-network]").dataset.network];
    picture.style.backgroundImage = `url("${data.pictures[row]}")`;
    picture.style.backgroundPositionY = `${-SIDE * (1 + Number(mark.dataset.trial))}px`;
    words.textContent = mark.querySelector("title").textContent;
    card.hidden = false;
    const height = card.offsetHeight;
    const left = Math.min(Math.max(event.clientX - SIDE / 2, 4), innerWidth - SIDE - 8);
    const above = event.clientY - GAP - height;
    card.style.left = `${left}px`;
    card.style.top = `${above > 4 ? above : event.clientY + GAP}px`;
  };
  const pick = (event) => {
    const mark = marked(event);
    if (mark) setTriggerValue("picked", Number(mark.dataset.trial));
  };

  // by touch: what is pressed is shown until something else is
  const listeners = { pointermove: show, pointerdown: show, click: pick, scroll: hide };
  for (const [name, call] of Object.entries(listeners)) document.addEventListener(name, call, true);
  return () => {
    for (const [name, call] of Object.entries(listeners)) document.removeEventListener(name, call, true);
  };
}
