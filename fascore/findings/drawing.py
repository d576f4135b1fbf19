"""What charts of judged explanations are made of: marks with intervals, lines, labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from fascore.charts import GRID_LINE, GROUND, INK, Style
from fascore.explain import method_title
from fascore.findings.measures import definition_of
from fascore.judging.judge import PAIR, SCORE
from fascore.models import model_title
from fascore.scores.score_text import score_against
from fascore.stats.intervals import Interval, interval_text


def model_words(name: str) -> str:
    """A model's title, or those of a pair."""
    return " and ".join(model_title(single) for single in name.split(PAIR))


def method_words(name: str) -> str:
    """A method's title, or those of a pair; "" for none."""
    return " and ".join(method_title(single) for single in name.split(PAIR) if single)


def value_text(value: float, metric: str, threshold: float) -> str:
    """A measure of one image as it is shown; a score stands beside the threshold it is held to.

    Examples
    --------
    >>> value_text(-0.25, "insertion_gain", 0.5), value_text(0.8, "spoof_score", 0.5)
    ('−0.250', '0.800 ≥ 0.500')
    """
    if np.isnan(value):
        return "undefined"
    if metric == SCORE:
        return score_against(value, threshold)
    return f"{value:.3f}".replace("-", "−")


def dots(
    figure: go.Figure,
    style: Style,
    name: str,
    places: Sequence[str],
    intervals: Sequence[Interval | None],
    *,
    floor: float = -np.inf,
    mode: str = "markers",
    across: bool = False,
) -> None:
    """Draws estimates of one thing with their intervals, one at each of `places`.

    None leaves a gap, and `across` puts the values along the horizontal axis. Values below `floor`
    are drawn at it.
    """
    there = [interval or Interval(np.nan, np.nan, np.nan, 0) for interval in intervals]
    middle, low, high = (
        np.maximum([getattr(interval, end) for interval in there], floor)
        for end in ("estimate", "low", "high")
    )
    value, place = ("x", "y") if across else ("y", "x")
    bars = {"array": high - middle, "arrayminus": middle - low, "thickness": 1.6, "width": 4}
    figure.add_scatter(
        **{value: middle, place: list(places), f"error_{value}": bars},
        name=name,
        mode=mode,
        orientation="h" if across else "v",
        offsetgroup=name,
        marker={"color": style.colour, "symbol": style.symbol, "size": 9},
        line={"color": style.colour, "dash": style.dash, "width": 1.5},
        customdata=[
            f"{interval_text(each, digits=3, end_digits=3)}, {each.n:,} images" for each in there
        ],
        hovertemplate=f"%{{{place}}}: %{{customdata}}<extra>%{{fullData.name}}</extra>",
    )


def chance(figure: go.Figure, value: float | None) -> None:
    """A dashed line at the value of a map that says nothing, where there is one."""
    if value is not None:
        figure.add_hline(value, line={"color": INK, "dash": "dash", "width": 1.2})


def titled(metric: str) -> str:
    """A metric's title, and below it which way is better and what the dashed line is."""
    about = definition_of(metric)
    better = {"high": "higher is better", "low": "lower is better", "": ""}[about.better]
    dashed = "" if about.chance is None else "dashed: a map that says nothing"
    note = "; ".join(filter(None, (better, dashed)))
    return about.title + (f"<br><sup>{note}</sup>" if note else "")


def broken(words: str, *joints: str) -> str:
    """A long label on several lines, broken before these words.

    Examples
    --------
    >>> broken("CNN + channel + spatial", "+")
    'CNN<br>+ channel<br>+ spatial'
    """
    for joint in joints:
        words = words.replace(f" {joint} ", f"<br>{joint} ")
    return words


def laid_out(figure: go.Figure, title: str, x: str, y: str, *, height: int = 400) -> go.Figure:
    style: dict[str, Any] = {
        "gridcolor": GRID_LINE, "zeroline": False, "automargin": True,
        "tickfont": {"color": INK, "size": 13},
    }  # fmt: skip
    figure.update_layout(
        title={"text": title, "font": {"size": 15}},
        font={"color": INK, "size": 13},
        xaxis={"title": {"text": x, "font": {"color": INK}}, **style},
        yaxis={"title": {"text": y, "font": {"color": INK}}, **style},
        legend={"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0},
        height=height,
        scattermode="group",
        scattergap=0.35,
        plot_bgcolor=GROUND,
        margin={"l": 10, "r": 10, "t": 50 if title else 12, "b": 110 if x else 90},
    )
    return figure
