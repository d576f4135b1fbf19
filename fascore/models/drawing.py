"""The networks drawn: what they share once, then what each does with the last map. SVG in HTML.

Lines and letters take the page's own colour, so that the drawing reads on light and on dark ground.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from math import log2
from typing import NamedTuple

from fascore.models import CHANNEL, LOGITS, MODELS, SPATIAL
from fascore.models.anatomy import Step
from fascore.models.attention import ChannelAttention, SpatialAttention

# Okabe and Ito's vermilion and green, as tints below letters in the page's colour
TINTS: dict[str, str] = {CHANNEL: "#D55E00", SPATIAL: "#009E73"}
GATES: dict[str, tuple[str, str]] = {
    CHANNEL: ("Channel gate: what?", "feature"),
    SPATIAL: ("Spatial gate: where?", "place"),
}
TILE, PANEL = 84, 240  # px
SLOT, LINE, MAIN = 84, 14, 34  # px: a gate's height, a text line's, where the main line runs
INK = 'stroke="currentColor" fill="none"'
FLEX = "display:flex;flex-wrap:wrap;gap:"


class Gate(NamedTuple):
    """What a gate does: its question, and three lines from what it reads to what it gives."""

    question: str
    lines: tuple[str, str, str]


def networks_drawing(networks: Mapping[str, Sequence[Step]]) -> str:
    """The networks (`anatomy` by name) as one HTML fragment of small SVG pictures that wrap.

    What all begin with alike is drawn once, a tile a step. Then follows a panel a network: its
    gates, with what each does, its numbers, and how many weights it has more than the first.
    """
    shared = _shared(list(networks.values()))
    first = next(iter(networks.values()))
    tiles = "".join(map(_tile, first[:shared]))
    kinds = list(dict.fromkeys(s.kind for n in networks.values() for s in _gates(n[shared:])))
    panels = "".join(
        _panel(name, steps, steps[shared:], kinds, first) for name, steps in networks.items()
    )
    return (
        '<div style="display:grid;gap:1rem">'
        f'<div style="{FLEX}.35rem .2rem">{tiles}</div>'
        f'<div style="display:grid;gap:1rem 1.2rem;'
        f'grid-template-columns:repeat(auto-fit,minmax({PANEL - 20}px,1fr))">{panels}</div></div>'
    )


def gate_of(step: Step) -> Gate:
    """What a gate does, in words and with its own numbers; of another class, its class."""
    height, width, channels = step.shape
    question, unit = GATES[step.kind]
    reads, makes = type(step.layer).__name__, ""
    if isinstance(step.layer, ChannelAttention):
        small = channels // step.layer.reduction
        reads = f"mean, max over {height * width} places"
        makes = f"{channels} → {small} → {channels}, shared"
    elif isinstance(step.layer, SpatialAttention):
        size = step.layer.kernel_size
        reads, makes = f"mean, max over {channels} features", f"one {size} × {size} convolution"
    return Gate(question, (reads, makes, f"a factor for each {unit}"))


def _gates(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step.kind in GATES]


def _shared(networks: Sequence[Sequence[Step]]) -> int:
    """How many steps all networks begin with alike; the verdict is each network's own."""
    count = 0
    for steps in zip(*networks, strict=False):
        if (
            steps[0].name == LOGITS
            or len({(step.name, step.shape, step.weights) for step in steps}) > 1
        ):
            break
        count += 1
    return count


def _tile(step: Step) -> str:
    """A step as a box: as high as its maps, as deep as it has of them, on a logarithmic scale."""
    height, width, channels = step.shape
    side, depth = 10 * log2(height) - 6, 3 * log2(channels)
    left, top = (TILE - side - depth) / 2, 84 - side
    box = (
        f'<path d="M{left:.1f} {top:.1f}h{side:.1f}v{side:.1f}h-{side:.1f}z" '
        'stroke="currentColor" fill="#0072B2" fill-opacity=".22"/>'
        f'<path d="M{left:.1f} {top:.1f}l{depth:.1f} -{depth / 2:.1f}h{side:.1f}l-{depth:.1f} '
        f'{depth / 2:.1f}m{depth:.1f} -{depth / 2:.1f}v{side:.1f}l-{depth:.1f} {depth / 2:.1f}" '
        f"{INK}/>"
    )
    kernel = "" if step.kind == "InputLayer" else _kernel(step)
    weights, multiply_adds = compact(step.weights), compact(step.multiply_adds)
    size = f"{height} × {width} × {channels}"
    lines = (kernel, size, weights, multiply_adds) if kernel else ("the face", size)
    words = f"{step.name}: {size}, {weights} weights, {multiply_adds} multiply-adds"
    return _svg(TILE, 144, words, box + _text(TILE / 2, 98, lines, middle=True))


