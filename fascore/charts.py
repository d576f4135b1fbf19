"""What charts share: one colour, dash and mark for each network; and a chart for dark ground."""

from __future__ import annotations

import json
from typing import NamedTuple

import plotly.graph_objects as go

from fascore.models import MODELS, VARIANTS

INK, GRID_LINE, GREY, GROUND = "#17202A", "#E3E8EE", "#8A94A0", "white"
# Okabe and Ito's colours, told apart with every common colour blindness
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("solid", "dash", "dashdot", "dot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
ON_DARK = {INK: "#FAFAFA", GRID_LINE: "#2C343D", GREY: "#9AA4B0", LINES[-1]: "#FFFFFF"}
# some of the colours are too dark on dark ground: the same hues, lighter
LIGHTER = {"#0072B2": "#3D9BD4", "#009E73": "#1DBF92", "#D55E00": "#F07F2B", "#CC79A7": "#D98FB8"}


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
