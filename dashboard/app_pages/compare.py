"""One face: each model's verdict, and every explanation of it side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cache, state, views
from dashboard.cache import ModelKey
from fascore.errors import FascoreError
from fascore.explain import Attribution, GradCAM, Step, plan_grid
from fascore.labels import SPOOF
from fascore.models import FEATURE_MAP, LAST_CONV
from fascore.store import Card, Store

COLUMNS_A_ROW = 4


def page() -> None:
    store, cards, errors = views.store_page("Compare networks on one face")
    for name, sentence in errors.items():
        views.column_error(name, sentence)
    scored_only = {n: card for n, card in cards.items() if n not in store.loadable_names}
    cards = {n: card for n, card in cards.items() if n in store.loadable_names}
    if not cards:
        views.metrics_only_note(scored_only)
        st.stop()
    settings = views.explanation_settings()
    first = next(iter(cards.values()))
    left, right = st.columns([2, 3], gap="large")
    with left:
        views.choose_picture(store, first)
    with right:
        judged = views.face_panel(cards)
    if judged is not None:
        with st.container(key="grid"):
            compare(store, cards, judged, settings)
    views.metrics_only_note(scored_only)


def compare(
    store: Store, cards: Mapping[str, Card], judged: views.Judged, settings: views.Settings
) -> None:
    """One column a model: its verdict at once, then its maps as they are done."""
    judge = st.toggle(
        "Judge each map: fidelity, stability, curves",
        help="Once all maps are there. For its stability each map is made three times more.",
        key="judge",
        persist_state="session",
    )
    st.caption(views.scale_note(settings.explainers))
    progress = st.empty()
    columns = place_columns(list(cards))
    inputs = {name: judged.network_input(card) for name, card in cards.items()}
    keys = {}
    with progress, st.spinner("Loading the models…"):
        for name, column in columns.items():
            with column:
                if draw_verdict(key := cache.model_key(store, name), inputs[name]):
                    keys[name] = key
    crops = {name: judged.crop(cards[name]) for name in keys}
    rows = draw_maps(keys, inputs, crops, {n: columns[n] for n in keys}, settings, progress)
    draw_attention(keys, inputs, crops)
    if judge:
        judge_rows(rows, keys, inputs, settings, progress)


def place_columns(names: Sequence[str]) -> dict[str, DeltaGenerator]:
    """A column a model, COLUMNS_A_ROW side by side."""
    columns: dict[str, DeltaGenerator] = {}
    for start in range(0, len(names), COLUMNS_A_ROW):
        row = st.columns(min(COLUMNS_A_ROW, len(names)))
        columns |= zip(names[start:], row, strict=False)
    return columns


def draw_verdict(key: ModelKey, face: np.ndarray) -> bool:
    """Draws a model's verdict, or why it has none; whether it has one."""
    try:
        score, threshold = cache.spoof_score(key, face), views.chosen_threshold(key)
    except FascoreError as err:
        views.column_error(key.name, str(err))
        return False
    views.verdict(key.name, spoof_score=score, threshold=threshold)
    return True


def draw_maps(
    keys: Mapping[str, ModelKey],
    inputs: Mapping[str, np.ndarray],
    crops: Mapping[str, np.ndarray],
    columns: Mapping[str, DeltaGenerator],
    settings: views.Settings,
    progress: DeltaGenerator,
) -> dict[str, views.MapRow]:
    """Fills a row for each method, the cheapest first, and returns the rows by method.

    All cells are on the page from the start, so that nothing moves while maps arrive.
    """
    rows = {
        explainer.name: views.MapRow(
            explainer,
            crops,
            columns,
            opacity=settings.opacity,
            pixel_view=settings.pixel_view,
        )
        for explainer in settings.explainers
    }
    steps = plan(inputs, list(keys), settings)
    for done, step in enumerate(steps):
        title = f"Explaining with {step.explainer.title}… ({done} of {len(steps)} steps)"
        progress.progress(done / len(steps), title)
        row = rows[step.explainer.name]
        chosen = tuple(keys[name] for name in step.models)
        face = inputs[step.models[0]]
        try:
            maps = cache.explanations(
                chosen, step.explainer, face, settings.target, choice=state.threshold()
            )
            row.add(maps)
        except FascoreError as err:
            row.fail(step.models, str(err))
    progress.empty()
    return rows


def judge_rows(
    rows: Mapping[str, views.MapRow],
    keys: Mapping[str, ModelKey],
    inputs: Mapping[str, np.ndarray],
    settings: views.Settings,
    progress: DeltaGenerator,
) -> None:
    """Says below each map how far it can be believed, once all maps are there."""
    steps = plan(inputs, list(keys), settings)
    for done, step in enumerate(steps):
        title = f"Judging {step.explainer.title}'s maps… ({done} of {len(steps)} steps)"
        progress.progress(done / len(steps), title)
        chosen = tuple(keys[name] for name in step.models)
        try:
            judged = cache.judgements(
                chosen,
                step.explainer,
                inputs[step.models[0]],
                settings.target,
                choice=state.threshold(),
            )
        except FascoreError:  # the map's cell says why there is none
            continue
        rows[step.explainer.name].judge(step.models, judged)
    progress.empty()


def spoof_cam(key: ModelKey, face: np.ndarray, *, layer: str) -> Attribution:
    """One network's Grad-CAM for spoof at a layer."""
    explainer, choice = GradCAM(layer=layer), state.threshold()
    return cache.explanations((key,), explainer, face, SPOOF, choice=choice)[0]


def draw_attention(
    keys: Mapping[str, ModelKey],
    inputs: Mapping[str, np.ndarray],
    crops: Mapping[str, np.ndarray],
) -> None:
    """The gates of the networks that have attention, and the verdicts without them."""
    gates = {name: cache.gates(key, inputs[name]) for name, key in keys.items()}
    if not any(gates.values()):
        return
    with st.expander("Attention itself: the gates, and the verdict without them"):
        cams = {
            name: {
                layer: spoof_cam(key, inputs[name], layer=layer)
                for layer in (LAST_CONV, FEATURE_MAP)
            }
            for name, key in keys.items()
        }
        thresholds = {name: views.chosen_threshold(key).value for name, key in keys.items()}
        st.caption(
            "All for the spoof logit, Grad-CAM on one colour scale. A gate that is nearly the same "
            "everywhere lets everything through alike."
        )
        columns = dict(zip(keys, st.columns(len(keys)), strict=True))
        views.attention_columns(gates, cams, crops, thresholds, columns)


def plan(
    inputs: Mapping[str, np.ndarray], names: list[str], settings: views.Settings
) -> list[Step]:
    """The grid's steps, cheapest first; only models that see the same pixels run jointly."""
    groups: dict[bytes, list[str]] = {}
    for name in names:
        groups.setdefault(inputs[name].tobytes(), []).append(name)
    steps = [step for group in groups.values() for step in plan_grid(group, settings.explainers)]
    return sorted(steps, key=lambda step: step.explainer.forward_passes)


page()
