"""The one threshold control of all pages."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import cache, state
from dashboard.cache import ModelKey
from dashboard.views.style import model_title
from fascore.scores.comparison import Comparison
from fascore.scores.thresholds import (
    DEFAULT_RULE,
    FIXED,
    NO_VALIDATION,
    THRESHOLD_RULES,
    Threshold,
    ThresholdChoice,
    recorded_rule,
)
from fascore.store import Store

BY_HAND = "hand"
RULE = "threshold_rule"  # the session's name of the rule chosen, and its control's
_OWN = "own_threshold_rule"  # of the rule that the open store's cards record


def own_rule() -> str:
    """The rule that the open store's cards record."""
    return st.session_state.get(_OWN, DEFAULT_RULE)


def threshold_control(store: Store) -> ThresholdChoice:
    """Draws the control in the sidebar; every page shows the same choice, at first the store's."""
    _follow(store)
    with st.sidebar:
        st.header("Threshold")
        rule = st.selectbox(
            "P(spoof) at or above it is an attack",
            [*THRESHOLD_RULES, BY_HAND],
            format_func=partial(_rule_label, own=own_rule()),
            key=RULE,
            persist_state="session",
        )
        if rule == BY_HAND:
            # typed, for a slider cannot reach the thresholds of networks whose scores crowd at 1
            st.session_state.setdefault("threshold_value", FIXED)
            value = st.number_input(
                "Threshold, the same for all networks",
                0.0,
                1.0,
                step=0.01,
                format="%.12g",
                key="threshold_value",
                persist_state="session",
            )
            choice = ThresholdChoice(rule, value)
            st.warning(choice.note)
            return choice
        choice = ThresholdChoice(rule)
        st.caption(choice.note)
    return choice


def _follow(store: Store) -> None:
    """Chooses thresholds by the rule that the store's cards record, unless another was chosen."""
    session, rule = st.session_state, recorded_rule(store.whole_cards()[0].values())
    if session.get(RULE) in (None, session.get(_OWN)):
        session[RULE] = rule
    session[_OWN] = rule


def _rule_label(rule: str, *, own: str) -> str:
    if rule == BY_HAND:
        return "by hand"
    return THRESHOLD_RULES[rule].title + (", the store's own" if rule == own else "")


def threshold_note(comparison: Comparison) -> None:
    """How the thresholds of the numbers below were chosen, for a narrow screen hides the sidebar.

    Names the networks that had no validation images to choose on.
    """
    choice = state.threshold()
    note = choice.note if comparison.is_own else choice.note_on(comparison.set_title)
    st.markdown(f"Threshold: **{choice.title}**. {note}")
    fallen = [
        model_title(name)
        for name, threshold in comparison.thresholds.items()
        if threshold.origin == NO_VALIDATION
    ]
    if fallen:
        st.warning(f"Threshold {NO_VALIDATION}: {', '.join(fallen)}.")


def chosen_threshold(key: ModelKey) -> Threshold:
    """A model's threshold by the choice all pages share."""
    return cache.threshold(key, state.threshold())
