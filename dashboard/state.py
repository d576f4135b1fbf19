"""Typed access to what one session keeps over its pages: the open store, what they show of it."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import streamlit as st

from dashboard import on_show
from fascore.evaluation_sets import OWN
from fascore.report.origin import Origin
from fascore.scores.thresholds import ThresholdChoice
from fascore.shipped import recorded

TEST_SET = "test_set_choice"  # the session's name of the test set chosen, and its control's
ALL_SPECIES = ""  # of attacks, on Images


def offer_stores(paths: list[Path]) -> None:
    """Sets the stores to choose from."""
    st.session_state["store_paths"] = paths


def store_paths() -> list[Path]:
    """The stores to choose from, at least one."""
    return st.session_state["store_paths"]


def open_store(path: Path) -> None:
    """Sets the store all pages read; a test image of the one before is no longer shown."""
    before, picture = st.session_state.get("store_path", path), on_show.shown()
    if before != path and picture is not None and picture.sample is not None:
        on_show.clear()
    st.session_state["store_path"] = path
    set_origin(Origin(recorded(path), ""))  # a page that knows more says it


def store_path() -> Path:
    """The store all pages read."""
    return st.session_state["store_path"]


def test_set() -> str:
    """The test set that pages show; the networks' own test split at first."""
    return st.session_state.get(TEST_SET, OWN)


def set_threshold(choice: ThresholdChoice) -> None:
    """Sets how all pages choose thresholds."""
    st.session_state["threshold"] = choice


def threshold() -> ThresholdChoice:
    """How all pages choose thresholds; the default where no page has asked yet."""
    return st.session_state.get("threshold", ThresholdChoice())


def set_origin(origin: Origin) -> None:
    """Sets what the page's files say of their numbers."""
    st.session_state["origin"] = origin


def origin() -> Origin:
    """What the page's files say of their numbers; each page sets it before it draws any."""
    return st.session_state["origin"]


def turn(name: str, about: Hashable) -> int:
    """0 or 1, the other one than before whenever what a place of the page is about changes."""
    before, number = st.session_state.get(f"turn_{name}", (about, 0))
    number = number if before == about else 1 - number
    st.session_state[f"turn_{name}"] = (about, number)
    return number


def ask_for_images(network: str, *, label: int, right: bool, species: str = ALL_SPECIES) -> None:
    """Sets what the Images page shows when it is opened next."""
    st.session_state.update(
        images_mode="By verdict",
        images_network=network,
        images_cell=(label, right),
        images_species=species,
    )


def gallery_page(species: str) -> int:
    """How often more of a species was asked for in the gallery."""
    return st.session_state.get(f"gallery_page_{species}", 0)


def turn_gallery(species: str) -> None:
    """Asks for more of a species in the gallery."""
    turn_gallery_to(species, gallery_page(species) + 1)


def turn_gallery_to(species: str, page: int) -> None:
    """Sets how often more of a species was asked for."""
    st.session_state[f"gallery_page_{species}"] = page
