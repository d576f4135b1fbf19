"""Every chart of the pages: its colours follow the page's ground."""

from __future__ import annotations

import streamlit as st
from plotly.graph_objects import Figure

from fascore.charts import on_dark


def chart(figure: Figure, *, key: str) -> None:
    """Draws a chart over the width of its column."""
    shown = on_dark(figure) if st.context.theme.type == "dark" else figure
    st.plotly_chart(shown, key=key, config={"displayModeBar": False})
