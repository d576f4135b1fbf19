"""The sidebar's controls, drawn from the explainers' own settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field, dataclass, fields
from typing import Any, cast

import streamlit as st

from fascore.explain import EXPLAINERS, TARGETS, Explainer, Target
from fascore.explain.render import ShapView

SEED_LIMIT = 2**31 - 1
RANGE = 20  # a number's setting goes from its default over this to its default times this
PIXEL_VIEWS: dict[ShapView, str] = {"grid": "sums on 8 × 8, as the paper", "pixels": "each pixel"}
TARGET_TITLES = {"spoof": "spoof (attack)", "live": "live (bona fide)", "predicted": "the verdict"}


@dataclass(frozen=True)
class Settings:
    """What the explanations are computed with, and how they are drawn."""

    explainers: tuple[Explainer, ...]
    target: Target
    opacity: float
    pixel_view: ShapView


def explanation_settings(layers: Sequence[str]) -> Settings:
    """Draws the controls; `layers` are the feature layers all models have."""
    with st.sidebar:
        st.subheader("Explanations")
        target = st.radio(
            "Explain the evidence for",
            list(TARGETS),
            format_func=lambda name: TARGET_TITLES.get(name, name),
            key="target",
            persist_state="session",
        )
        opacity = st.slider("Opacity", 0.0, 1.0, 0.6, 0.05, key="opacity", persist_state="session")
        view = st.radio(
            "Pixel maps (SHAP) show",
            list(PIXEL_VIEWS),
            format_func=PIXEL_VIEWS.__getitem__,
            key="pixel_view",
            persist_state="session",
        )
        explainers = tuple(_explainer(kind, layers) for kind in EXPLAINERS.values())
    return Settings(explainers, cast(Target, TARGETS[target]), opacity, view)


def _explainer(kind: type[Explainer], layers: Sequence[str]) -> Explainer:
    """An explainer with the settings its widgets show."""
    with st.expander(kind.title):
        values = {field.name: _setting(kind, field, layers) for field in fields(cast(Any, kind))}
    return kind(**values)


def _setting(kind: type[Explainer], field: Field, layers: Sequence[str]) -> Any:
    """One setting's widget: a number, a share, or a choice of layer."""
    key = f"{kind.name}_{field.name}"
    label = field.name.removeprefix("num_").replace("_", " ").capitalize()
    if isinstance(field.default, int):
        seed = field.name == "seed"
        return st.number_input(
            label,
            min_value=0 if seed else max(2, field.default // RANGE),
            max_value=SEED_LIMIT if seed else field.default * RANGE,
            value=field.default,
            key=key,
            persist_state="session",
        )
    if isinstance(field.default, float):
        return st.slider(label, 0.5, 1.0, field.default, 0.01, key=key, persist_state="session")
    options = list(dict.fromkeys([cast(str, field.default), *layers]))
    return st.selectbox(label, options, key=key, persist_state="session")
