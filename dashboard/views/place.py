"""A place on the page that holds nothing of another picture."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state


def fresh_place(name: str, about: Hashable) -> DeltaGenerator:
    """A container that is empty at once when it is about something else than before.

    Streamlit leaves what a container held on the page until something is drawn over it: under a new
    picture that would be the old one's verdicts and maps. Here two neighbouring places take turns,
    and the one whose turn is over is emptied.
    """
    turn = state.turn(name, about)
    if turn:
        st.empty()
    place = st.container()
    if not turn:
        st.empty()
    return place
