"""How networks were trained: runs in progress, settings side by side, what it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import streamlit as st

from dashboard.views.style import model_title
from dashboard.views.tables import data_table
from fascore.store import Card
from fascore.training.history import Run
from fascore.training.settings import cost_table, differing, settings_table

SAME, DIFFERENT = "", "≠"
COST_MEANINGS = {
    "Epoch kept": "Whose weights are in the store: the best on validation images.",
    "Seconds an epoch": "The median epoch; where none was timed, all seconds over all epochs.",
    "Seconds in all": "From the first step to the last, validation and writing with it.",
    "Precision": "Of the numbers that training computes with.",
}


def progress_list(runs: Sequence[Run]) -> None:
    """Each training in progress: its last epoch, of how many, and how long ago it was written."""
    for run in runs:
        seed = "" if run.seed is None else f", seed {run.seed} of the study"
        of = f" of at most {run.planned}" if run.planned else ""
        done = len(run.history)
        st.markdown(
            f"**{model_title(run.model)}{seed}**: {done}{of} epochs done, the last "
            f"{_ago(run.changed)}."
        )
        if run.planned:
            st.progress(min(done / run.planned, 1.0))


def _ago(then: datetime | None) -> str:
    """How long ago, in the largest unit that fits."""
    if then is None:
        return "at an unknown time"
    seconds = (datetime.now(UTC) - then).total_seconds()
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit} ago"
    return f"{max(seconds, 0):.0f} seconds ago"


def settings_view(cards: Mapping[str, Card]) -> None:
    """What the networks were trained with, side by side; rows in which they differ are marked."""
    settings = settings_table(cards)
    differs = differing(settings)
    only = st.toggle(
        f"Only where they differ ({int(differs.sum())} of {len(settings)} rows)",
        value=True,
        key="settings_only",
        persist_state="session",
    )
    chosen = settings[differs] if only else settings
    if chosen.empty:
        st.info(f"These networks were trained with the same {len(settings)} settings.")
        return
    shown = chosen.rename(columns=model_title).rename_axis("Setting")
    shown.insert(0, "Differs", differs[chosen.index].map({True: DIFFERENT, False: SAME}))
    marked = dict.fromkeys(shown.columns, list(chosen.index[differs[chosen.index]]))
    data_table(shown, settings.rename_axis("setting"), key="settings", worst_rows=marked)


def cost_view(cards: Mapping[str, Card], runs: Mapping[str, Run]) -> None:
    """What each network's training took."""
    costs = cost_table(cards, runs)
    shown = costs.rename(index=model_title).rename_axis("Network")
    data_table(
        shown.rename(columns=str.capitalize),
        costs.rename_axis("model"),
        key="training_cost",
        meanings=COST_MEANINGS,
    )
