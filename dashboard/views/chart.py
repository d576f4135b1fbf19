"""Every chart of the pages: its colours follow the page's ground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st
from plotly.graph_objects import Figure

from fascore.charts import on_dark

A_ROW = 2


def chart(figure: Figure, *, key: str, **selecting: Any) -> Any:
    """Draws a chart over the width of its column; returns what Streamlit's does."""
    shown = on_dark(figure) if st.context.theme.type == "dark" else figure
    return st.plotly_chart(shown, key=key, config={"displayModeBar": False}, **selecting)


def charts(figures: Mapping[str, Figure], *, a_row: int = A_ROW) -> None:
    """Charts by key, so many side by side."""
    items = list(figures.items())
    for start in range(0, len(items), a_row):
        columns = st.columns(a_row, gap="large")
        for (key, figure), column in zip(items[start:], columns, strict=False):
            with column:
                chart(figure, key=key)
