"""What if the picture were another? Sliders that change it before the networks see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import on_show
from dashboard.address import Part
from fascore.explain.attribution import Setting
from fascore.firmness.changes import AS_GIVEN, Change


@dataclass(frozen=True)
class _Slider:
    """One slider: a field of `Change` in percent of `unit`, or as it is where that is 0."""

    field: str
    title: str
    low: int
    high: int
    given: int
    step: int
    format: str
    help: str


SLIDERS = (
    _Slider("scale", "Crop", 60, 200, 100, 5, "%d %%", "Side of the crop, of that as given."),
    _Slider("right", "To the right", -30, 30, 0, 1, "%d %%", "Of the crop's side; below 0 left."),
    _Slider("down", "Down", -30, 30, 0, 1, "%d %%", "Of the crop's side; below 0 up."),
    _Slider("brightness", "Brightness", 20, 200, 100, 5, "%d %%", "Of every grey level."),
    _Slider("blur", "Blur", 0, 50, 0, 1, "%d ‰", "Radius (standard deviation) in ‰ of the crop."),
    _Slider("jpeg", "JPEG quality", 5, 100, 100, 5, "%d", "Stored once so; 100: as given."),
)
UNITS = {"scale": 100, "right": 100, "down": 100, "brightness": 100, "blur": 1000}


def chosen_change() -> Change:
    """What the sliders do to the picture on show; also before they are drawn."""
    shown = on_show.shown()
    if shown is None:
        return AS_GIVEN
    values: dict[str, Any] = {}
    for slider in SLIDERS:
        value = st.session_state.get(_key(slider, shown), slider.given)
        if value != slider.given:
            unit = UNITS.get(slider.field)
            values[slider.field] = value / unit if unit else value
    return Change(**values)


def picture_sliders() -> None:
    """Draws the sliders for the picture on show, and a button that takes all changes back."""
    shown = on_show.shown()
    if shown is None:
        return
    changed = chosen_change() != AS_GIVEN
    with st.expander("What if the picture were another?", icon=":material/tune:", key="what_if"):
        columns = st.columns(3)
        for number, slider in enumerate(SLIDERS):
            with columns[number % 3]:
                key = _key(slider, shown)
                st.session_state.setdefault(key, slider.given)
                st.slider(
                    slider.title,
                    slider.low,
                    slider.high,
                    step=slider.step,
                    format=slider.format,
                    key=key,
                    help=slider.help,
                    persist_state="session",
                )
    if changed:
        st.warning("The picture is changed by the sliders: all below is of the changed picture.")
        st.button("As given", on_click=_take_back, args=(shown,), key="as_given")


def change_parts() -> list[Part]:
    """What the address names of the changes; those of an upload are in no link."""
    return [_part(slider) for slider in SLIDERS]


def _part(slider: _Slider) -> Part:
    def read(text: str | None) -> None:
        shown = on_show.shown()
        if shown is None or shown.sample is None:
            return
        about = Setting(slider.given, slider.title, slider.help, slider.low, slider.high)
        st.session_state[_key(slider, shown)] = slider.given if text is None else about.read(text)

    def write() -> str | None:
        shown = on_show.shown()
        if shown is None or shown.sample is None:
            return None
        value = st.session_state.get(_key(slider, shown), slider.given)
        return None if value == slider.given else str(value)

    return Part(slider.field, read, write)


def _take_back(shown: on_show.Shown) -> None:
    for slider in SLIDERS:
        st.session_state[_key(slider, shown)] = slider.given


def _key(slider: _Slider, shown: on_show.Shown) -> str:
    """A key for each picture: a new one starts as it is given."""
    return f"what_if_{slider.field}_{shown.digest[:16]}"
