"""Buttons that save a chart as PNG or SVG, with where its numbers are from written in it.

Plotly's own button saves one kind, cannot be reached by keyboard, and knows nothing of data sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

HTML = """
<div>Save the chart:
  <button data-format="png">PNG</button>
  <button data-format="svg">SVG</button>
</div>
"""
CSS = """
div { font-size: .8rem; color: var(--fs-soft); text-align: right; }
button { font: inherit; color: inherit; background: none; border: 0; padding: .1rem .25rem;
  text-decoration: underline; cursor: pointer; }
button:focus-visible { outline: 3px solid light-dark(#0060A0, #7CC0EB); }
"""
_component = st.components.v2.component(
    "fascore_saved_chart",
    html=HTML,
    css=CSS,
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def save_buttons(chart: str, *, file: str, title: str, lines: Sequence[str]) -> None:
    """Draws the buttons below a chart.

    Parameters
    ----------
    chart : str
        The chart's key.
    file : str
        The file's name without its ending.
    title : str
        Of a chart that has none of its own.
    lines : sequence of str
        What is written below the title; the time is added when the picture is saved.
    """
    about = {"chart": chart, "file": file, "title": title, "lines": list(lines)}
    _component(key=f"{chart}_save", data=about)
