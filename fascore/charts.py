"""The colours of all charts, and a chart made readable on dark ground."""

from __future__ import annotations

import json

import plotly.graph_objects as go

INK, GRID_LINE, GREY, GROUND = "#17202A", "#E3E8EE", "#8A94A0", "white"
ON_DARK = {INK: "#FAFAFA", GRID_LINE: "#2C343D", GREY: "#9AA4B0"}
# blue, green and purple of Okabe and Ito are too dark on dark ground: the same hues, lighter
LIGHTER = {"#0072B2": "#3D9BD4", "#009E73": "#1DBF92", "#D55E00": "#F07F2B", "#CC79A7": "#D98FB8"}


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
    black = {"#000000": "#FFFFFF"}  # the seventh line's colour
    for before, after in (ON_DARK | LIGHTER | black).items():
        text = text.replace(f'"{before}"', f'"{after}"')
    dark = go.Figure(json.loads(text))
    return dark.update_layout(plot_bgcolor="rgba(0,0,0,0)", paper_bgcolor="rgba(0,0,0,0)")
