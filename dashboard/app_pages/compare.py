"""One face: each model's verdict, and every explanation of it side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import address, cache, on_show, state, turns, views
from dashboard.cache import ModelKey
from fascore.errors import FascoreError
from fascore.explain import Attribution, Explainer, GradCAM
from fascore.firmness.trials import Firmness
from fascore.judging.answer import PartSums, part_sums
from fascore.judging.hiding import Hiding
from fascore.labels import SPOOF
from fascore.models import FEATURE_MAP, LAST_CONV
from fascore.store import Card, Store


def page() -> None:
    with turns.HEAVY.verdict() as given:
        draw(given)


def draw(given: Callable[[], None]) -> None:
    """Draws the page; calls `given` once the verdicts are on it."""
    store, cards, errors = views.store_page("Compare networks on one face")
    for name, sentence in errors.items():
        views.column_error(name, sentence)
    scored_only = {n: card for n, card in cards.items() if n not in store.loadable_names}
    cards = {n: card for n, card in cards.items() if n in store.loadable_names}
    if not cards:
        views.metrics_only_note(scored_only)
        st.stop()
    link = views.compare_parts(store, cards)
    for sentence in address.follow(link):
        st.error(sentence)
    settings, first = views.explanation_settings(), next(iter(cards.values()))
    cards = views.chosen_networks(cards)
    top = st.container(key="answer_place")
    left, right = st.columns([2, 3], gap="large")
    with left:
        views.choose_picture(store, first)
    address.keep([*views.common_parts(state.store_paths()), views.set_part(store), *link])
    if not cards:
        st.info("No network is chosen. Choose one or more in the sidebar, under Networks.")
        return
    picture = on_show.shown()
    about = (picture and picture.digest, views.chosen_change())
    with top:
        answer_place = views.fresh_place("answer", about)
    with right:
        with views.fresh_place("picture", about[0]):
            judged = views.face_panel(cards)
        if judged is not None:
            views.picture_sliders()
    with views.fresh_place("grid", about):
        if judged is not None:
            with st.container(key="grid"):
                compare(store, cards, judged, settings, answer_place, given)
    views.metrics_only_note(scored_only)


def compare(
    store: Store,
    cards: Mapping[str, Card],
    judged: views.Judged,
    settings: views.Settings,
    answer_place: DeltaGenerator,
    given: Callable[[], None],
) -> None:
    """Verdicts at once, then how firm they are, then a row of maps a method as they are done.

    The places of all this are drawn first: the browser does that while the networks are at work.
    `given` is called once the verdicts are there; what comes after gives way to those of others.
    """
    progress, verdicts = st.container(key="progress").empty(), st.container()
    inputs = {name: judged.network_input(card) for name, card in cards.items()}
    for card in cards.values():
        judged.begin_trials(card)
    with progress, st.spinner("Loading the models…"):
        keys, scores, failures = draw_verdicts(store, cards, inputs, verdicts)
    thresholds = {name: views.chosen_threshold(key).value for name, key in keys.items()}
    answer = views.answer(answer_place, scores, thresholds, truth=views.shown_truth())
    given()
    turns.HEAVY.give_way(turns.go_on)
    if answer is None:
        return
    state.set_origin(views.face_origin(store, cards, thresholds))
    files = views.export_waits(answer_place)
    strange = st.container()
    places = views.firmness_places(list(keys))
    judge = st.toggle(
        "Judge each map: fidelity, stability, curves",
        help="Once all maps are there. For its stability each map is made three times more.",
        key="judge",
        persist_state="session",
    )
    st.caption(views.scale_note(settings.explainers))
    crops = {name: judged.crop(cards[name]) for name in keys}
    rows = views.place_maps(list(keys), crops, settings)
    firmness, draw_pictures = measure_firmness(keys, cards, judged, places)
    with strange:
        views.unfamiliar_note(keys, inputs)
    answer.add_firmness(firmness)
    views.fill_maps(rows, keys, inputs, settings, progress, meanwhile=draw_pictures)
    size = next(iter(inputs.values())).shape[0]
    answer.add_maps(sums_by_part(rows, list(keys), size=size))
    export = views.face_export(
        store, cards, judged, settings, keys=keys, scores=scores, firmness=firmness,
        failures=failures, rows=rows, answer=answer,
    )  # fmt: skip
    views.export_files(files, export, settings.drawing)
    views.hiding_panel(hidings(rows, keys, inputs, settings, judged.made))
    maps = {method: row.maps for method, row in rows.items()}
    views.second_panel(store, cards, keys, judged, maps, settings)
    draw_attention(keys, inputs, crops)
    if judge:
        views.judge_rows(rows, keys, inputs, settings, progress)


def draw_verdicts(
    store: Store,
    cards: Mapping[str, Card],
    inputs: Mapping[str, np.ndarray],
    place: DeltaGenerator,
) -> tuple[dict[str, ModelKey], dict[str, float], dict[str, str]]:
    """Draws each network's verdict: keys and scores, and why others have none."""
    keys, scores, failures = {}, {}, {}
    with place:
        columns = views.place_columns(list(inputs))
    for name, column in columns.items():
        key = cache.model_key(store, name)
        with column:
            try:
                score, threshold = cache.spoof_score(key, inputs[name]), views.chosen_threshold(key)
            except FascoreError as err:
                failures[name] = str(err)
                views.column_error(name, str(err))
                continue
            temperature = cards[name].temperature
            views.verdict(name, spoof_score=score, threshold=threshold, temperature=temperature)
        keys[name], scores[name] = key, score
    return keys, scores, failures


def measure_firmness(
    keys: Mapping[str, ModelKey],
    cards: Mapping[str, Card],
    judged: views.Judged,
    places: views.FirmnessPlaces,
) -> tuple[dict[str, Firmness], Callable[[], None]]:
    """Says how firm each verdict is: firmness, and what draws the pictures scored beside it."""
    seen = {name: judged.trial_inputs(cards[name]) for name in keys}
    choice = state.threshold()
    firmness = {
        name: cache.firmness(key, judged.trials(cards[name]), seen[name], choice=choice)
        for name, key in keys.items()
    }
    views.show_firmness(firmness, places)
    shown = on_show.shown()
    assert shown is not None
    words = views.picture_words(shown)
    return firmness, partial(views.firmness_pictures, firmness, seen, places, picture=words)


def hidings(
    rows: Mapping[str, views.MapRow],
    keys: Mapping[str, ModelKey],
    inputs: Mapping[str, np.ndarray],
    settings: views.Settings,
    made: MutableMapping[Any, Any],
) -> dict[str, Callable[[], dict[str, Hiding]]]:
    """What hides regions by the maps of each signed method that has some, by its title."""

    def make(explainer: Explainer) -> dict[str, Hiding]:
        return {
            of.model: cache.hiding(
                key := keys[of.model],
                explainer,
                inputs[of.model],
                of,
                limit=views.chosen_threshold(key).value,
                made=made,
            )
            for of in rows[explainer.name].maps
        }

    return {
        explainer.title: partial(make, explainer)
        for explainer in settings.explainers
        if explainer.signed and rows[explainer.name].maps
    }


def sums_by_part(
    rows: Mapping[str, views.MapRow], names: Sequence[str], *, size: int
) -> list[PartSums]:
    """What can be read of the maps, of the methods that explain all networks; pixel maps first."""
    complete = [row for row in rows.values() if len(row.maps) == len(names)]
    complete.sort(key=lambda row: row.maps[0].superpixels is not None)
    sums = [part_sums(row.maps[0].method, row.maps, size=size) for row in complete]
    return [of_method for of_method in sums if of_method is not None]


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


page()
