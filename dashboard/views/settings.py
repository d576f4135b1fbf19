"""The sidebar's controls, drawn from what the explainers declare about their settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from fascore.explain import EXPLAINERS, TARGETS, Explainer, Target, default_explainers
from fascore.explain.attribution import PIXELS, Setting, settings_of
from fascore.explain.render import PixelView

PIXEL_VIEWS: dict[PixelView, str] = {"grid": "sums on 8 × 8, as the paper", "pixels": "each pixel"}
TARGET_TITLES = {"spoof": "spoof (attack)", "live": "live (bona fide)", "predicted": "the verdict"}


@dataclass(frozen=True)
class Settings:
    """What the explanations are computed with, and how they are drawn."""

    explainers: tuple[Explainer, ...]
    target: Target
    opacity: float
    pixel_view: PixelView


def explanation_settings() -> Settings:
    """Draws the controls of all registered explainers."""
    per_pixel = " and ".join(kind.title for kind in EXPLAINERS.values() if kind.kind == PIXELS)
    with st.sidebar:
        st.header("Explanations")
        target = st.radio(
            "Explain the evidence for",
            list(TARGETS),
            format_func=lambda name: TARGET_TITLES.get(name, name),
            key="target",
            persist_state="session",
        )
        opacity = st.slider("Opacity", 0.0, 1.0, 0.6, 0.05, key="opacity", persist_state="session")
        view = st.radio(
            f"Pixel maps ({per_pixel}) show",
            list(PIXEL_VIEWS),
            format_func=PIXEL_VIEWS.__getitem__,
            key="pixel_view",
            persist_state="session",
        )
        chosen = st.pills(
            "Methods",
            list(EXPLAINERS),
            selection_mode="multi",
            default=[kind.name for kind in default_explainers()],
            format_func=lambda name: EXPLAINERS[name].title,
            key="methods",
            persist_state="session",
        )
        explainers = tuple(_explainer(kind) for name, kind in EXPLAINERS.items() if name in chosen)
    return Settings(explainers, TARGETS[target], opacity, view)


def explain_class(name: str) -> None:
    """Sets the class that is explained: "live" or "spoof"."""
    st.session_state["target"] = name


def _explainer(kind: type[Explainer]) -> Explainer:
    """An explainer with the settings that its widgets show."""
    with st.expander(kind.title):
        values = {
            name: _WIDGETS[type(setting.default)](setting, f"{kind.name}_{name}")
            for name, setting in settings_of(kind).items()
        }
    return kind(**values)


def _count(setting: Setting, key: str) -> Any:
    return st.number_input(
        setting.title,
        min_value=setting.low,
        max_value=setting.high,
        value=setting.default,
        key=key,
        help=setting.help,
        persist_state="session",
    )


def _share(setting: Setting, key: str) -> Any:
    return st.slider(
        setting.title,
        setting.low,
        setting.high,
        setting.default,
        0.01,
        key=key,
        help=setting.help,
        persist_state="session",
    )


def _choice(setting: Setting, key: str) -> Any:
    return st.selectbox(
        setting.title,
        setting.choices,
        index=setting.choices.index(setting.default),
        key=key,
        help=setting.help,
        persist_state="session",
    )


_WIDGETS: dict[type, Callable[[Setting, str], Any]] = {int: _count, float: _share, str: _choice}
