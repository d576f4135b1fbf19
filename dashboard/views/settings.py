"""The sidebar's controls, drawn from what the explainers declare about their settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard import address
from dashboard.address import Part, one_of, widget_part
from dashboard.views.style import model_title
from fascore.explain import EXPLAINERS, TARGETS, Explainer, Target, default_explainers
from fascore.explain.attribution import PIXELS, Setting, settings_of
from fascore.explain.render import PixelView
from fascore.store import Card

PIXEL_VIEWS: dict[PixelView, str] = {"grid": "sums on 8 × 8, as the paper", "pixels": "each pixel"}
OPACITY, VIEW = "opacity", "pixel_view"
GIVEN_OPACITY, GIVEN_VIEW = 0.6, next(iter(PIXEL_VIEWS))
TARGET_TITLES = {"spoof": "spoof (attack)", "live": "live (bona fide)", "predicted": "the verdict"}


@dataclass
class Drawing:
    """How maps are drawn now: `drawing_controls` changes it without running the page again."""

    opacity: float
    pixel_view: PixelView


@dataclass(frozen=True)
class Settings:
    """What the explanations are computed with, and how they are drawn."""

    explainers: tuple[Explainer, ...]
    target: Target
    drawing: Drawing


def explanation_settings() -> Settings:
    """Draws the controls of all registered explainers."""
    with st.sidebar:
        st.header("Explanations")
        target = st.radio(
            "Explain the evidence for",
            list(TARGETS),
            format_func=lambda name: TARGET_TITLES.get(name, name),
            key="target",
            persist_state="session",
        )
        st.session_state.setdefault("methods", [kind.name for kind in default_explainers()])
        chosen = st.pills(
            "Methods",
            list(EXPLAINERS),
            selection_mode="multi",
            format_func=lambda name: EXPLAINERS[name].title,
            key="methods",
            persist_state="session",
        )
        explainers = tuple(_explainer(kind) for name, kind in EXPLAINERS.items() if name in chosen)
    return Settings(explainers, TARGETS[target], _drawing())


def _drawing() -> Drawing:
    """What the controls of how maps are drawn say, also before they are drawn."""
    session = st.session_state
    return Drawing(session.get(OPACITY, GIVEN_OPACITY), session.get(VIEW, GIVEN_VIEW))


def drawing_controls(drawing: Drawing) -> bool:
    """Draws the controls of how maps are drawn; whether they say something else than before."""
    before = replace(drawing)
    per_pixel = " and ".join(kind.title for kind in EXPLAINERS.values() if kind.kind == PIXELS)
    left, right = st.columns(2, gap="large")
    drawing.opacity = left.slider(
        "Opacity", 0.0, 1.0, GIVEN_OPACITY, 0.05, key=OPACITY, persist_state="session"
    )
    drawing.pixel_view = right.radio(
        f"Pixel maps ({per_pixel}) show",
        list(PIXEL_VIEWS),
        format_func=PIXEL_VIEWS.__getitem__,
        key=VIEW,
        persist_state="session",
        horizontal=True,
    )
    address.keep([view_part()])
    return drawing != before


def view_part() -> Part:
    """What the address names of how maps are drawn."""
    read = one_of("view", list(PIXEL_VIEWS))
    return widget_part("view", VIEW, GIVEN_VIEW, read=read)


def chosen_networks(cards: Mapping[str, Card]) -> dict[str, Card]:
    """Draws which networks are compared, and returns their cards; all of them at first."""
    key = networks_key(cards)
    st.session_state.setdefault(key, list(cards))
    with st.sidebar:
        chosen = st.pills(
            "Networks",
            list(cards),
            selection_mode="multi",
            format_func=model_title,
            key=key,
            persist_state="session",
            help="Which networks are judged and explained.",
        )
    return {name: card for name, card in cards.items() if name in chosen}


def networks_key(names: Iterable[str]) -> str:
    """The key of the choice among these networks: another store's are chosen anew."""
    return f"networks_{'-'.join(names)}"


def setting_key(method: str, field: str) -> str:
    """The key of the widget of one setting of an explainer."""
    return f"{method}_{field}"


def explain_class(name: str) -> None:
    """Sets the class that is explained: "live" or "spoof"."""
    st.session_state["target"] = name


def _explainer(kind: type[Explainer]) -> Explainer:
    """An explainer with the settings that its widgets show."""
    for name, about in settings_of(kind).items():
        # not the widget's own default: Streamlit warns of one where a link has set a value
        st.session_state.setdefault(setting_key(kind.name, name), about.default)
    with st.expander(kind.title):
        values = {
            name: _WIDGETS[type(setting.default)](setting, setting_key(kind.name, name))
            for name, setting in settings_of(kind).items()
        }
    return kind(**values)


def _count(setting: Setting, key: str) -> Any:
    return st.number_input(
        setting.title,
        min_value=setting.low,
        max_value=setting.high,
        key=key,
        help=setting.help,
        persist_state="session",
    )


def _share(setting: Setting, key: str) -> Any:
    return st.slider(
        setting.title,
        setting.low,
        setting.high,
        step=0.01,
        key=key,
        help=setting.help,
        persist_state="session",
    )


def _choice(setting: Setting, key: str) -> Any:
    return st.selectbox(
        setting.title,
        setting.choices,
        key=key,
        help=setting.help,
        persist_state="session",
    )


_WIDGETS: dict[type, Callable[[Setting, str], Any]] = {int: _count, float: _share, str: _choice}
