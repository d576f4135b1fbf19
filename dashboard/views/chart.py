"""Every chart of the pages: its colours follow the page's ground."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.graph_objects import Figure

from dashboard import state
from fascore.charts import on_dark
from fascore.report.origin import file_name

A_ROW = 2


def chart(figure: Figure, *, key: str, **selecting: Any) -> Any:
    """Draws a chart over the width of its column; returns what Streamlit's does.

    At the pointer it has a button that saves it as SVG, under a name that says what it is.
    """
    shown = on_dark(figure) if st.context.theme.type == "dark" else figure
    return st.plotly_chart(shown, key=key, config=_saving(key), **selecting)


def _saving(key: str) -> dict[str, Any]:
    """Plotly's bar with nothing but the button that saves the chart."""
    origin = state.origin()
    name = file_name(key, Path(origin.store).name, origin.test_set, ending="svg")
    return {
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": name.removesuffix(".svg")},
    }


def charts(figures: Mapping[str, Figure], *, a_row: int = A_ROW) -> None:
    """Charts by key, so many side by side."""
    items = list(figures.items())
    for start in range(0, len(items), a_row):
        columns = st.columns(a_row, gap="large")
        for (key, figure), column in zip(items[start:], columns, strict=False):
            with column:
                chart(figure, key=key)
