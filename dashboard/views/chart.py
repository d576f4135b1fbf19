"""Every chart of the pages: its colours follow the page's ground."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.graph_objects import Figure

from dashboard import state
from dashboard.views.saved_chart import save_buttons
from fascore.charts import on_dark
from fascore.report.origin import file_name, origin_lines

A_ROW = 2
# Plotly's bar holds the one button that `save_buttons` presses, and is not seen
BAR = {"displaylogo": False, "displayModeBar": True, "modeBarButtons": [["toImage"]]}


def chart(figure: Figure, *, key: str, title: str = "", **selecting: Any) -> Any:
    """Draws a chart over the width of its column; returns what Streamlit's does.

    Buttons below it save it as a picture that says what it is of; `title` is that of a chart which
    has none of its own.
    """
    shown = on_dark(figure) if st.context.theme.type == "dark" else figure
    drawn = st.plotly_chart(shown, key=key, config=BAR, **selecting)
    save_chart(key, title=title)
    return drawn


def save_chart(key: str, *, title: str = "") -> None:
    """Draws the buttons that save a chart, or an SVG drawing, as a picture that says what it is of.

    Parameters
    ----------
    key : str
        Of the chart, or of the container that the drawing is in.
    title : str
        Of one without a title of its own.
    """
    origin = state.origin()
    file = file_name(key, Path(origin.store).name, origin.test_set, ending="")
    save_buttons(key, file=file.rstrip("."), title=title, lines=origin_lines(origin))


def charts(figures: Mapping[str, Figure], *, a_row: int = A_ROW) -> None:
    """Charts by key, so many side by side."""
    items = list(figures.items())
    for start in range(0, len(items), a_row):
        columns = st.columns(a_row, gap="large")
        for (key, figure), column in zip(items[start:], columns, strict=False):
            with column:
                chart(figure, key=key)
