"""The strip of scores: each network's P(spoof) in every trial, with its threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fascore.charts import GRID_LINE, INK, TURNED, network_style
from fascore.firmness.trials import Firmness, Trial
from fascore.models import model_title
from fascore.scores.score_text import LOGIT_LIMIT, SCORE_TICKS, logit_axis, score_against

ROW, EDGE = 105, 60  # px, of one network and of all that is around them
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
    figure = make_subplots(
        rows=len(firmness),
        shared_xaxes=True,
        vertical_spacing=0.12 / max(len(firmness), 1),
        subplot_titles=[model_title(name) for name in firmness],
    )
    low, high = _range(list(firmness.values()))
    for row, (name, of_network) in enumerate(firmness.items(), start=1):
        _add_row(figure, row, name, of_network)
        figure.update_yaxes(**_ticks(low, high), row=row, range=[low, high])
    figure.update_annotations(x=0, xanchor="left", font={"size": 13, "color": INK})
    _name_families(figure, next(iter(firmness.values())).trials, row=len(firmness))
    figure.update_xaxes(showgrid=False, zeroline=False, fixedrange=True, color=INK)
    figure.update_yaxes(gridcolor=GRID_LINE, zeroline=False, fixedrange=True, color=INK)
    rows = enumerate(firmness.values(), start=1)
    figure.update_layout(
        # all at once: `add_hline` for each of them took a third of the whole figure's time
        shapes=[line for row, of_network in rows for line in _lines(row, of_network)],
        height=ROW * len(firmness) + EDGE,
        margin={"l": 50, "r": 8, "t": 24, "b": 36},
        showlegend=False,
        hovermode="closest",
        template="plotly_white",
        dragmode=False,
    )
    return figure


def places(tried: Sequence[Trial]) -> np.ndarray:
    """Where each trial stands along the strip: 0, 1, 2, ... with a gap after each family."""
    family = [trial.family for trial in tried]
    starts = [0, *(now != before for before, now in zip(family, family[1:], strict=False))]
    return np.asarray(np.arange(len(tried)) + np.cumsum(starts))


def _add_row(figure: go.Figure, row: int, name: str, of_network: Firmness) -> None:
    """One network's points, its threshold and its score of the picture as given."""
    place, height = places(of_network.trials), logit_axis(of_network.scores)
    style = network_style(name)
    # one line with gaps between families: a trace for each of them takes several times as long
    along = np.arange(place[-1] + 1)
    heights = np.full(len(along), np.nan)
    heights[place] = height
    line = {"color": style.colour, "width": 1}
    figure.add_scatter(
        x=along, y=heights, mode="lines", line=line, hoverinfo="skip", row=row, col=1
    )
    spoof = of_network.scores >= of_network.threshold
    figure.add_scatter(
        x=place,
        y=height,
        mode="markers",
        marker={
            "color": np.where(of_network.turned, TURNED, style.colour),
            "symbol": [OTHER[bool(said)][0] for said in spoof],
            "size": np.where(of_network.turned, 11, 7),
            "line": {"color": INK, "width": np.where(of_network.turned, 1, 0)},
        },
        customdata=[
            (number, f"{trial.words}: {OTHER[bool(said)][1]}", score_against(score, limit))
            for number, (trial, said, score, limit) in enumerate(
                zip(
                    of_network.trials,
                    spoof,
                    of_network.scores.tolist(),
                    [of_network.threshold] * len(spoof),
                    strict=True,
                )
            )
        ],
        meta=name,
        hovertemplate="%{customdata[1]}<br>P(spoof) %{customdata[2]}<extra></extra>",
        row=row,
        col=1,
    )


def _lines(row: int, of_network: Firmness) -> list[dict[str, object]]:
    """A network's threshold and its score of the picture as given, across its row."""
    axis = "" if row == 1 else str(row)
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


def _name_families(figure: go.Figure, tried: Sequence[Trial], *, row: int) -> None:
    """The families' names below the last row."""
    place = places(tried)
    names = list(dict.fromkeys(trial.family for trial in tried))
    middles = [
        float(np.mean([at for at, trial in zip(place, tried, strict=True) if trial.family == name]))
        for name in names
    ]
    words = [name.replace(", ", ",<br>") for name in names]
    figure.update_xaxes(
        tickvals=middles, ticktext=words, tickfont={"size": 11}, tickangle=0, row=row, col=1
    )
