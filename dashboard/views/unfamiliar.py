"""Beside the verdicts: that a picture is unlike anything the networks were trained on."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.views.style import model_title

UNMEASURED = (
    "Whether this picture is like those the networks were trained on was not measured: "
    "`python -m trainer evaluate` with the networks' build does that."
)


def unfamiliar_words(unfamiliar: Mapping[str, bool | None]) -> str:
    """For which networks the picture is unfamiliar, and what that means; "" for none."""
    strange = [model_title(name) for name, is_so in unfamiliar.items() if is_so]
    if not strange:
        return ""
    whom = "any of the networks" if len(strange) == len(unfamiliar) else ", ".join(strange)
    return (
        f"**Unfamiliar picture.** It is unlike anything {whom} was trained on: a verdict on it "
        "means little. One in a hundred ordinary pictures is called unfamiliar wrongly."
    )


def unfamiliar_note(unfamiliar: Mapping[str, bool | None]) -> None:
    """Says for which networks the picture is unfamiliar; nothing where it is like the others."""
    if words := unfamiliar_words(unfamiliar):
        st.warning(words, icon=":material/help:")
    elif all(is_so is None for is_so in unfamiliar.values()):
        st.caption(UNMEASURED)
