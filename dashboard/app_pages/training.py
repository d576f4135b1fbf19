"""How the open store's networks came to be: curves, settings, time; and a training in progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import cache, state, views
from fascore.errors import FascoreError
from fascore.models import VARIANTS
from fascore.stats.training_noise import recipe_note
from fascore.store import Card, Store, study_runs
from fascore.training.figures import CURVES, metric_span, training_figure
from fascore.training.history import Run
from fascore.training.settings import earlier_note

TITLE = "How the networks were trained"
REFRESH = "10s"  # while a training is in progress


def page() -> None:
    path = state.store_path()
    runs, damaged = cache.training_runs(str(path), cache.training_stamp(path))
    in_progress = [run for run in runs if run.in_progress]
    if in_progress and len(in_progress) == len(runs):  # the first training: not yet a store
        st.title(TITLE)
        draw_progress()
        draw_curves(runs, list(dict.fromkeys(run.model for run in runs)))
        return
    store, cards, errors = views.store_page(TITLE)
    for name, sentence in errors.items():
        views.column_error(name, sentence)
    for sentence in damaged:
        if sentence not in errors.values():
            st.error(sentence)
    if in_progress:
        draw_progress()
    names = choose_networks(list(cards))
    if names:
        if note := earlier_note({name: cards[name] for name in names}):
            st.info(note)
        draw_curves([run for run in runs if run.model in names], names)
        draw_settings(store, {name: cards[name] for name in names}, runs)


@st.fragment(run_every=REFRESH)
def draw_progress() -> None:
    """Trainings that are not finished, read again every few seconds; then the whole page."""
    path = state.store_path()
    runs, _ = cache.training_runs(str(path), cache.training_stamp(path))
    in_progress = [run for run in runs if run.in_progress]
    if not in_progress:
        st.rerun()
    with st.container(border=True, key="progress"):
        st.header("In progress")
        views.progress_list(in_progress)


def choose_networks(names: Sequence[str]) -> list[str]:
    """The networks to show, the four variants unless others are chosen."""
    chosen = st.multiselect(
        "Networks",
        names,
        default=[name for name in names if name in VARIANTS] or names,
        format_func=views.model_title,
        key="training_networks",
        persist_state="session",
    )
    if not chosen:
        st.info("Choose at least one network.")
    return chosen


def draw_curves(runs: Sequence[Run], names: Sequence[str]) -> None:
    """A figure a network of the quantity chosen, all on one scale."""
    st.header("Epoch by epoch")
    metric = st.segmented_control(
        "Show",
        list(CURVES),
        default="loss",
        required=True,
        format_func=lambda name: CURVES[name].title,
        key="training_metric",
        persist_state="session",
    )
    span = metric_span(runs, metric)
    shown = [name for name in names if any(run.model == name for run in runs)]
    views.charts(
        {
            f"{metric}_{name}": training_figure(
                name, [run for run in runs if run.model == name], metric, span=span
            )
            for name in shown
        }
    )
    st.caption(
        "Solid: on validation images, which no network learns from. Dashed: on training images, a "
        "mean over the epoch while the network changes, with the pictures changed at random as "
        "training changes them. Where only one is drawn, the other was not recorded. Thin: the "
        "study's runs, the same trainings with other seeds. No test set is in these curves, "
        "whichever the other pages show."
    )
    if missing := [views.model_title(name) for name in names if name not in shown]:
        st.info(f"No history is in the store for: {', '.join(missing)}.")


def draw_settings(store: Store, cards: Mapping[str, Card], runs: Sequence[Run]) -> None:
    """Settings with their differences, and what training took."""
    st.header("What they were trained with")
    st.markdown(
        "Where two networks were trained differently, a difference between them may come from "
        "that, and not from attention."
    )
    views.settings_view(cards)
    try:
        if note := recipe_note(study_runs(store.path), store):
            st.info(note)
    except FascoreError as err:
        st.error(str(err))
    st.header("What it took")
    finished = {run.model: run for run in runs if run.seed is None and not run.in_progress}
    views.cost_view(cards, finished)


page()
