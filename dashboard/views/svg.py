"""An SVG drawing in the page itself, where events and styles reach its parts.

`st.html` takes SVG out, and `st.image` makes a picture of it.
"""

from __future__ import annotations

import streamlit as st

JS = """
export default ({ data, parentElement }) => {
  parentElement.querySelector(".fs-drawing").innerHTML = data.svg;
};
"""
_component = st.components.v2.component(
    "fascore_svg", html='<div class="fs-drawing"></div>', js=JS, isolate_styles=False
)


def draw_svg(svg: str, *, key: str) -> None:
    """Draws SVG over the width of its column; whatever it says has been escaped."""
    _component(key=key, data={"svg": svg})
