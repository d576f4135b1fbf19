"""How maps are drawn: controls above them that change the drawing alone and compute nothing."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.address import Part, one_of, widget_part
from fascore.explain import EXPLAINERS
from fascore.explain.attribution import PIXELS, Setting
from fascore.explain.render import PixelView

PIXEL_VIEWS: dict[PixelView, str] = {"grid": "sums on 8 × 8, as the paper", "pixels": "each pixel"}
OPACITY = Setting(state.Drawing().opacity, "Opacity", "", 0, 1)


def drawing_controls() -> state.Drawing:
    """Draws the controls; what they say is `state.drawing()` from then on."""
    per_pixel = " and ".join(kind.title for kind in EXPLAINERS.values() if kind.kind == PIXELS)
    session, given = st.session_state, state.Drawing()
    session.setdefault("opacity", given.opacity)
    with st.container(horizontal=True, key="drawing"):
        opacity = st.slider(
            "Opacity of the maps",
            0.0,
            1.0,
            step=0.05,
            key="opacity",
            persist_state="session",
            width=280,
            help="From 0, the face alone, to 1, the colours alone.",
        )
        view = st.radio(
            f"Pixel maps ({per_pixel}) show",
            list(PIXEL_VIEWS),
            format_func=PIXEL_VIEWS.__getitem__,
            horizontal=True,
            key="pixel_view",
            persist_state="session",
        )
    return state.draw_with(opacity, view)


def drawing_parts() -> list[Part]:
    """What the address names of it."""
    given = state.Drawing()
    read = one_of("view", list(PIXEL_VIEWS))
    return [
        widget_part("view", "pixel_view", given.pixel_view, read=read),
        widget_part("opacity", "opacity", given.opacity, read=OPACITY.read),
    ]
