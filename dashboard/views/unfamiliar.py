"""Beside the verdicts: that a picture is unlike anything the networks were trained on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from dashboard import cache
from dashboard.cache import ModelKey
from dashboard.views.style import model_title
from fascore.errors import StoreError

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


def unfamiliar_note(keys: Mapping[str, ModelKey], inputs: Mapping[str, np.ndarray]) -> None:
    """Says for which networks the picture is unfamiliar; nothing where it is like the others."""
    unfamiliar, damaged = which_are_unfamiliar(keys, inputs)
    for sentence in damaged:
        st.error(sentence)
    if words := unfamiliar_words(unfamiliar):
        st.warning(words, icon=":material/help:")
    elif unfamiliar and all(is_so is None for is_so in unfamiliar.values()):
        st.caption(UNMEASURED)


def which_are_unfamiliar(
    keys: Mapping[str, ModelKey], inputs: Mapping[str, np.ndarray]
) -> tuple[dict[str, bool | None], list[str]]:
    """For each network whether a face is unlike its training pictures, and what is damaged."""
    unfamiliar, damaged = {}, []
    for name, key in keys.items():
        try:
            unfamiliar[name] = cache.is_unfamiliar(key, inputs[name])
        except StoreError as err:
            damaged.append(str(err))
    return unfamiliar, damaged
