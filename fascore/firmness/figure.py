"""The strip of scores: each network's P(spoof) in every trial, with its threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from fascore.charts import GRID_LINE, INK, TURNED, network_style
from fascore.firmness.trials import Firmness, Trial
from fascore.models import model_title
from fascore.scores.score_text import LOGIT_LIMIT, SCORE_TICKS, logit_axis, score_against

ROW, EDGE = 105, 60  # px, of one network and of all that is around them
SPACING = 0.12  # between two rows, as a share of a row's part of the figure
MOST_TICKS = 4  # of a row
OTHER = {False: ("circle", "LIVE"), True: ("triangle-up", "SPOOF")}


def firmness_figure(firmness: Mapping[str, Firmness]) -> go.Figure:
    """A row for each network: P(spoof) on a logit axis over all trials, family by family.

    The dashed line is the network's threshold, the dotted one its score of the picture as given.
    A point's `customdata` is the number of its trial, then what is shown at the pointer; the `meta`
    of its trace is its network.

    Parameters
    ----------
    firmness : mapping of str to Firmness
        By network; all with trials of the same families.
    """
    # plain dictionaries, checked once: `make_subplots` and updates of axes took four times as long
    low, high = _range(list(firmness.values()))
    rows = list(enumerate(firmness.items(), start=1))
    layout = {
        "shapes": [line for row, (_, of_network) in rows for line in _lines(row, of_network)],
        "annotations": [_title(name, row, of=len(rows)) for row, (name, _) in rows],
        "height": figure_height(len(rows)),
        "margin": {"l": 50, "r": 8, "t": 24, "b": 36},
        "showlegend": False,
        "hovermode": "closest",
        "template": "plotly_white",
        "dragmode": False,
    }
    for row, (_, of_network) in rows:
        names = _families(of_network.trials) if row == len(rows) else _without_names(len(rows))
        layout[f"xaxis{_number(row)}"] = _axis(row, "y") | {"showgrid": False} | names
        heights = {"domain": _domain(row, of=len(rows)), "range": [low, high]}
        own = {"gridcolor": GRID_LINE, **heights, **_ticks(low, high)}
        layout[f"yaxis{_number(row)}"] = _axis(row, "x") | own
    traces = [trace for row, (name, of) in rows for trace in _row(row, name, of)]
    return go.Figure({"data": traces, "layout": layout})


def figure_height(networks: int) -> int:
    """How high the figure of so many networks is, in pixels."""
    return ROW * networks + EDGE


def places(tried: Sequence[Trial]) -> np.ndarray:
    """Where each trial stands along the strip: 0, 1, 2, ... with a gap after each family."""
    family = [trial.family for trial in tried]
    starts = [0, *(now != before for before, now in zip(family, family[1:], strict=False))]
    return np.asarray(np.arange(len(tried)) + np.cumsum(starts))


def _row(row: int, name: str, of_network: Firmness) -> list[dict[str, object]]:
    """One network's scores: a line through each family's, and the points."""
    place, height = places(of_network.trials), logit_axis(of_network.scores)
    style, number = network_style(name), _number(row)
    # one line with gaps between families: a trace for each of them takes several times as long
    along = np.arange(place[-1] + 1)
    heights = np.full(len(along), np.nan)
    heights[place] = height
    limit = of_network.threshold
    spoof = of_network.scores >= limit
    axes = {"type": "scatter", "xaxis": f"x{number}", "yaxis": f"y{number}"}
    line = {"mode": "lines", "line": {"color": style.colour, "width": 1}, "hoverinfo": "skip"}
    points = {
        "mode": "markers",
        "marker": {
            "color": np.where(of_network.turned, TURNED, style.colour),
            "symbol": [OTHER[bool(said)][0] for said in spoof],
            "size": np.where(of_network.turned, 11, 7),
            "line": {"color": INK, "width": np.where(of_network.turned, 1, 0)},
        },
        "customdata": [
            (i, f"{trial.words}: {OTHER[bool(said)][1]}", score_against(score, limit))
            for i, (trial, said, score) in enumerate(
                zip(of_network.trials, spoof, of_network.scores.tolist(), strict=True)
            )
        ],
        "meta": name,
        "hovertemplate": "%{customdata[1]}<br>P(spoof) %{customdata[2]}<extra></extra>",
    }
    return [{**axes, "x": along, "y": heights, **line}, {**axes, "x": place, "y": height, **points}]


def _number(row: int) -> str:
    """How Plotly's names of axes end: those of the first row with nothing."""
    return "" if row == 1 else str(row)


