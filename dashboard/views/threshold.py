"""The one threshold control of all pages."""

from __future__ import annotations

import streamlit as st

from dashboard import cache, state
from dashboard.cache import ModelKey
from fascore.thresholds import (
    DEFAULT_RULE,
    FIXED,
    THRESHOLD_RULES,
    Threshold,
    ThresholdChoice,
)

BY_HAND = "hand"


def threshold_control() -> ThresholdChoice:
    """Draws the control in the sidebar; every page shows the same choice."""
    with st.sidebar:
        st.subheader("Threshold")
        rule = st.selectbox(
            "P(spoof) at or above it is an attack",
            [*THRESHOLD_RULES, BY_HAND],
            index=list(THRESHOLD_RULES).index(DEFAULT_RULE),
            format_func=lambda name: "by hand" if name == BY_HAND else THRESHOLD_RULES[name].title,
            key="threshold_rule",
            persist_state="session",
        )
        if rule == BY_HAND:
            value = st.slider(
                "Threshold, the same for all networks",
                0.0,
                1.0,
                FIXED,
                0.01,
                key="threshold_value",
                persist_state="session",
            )
            st.warning(
                "Set by hand while the test results are in view: rates at it flatter the networks."
            )
            return ThresholdChoice(rule, value)
        st.caption("Chosen on validation for each network, applied to test.")
    return ThresholdChoice(rule)


def chosen_threshold(key: ModelKey) -> Threshold:
    """A model's threshold by the choice all pages share."""
    return cache.threshold(key, state.threshold())
