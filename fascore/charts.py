"""What charts share: one colour, dash and mark for each network, a layout, and the dark ground."""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

import plotly.graph_objects as go

from fascore.models import MODELS, VARIANTS

INK, GRID_LINE, GREY, GROUND = "#17202A", "#E3E8EE", "#8A94A0", "white"
# Okabe and Ito's colours, told apart with every common colour blindness
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("solid", "dash", "dashdot", "dot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
ON_DARK = {INK: "#FAFAFA", GRID_LINE: "#2C343D", GREY: "#9AA4B0", LINES[-1]: "#FFFFFF"}
TURNED = "#F0E442"  # Okabe and Ito's yellow, which no network has: a verdict that a change turned
# some of the colours are too dark on dark ground, and lighter ones must not meet: the same hues,
# moved as far apart as they go for every eye that tests/fascore/test_charts.py simulates
LIGHTER = {
    "#0072B2": "#2D94D3",
    "#D55E00": "#CD653C",
    "#009E73": "#319F7A",
    "#CC79A7": "#E1A2C2",
    "#E69F00": "#DCA444",
    "#56B4E9": "#82E3FF",
}
SHARES = {"range": [0, 1], "tickformat": ".0%", "dtick": 0.25}  # an axis of shares


class Style(NamedTuple):
    """How a line or a mark is drawn."""

    colour: str
    dash: str
    symbol: str


def style(number: int) -> Style:
    """The style of the first, second, ... thing drawn; no two of forty are alike."""
    return Style(*(kind[number % len(kind)] for kind in (LINES, DASHES, SYMBOLS)))


def network_style(name: str, number: int = len(MODELS)) -> Style:
    """A network's style, the same in every chart, by its place in the registry.

    A name that is not there, of a pair for instance, has the style of its `number` in the chart.

    Examples
    --------
    >>> network_style("cnn")
    Style(colour='#0072B2', dash='solid', symbol='circle')
    """
    return style(list(MODELS).index(name)) if name in MODELS else other_style(number)


def other_style(number: int) -> Style:
    """The style of something that is no network, in a colour that none of the variants has."""
    colours = LINES[len(VARIANTS) :]
    return style(number)._replace(colour=colours[number % len(colours)])


def network_line(name: str) -> dict[str, Any]:
    """A network's line, the same in every chart of curves."""
    return {"color": network_style(name).colour, "dash": network_style(name).dash, "width": 2}


def diagonal(figure: go.Figure) -> None:
    """Adds the line on which both axes have the same value."""
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "dash": "dot", "width": 1},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def laid_out(figure: go.Figure, title: str, x: str, y: str, axis: dict[str, Any]) -> go.Figure:
    """The figure with a title, titles of its axes, what else both have, and its legend below."""
    style = {"color": INK, "gridcolor": GRID_LINE, "zeroline": False, **axis}
    figure.update_layout(
        title={"text": title, "font": {"size": 15}},
        font={"color": INK, "size": 13},
        xaxis={"title": x, **style},
        yaxis={"title": y, **style},
        legend={"orientation": "h", "y": -0.22, "x": 0},
        height=400 + 28 * math.ceil(sum(each.showlegend is not False for each in figure.data) / 2),
        plot_bgcolor=GROUND,
        margin={"l": 10, "r": 30, "t": 60, "b": 10},  # right: half of the last tick's label
    )
    return figure


def on_dark(figure: go.Figure) -> go.Figure:
    """The same chart for dark ground: ink and grid change sides, the ground shows through.

    Examples
    --------
    >>> figure = go.Figure(layout={"font": {"color": INK}, "plot_bgcolor": GROUND})
    >>> dark = on_dark(figure)
    >>> dark.layout.font.color, dark.layout.plot_bgcolor
    ('#FAFAFA', 'rgba(0,0,0,0)')
    """
    text = figure.to_json()
    for before, after in (ON_DARK | LIGHTER).items():
        text = text.replace(f'"{before}"', f'"{after}"')
    dark = go.Figure(json.loads(text))
    return dark.update_layout(plot_bgcolor="rgba(0,0,0,0)", paper_bgcolor="rgba(0,0,0,0)")