def _domain(row: int, *, of: int) -> tuple[float, float]:
    """The lower and the upper end of one of so many rows, as shares of the figure's height."""
    side = (1 - SPACING * (of - 1) / of) / of
    top = 1 - (row - 1) * (side + SPACING / of)
    return max(top - side, 0.0), top


def _axis(row: int, across: str) -> dict[str, object]:
    """What both axes of a row have; `across` is the letter of the other one."""
    anchor = f"{across}{_number(row)}"
    return {"anchor": anchor, "zeroline": False, "fixedrange": True, "color": INK}


def _title(name: str, row: int, *, of: int) -> dict[str, object]:
    """A network's title, above its row."""
    corner = {"x": 0, "xanchor": "left", "y": _domain(row, of=of)[1], "yanchor": "bottom"}
    font = {"size": 13, "color": INK}
    paper = {"xref": "paper", "yref": "paper", "showarrow": False}
    return {"text": model_title(name), "font": font, **corner, **paper}


def _lines(row: int, of_network: Firmness) -> list[dict[str, object]]:
    """A network's threshold and its score of the picture as given, across its row."""
    axis = _number(row)
    ends = {"type": "line", "xref": f"x{axis} domain", "x0": 0, "x1": 1, "yref": f"y{axis}"}
    return [
        {**ends, "y0": height, "y1": height, "line": {"dash": dash, "width": 1.5, "color": INK}}
        for dash, score in {"dash": of_network.threshold, "dot": of_network.given}.items()
        for height in [float(logit_axis(score))]
    ]


def _range(all_of: Sequence[Firmness]) -> tuple[float, float]:
    """The ends of the axis, the same for all networks: from the least to the greatest score."""
    shown = np.concatenate([logit_axis(np.r_[of.scores, of.given, of.threshold]) for of in all_of])
    low, high = float(shown.min()), float(shown.max())
    margin = 0.08 * (high - low) + 0.3
    return max(low - margin, -LOGIT_LIMIT - margin), min(high + margin, LOGIT_LIMIT + margin)


def _ticks(low: float, high: float) -> dict[str, object]:
    """At most `MOST_TICKS` of the usual scores, with one half among them."""
    height = logit_axis(SCORE_TICKS)
    inside = [i for i in range(len(height)) if low <= height[i] <= high]
    if len(inside) > MOST_TICKS:
        inside = [i for i in inside if i % 2 == len(height) // 2 % 2]
    return {
        "tickvals": height[inside].tolist(),
        "ticktext": [f"{SCORE_TICKS[i]:g}" for i in inside],
        "tickfont": {"size": 10},
    }


def _families(tried: Sequence[Trial]) -> dict[str, object]:
    """The families' names, below the last row."""
    place = places(tried)
    names = list(dict.fromkeys(trial.family for trial in tried))
    middles = [
        float(np.mean([at for at, trial in zip(place, tried, strict=True) if trial.family == name]))
        for name in names
    ]
    words = [name.replace(", ", ",<br>") for name in names]
    return {"tickvals": middles, "ticktext": words, "tickfont": {"size": 11}, "tickangle": 0}


def _without_names(last: int) -> dict[str, object]:
    """An axis whose places are those of the last row's, which has the names."""
    return {"matches": f"x{last}", "showticklabels": False}
