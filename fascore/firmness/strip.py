"""The strip of scores as SVG: each network's P(spoof) in every trial, with its threshold.

It is there with the verdicts: Plotly's chart of the same took a browser a third of a second to
draw, and brought 4 MB of code into a saved page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from fascore.charts import GRID_LINE, INK, LIGHTER, ON_DARK, TURNED, network_style
from fascore.firmness.trials import Firmness, Trial
from fascore.models import model_title
from fascore.scores.score_text import LOGIT_LIMIT, SCORE_TICKS, logit_axis, score_against

LEFT, RIGHT = 7.0, 99.5  # %, where the scores begin and end: as wide as the place is
ROW, TITLE, PLOT = 100, 18, 76  # px: a network's row, down to its scores, and they themselves
NAMES = 34  # px, of the families' names below all
MOST_TICKS = 4  # of a row
DOT, WEDGE = 3.5, 4.5  # px: half as wide as the marks of LIVE and SPOOF
LARGER = 1.6  # times, if the verdict turned


def strip_svg(firmness: Mapping[str, Firmness], *, dark: bool = False) -> str:
    """A row for each network: P(spoof) on a logit axis over all trials, family by family.

    The dashed line is the network's threshold, the dotted one its score of the picture as given. A
    mark has the number of its trial as `data-trial` and what is to be said of it as its title, all
    of a network its name as `data-network`.

    Parameters
    ----------
    firmness : mapping of str to Firmness
        By network; all with trials of the same families.
    dark : bool
        In colours for dark ground.
    """
    axis = _Axis(*_range(list(firmness.values())), _Ground(dark))
    rows = [
        f'<g data-network="{escape(name)}">{"".join(_row(name, of, number * ROW, axis))}</g>'
        for number, (name, of) in enumerate(firmness.items())
    ]
    tried = next(iter(firmness.values())).trials
    names = _families(tried, len(firmness) * ROW, axis.ground.ink)
    words = f"P(spoof) by network in {len(tried)} changes of the picture, with the thresholds"
    return (
        f'<svg class="fs-strip" role="img" aria-label="{words}" width="100%" '
        f'height="{strip_height(len(firmness))}" font-size="11" overflow="visible" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join([*rows, *names])}</svg>'
    )


def strip_height(networks: int) -> int:
    """How high the strip of so many networks is, in pixels."""
    return ROW * networks + NAMES


def places(tried: Sequence[Trial]) -> np.ndarray:
    """Where each trial stands along the strip: 0, 1, 2, ... with a gap after each family."""
    family = [trial.family for trial in tried]
    starts = [0, *(now != before for before, now in zip(family, family[1:], strict=False))]
    return np.asarray(np.arange(len(tried)) + np.cumsum(starts))


@dataclass(frozen=True)
class _Ground:
    """The colours for light or dark ground."""

    dark: bool

    def colour(self, light: str) -> str:
        """A colour of `fascore.charts` on this ground."""
        return (ON_DARK | LIGHTER).get(light, light) if self.dark else light

    @property
    def ink(self) -> str:
        return self.colour(INK)


@dataclass(frozen=True)
class _Axis:
    """The heights of scores, from `low` to `high` on the logit axis, the same in each row."""

    low: float
    high: float
    ground: _Ground

    def down(self, top: float, height: float) -> float:
        """Pixels from the upper edge, in the row that begins at `top`."""
        return round(top + TITLE + PLOT * (self.high - height) / (self.high - self.low), 1)

    def ticks(self) -> list[tuple[float, str]]:
        """At most `MOST_TICKS` of the usual scores, with one half among them: heights, words."""
        height = logit_axis(SCORE_TICKS)
        inside = [i for i in range(len(height)) if self.low <= height[i] <= self.high]
        if len(inside) > MOST_TICKS:
            inside = [i for i in inside if i % 2 == len(height) // 2 % 2]
        return [(float(height[i]), f"{SCORE_TICKS[i]:g}") for i in inside]


def _row(name: str, of_network: Firmness, top: float, axis: _Axis) -> Iterator[str]:
    """One network: its title, the axis, its threshold, the scores of each family, the marks."""
    ground, tried = axis.ground, of_network.trials
    colour, ink = ground.colour(network_style(name).colour), ground.ink
    title = escape(model_title(name))
    yield f'<text x="{LEFT}%" y="{top + 12}" font-size="13" fill="{ink}">{title}</text>'
    for height, words in axis.ticks():
        y = axis.down(top, height)
        yield _line(LEFT, y, RIGHT, y, ground.colour(GRID_LINE))
        yield (
            f'<text x="{LEFT - 0.5}%" y="{y + 3.5}" font-size="10" text-anchor="end" '
            f'fill="{ink}">{words}</text>'
        )
    for dash, score in {"6 4": of_network.threshold, "1.5 3": of_network.given}.items():
        y = axis.down(top, float(logit_axis(score)))
        yield _line(LEFT, y, RIGHT, y, ink, f' stroke-width="1.5" stroke-dasharray="{dash}"')
    across = _across(tried)
    down = [axis.down(top, height) for height in logit_axis(of_network.scores).tolist()]
    for i, (before, now) in enumerate(zip(tried, tried[1:], strict=False)):
        if before.family == now.family:
            yield _line(across[i], down[i], across[i + 1], down[i + 1], colour)
    for number, trial in enumerate(tried):
        score, turned = float(of_network.scores[number]), bool(of_network.turned[number])
        spoof = score >= of_network.threshold
        said = f"{trial.words}: {'SPOOF' if spoof else 'LIVE'}, P(spoof) "
        look = f'fill="{TURNED}" stroke="{INK}"' if turned else f'fill="{colour}"'
        yield (
            f'<svg x="{across[number]}%" y="{down[number]}" overflow="visible" '
            f'data-trial="{number}" {look}>'
            f"<title>{escape(said + score_against(score, of_network.threshold))}</title>"
            f"{_mark(spoof=spoof, size=LARGER if turned else 1)}</svg>"
        )


def _mark(*, spoof: bool, size: float) -> str:
    """A dot for LIVE, a wedge for SPOOF, around the origin."""
    if not spoof:
        return f'<circle r="{DOT * size:g}"/>'
    half = WEDGE * size
    return f'<path d="M0 {-half:g}L{half:g} {0.75 * half:g}H{-half:g}z"/>'


def _families(tried: Sequence[Trial], top: float, ink: str) -> Iterator[str]:
    """The families' names, every second one lower, so that they are apart on a narrow screen."""
    across = _across(tried)
    names = list(dict.fromkeys(trial.family for trial in tried))
    for number, name in enumerate(names):
        inside = [at for at, of in zip(across, tried, strict=True) if of.family == name]
        yield (
            f'<text x="{np.mean(inside):.2f}%" y="{top + 12 + 15 * (number % 2)}" '
            f'text-anchor="middle" fill="{ink}">{escape(name)}</text>'
        )


def _across(tried: Sequence[Trial]) -> np.ndarray:
    """Where each trial stands, in % of the width."""
    place = places(tried)
    return np.asarray(np.round(LEFT + (RIGHT - LEFT) * (place + 0.7) / (place[-1] + 1.4), 2))


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    """A line; x in % of the width, y in pixels."""
    return f'<line x1="{x1}%" y1="{y1}" x2="{x2}%" y2="{y2}" stroke="{colour}"{more}/>'


def _range(all_of: Sequence[Firmness]) -> tuple[float, float]:
    """The ends of the axis, the same for all networks: from the least to the greatest score."""
    shown = np.concatenate([logit_axis(np.r_[of.scores, of.given, of.threshold]) for of in all_of])
    low, high = float(shown.min()), float(shown.max())
    margin = 0.08 * (high - low) + 0.3
    return max(low - margin, -LOGIT_LIMIT - margin), min(high + margin, LOGIT_LIMIT + margin)