def _kernel(step: Step) -> str:
    sizes = getattr(step.layer, "kernel_size", None)
    if not isinstance(sizes, tuple):
        return step.kind
    return f"conv {' × '.join(map(str, sizes))}"


def _panel(
    name: str,
    steps: Sequence[Step],
    own: Sequence[Step],
    kinds: Sequence[str],
    first: Sequence[Step],
) -> str:
    """A network's own part: a slot a kind of gate, empty where the network has none."""
    gates = {step.kind: step for step in _gates(own)}
    before, head = steps[-len(own) - 1], steps[-1]
    size = " × ".join(map(str, before.shape))
    parts = [_text(4, 12, (f"last map, {size}",))]
    y = 18
    for kind in kinds:
        parts.append("".join(_gate(y, gates[kind])) if kind in gates else _passes(y))
        y += SLOT
    outputs = f"{head.shape[-1]} numbers → P(spoof)"
    parts.append(_arrow(MAIN, y, 16) + _text(4, y + 30, (outputs,)))
    title = html.escape(MODELS[name].title)
    words = "; ".join([title, *(" ".join(gate_of(g).lines) for g in gates.values()), outputs])
    return (
        f'<div><div style="font-weight:700">{title}</div>'
        f'<div style="font-size:.84rem;min-height:6.4em">{_numbers(steps, first)}</div>'
        f"{_svg(PANEL, y + 36, words, ''.join(parts))}</div>"
    )


def _numbers(steps: Sequence[Step], first: Sequence[Step]) -> str:
    """Weights and multiply-adds of a network, and how many more than the first's, a line each."""
    weights, plain = (sum(step.weights for step in network) for network in (steps, first))
    work, plain_work = _work(steps), _work(first)
    lines = [f"{weights:,} weights", f"{compact(work)} multiply-adds"]
    if weights > plain:
        lines.append(f"+{weights - plain:,} weights ({weights / plain - 1:+.2%})")
        if work is not None and plain_work is not None:
            lines.append(f"+{compact(work - plain_work)} multiply-adds")
    return "<br>".join(lines)


def _gate(y: float, step: Step) -> Iterator[str]:
    """The main line with a product in it, and beside it the gate that gives the factor."""
    question, lines = gate_of(step)
    middle = y + SLOT / 2
    yield (
        f'<rect x="56" y="{y + 4}" width="{PANEL - 57}" height="{SLOT - 10}" rx="5" '
        f'stroke="currentColor" fill="{TINTS[step.kind]}" fill-opacity=".18"/>'
    )
    yield _text(64, y + 18, (question,), bold=True)
    yield _text(64, y + 18 + LINE, lines)
    yield _text(64, y + 18 + 4 * LINE, (f"{step.weights:,} weights",))
    yield _arrow(MAIN, y, SLOT / 2 - 9)
    yield f'<circle cx="{MAIN}" cy="{middle}" r="9" {INK}/>'
    yield _text(MAIN, middle + 4, ("×",), middle=True, bold=True)
    yield f'<path d="M56 {middle}h-13m5 -3.5l-5 3.5l5 3.5" {INK}/>'
    yield f'<path d="M{MAIN} {middle + 9}V{y + SLOT}" {INK}/>'


def _passes(y: float) -> str:
    return f'<path d="M{MAIN} {y}v{SLOT}" {INK} stroke-dasharray="2 3"/>'


def _arrow(x: float, y: float, length: float) -> str:
    return f'<path d="M{x} {y}v{length}m-3.5 -5l3.5 5l3.5 -5" {INK}/>'


def _text(
    x: float, y: float, lines: Sequence[str], *, middle: bool = False, bold: bool = False
) -> str:
    anchor = ' text-anchor="middle"' if middle else ""
    weight = ' font-weight="700"' if bold else ""
    return "".join(
        f'<text x="{x:g}" y="{y + LINE * i:g}" font-size="12" fill="currentColor"'
        f"{anchor}{weight}>{html.escape(line)}</text>"
        for i, line in enumerate(lines)
    )


def _svg(width: int, height: float, words: str, content: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:g}" '
        f'width="{width}" height="{height:g}" style="max-width:100%" role="img" '
        f'aria-label="{html.escape(words)}">{content}</svg>'
    )


def _work(steps: Sequence[Step]) -> int | None:
    """Multiply-adds of all steps; None where one is not counted."""
    counts = [step.multiply_adds for step in steps]
    return None if None in counts else sum(filter(None, counts))


def compact(number: int | None) -> str:
    """A count in three digits at most: 273, 4.74 k, 96 M; None is not counted.

    Examples
    --------
    >>> compact(273), compact(4736), compact(443392), compact(96010240)
    ('273', '4.74 k', '443 k', '96 M')
    """
    if number is None:
        return "uncounted"
    for power, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= power:
            return f"{number / power:.3g}{unit}"
    return str(number)
