"""The question, the networks, and four steps to an answer: one minute to read."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import address, cache, on_show, state, views
from dashboard.cache import OWN_SPLIT, FindingsKey, ModelKey, SetKey
from fascore.data.samples import DataError
from fascore.errors import FascoreError
from fascore.evaluation_sets import OWN, on_set, open_set
from fascore.findings.claims import Claim
from fascore.findings.conclusions import (
    Conclusion,
    conclude_attention,
    conclude_maps,
)
from fascore.findings.results import command, has_results
from fascore.labels import SPECIES_TITLES
from fascore.models import VARIANTS
from fascore.report.numbers import comparison_origin
from fascore.scores.definitions import metric_table
from fascore.scores.summary import differences
from fascore.stats.training_noise import TrainingNoise, recipe_note
from fascore.store import Card, Store, StoreError, study_runs
from fascore.training.figures import noise_figure

TITLE = "Does attention help? Do the maps tell why?"
QUESTION = """
Is a face before a camera a live person, or a print, a screen, a mask? Four variants of one small
network answer that. Three of them have *attention*: gates that weigh what the network looks for,
and where. Pictures (*explanations*) claim to show why each decides as it does.
"""
FEW_METRICS = ("accuracy", "apcer", "bpcer", "auc")


def page() -> None:
    store, cards, errors = views.store_page(TITLE)
    for name, sentence in errors.items():
        views.column_error(name, sentence)
    st.markdown(QUESTION)
    cards = {name: card for name, card in cards.items() if name in VARIANTS}
    if not cards:
        st.info("The store holds none of the four variants: `python -m trainer fit` trains them.")
        return
    keys = {name: cache.model_key(store, name) for name in cards}
    figure = st.container()
    of = say_test_set(store, cards)
    face = st.container()
    draw_tables(store, cards, of)
    of_training = draw_noise(store)
    judged = draw_maps(store, of)
    simulated = any(card.data["simulated"] for card in cards.values())
    draw_conclusions(of_training and of_training[0], judged, simulated=simulated)
    # last: on a server just started a browser's first chart takes it a second, and networks take
    # several; the rest is there to read meanwhile
    if of_training is not None:
        noise, chart = of_training
        with chart:
            views.chart(noise_figure(noise), key="start_noise")
    with figure, st.spinner("Loading the networks…"):
        views.networks_figure(list(keys.values()))
    with face:
        draw_face(store, cards, keys)


def say_test_set(store: Store, cards: Mapping[str, Card]) -> SetKey:
    """What the numbers below are of, and the test set's key."""
    if state.test_set() == OWN:
        names = sorted({card.data["name"] for card in cards.values()})
        st.markdown(
            f"Every number below is of the open store and its data set: **{', '.join(names)}**."
        )
        return OWN_SPLIT
    of = views.chosen_set(store)
    st.markdown("The steps are of this test set, where they do not name other images.")
    return of


def draw_face(store: Store, cards: Mapping[str, Card], keys: Mapping[str, ModelKey]) -> None:
    """Step 1: a test face and what each network says of it."""
    st.header("1. One face and its verdicts")
    loadable = {name: key for name, key in keys.items() if name in store.loadable_names}
    if not loadable:
        st.info("No weights are in this store. `python -m trainer refresh` trains them again.")
        return
    try:
        name, stamp = views.gallery_set(store), cache.sets_stamp(store)
        views.without_pictures_note(store)
        samples = cache.gallery(str(store.path), stamp, name)
        species = [name for name in SPECIES_TITLES if samples.get(name)]
        if not species:
            st.info("The store lists no test images to choose from.")
            return
        if st.session_state.get("start_species") not in species:  # of another test set
            st.session_state.pop("start_species", None)
        chosen = st.segmented_control(
            "A test image of",
            species,
            default=species[-1],
            required=True,
            format_func=SPECIES_TITLES.__getitem__,
            key="start_species",
            persist_state="session",
        )
        group = samples[chosen]
        sample = group[state.gallery_page(f"start_{chosen}") % len(group)]
        root = views.set_root(store, next(iter(cards.values())), name)
        views.face_and_verdicts(sample, root, cards, loadable)
        with st.container(horizontal=True):
            st.button(
                "Another face",
                key="start_another",
                icon=":material/refresh:",
                on_click=state.turn_gallery,
                args=(f"start_{chosen}",),
            )
            if st.button("Why? Compare the explanations", key="start_compare", type="primary"):
                on_show.choose_sample(cache.face_data(root), sample, root=root, test_set=name)
                address.go("compare", sample=sample.sample_id)
    except (DataError, StoreError) as err:
        st.error(f"The faces cannot be shown. {err}")


def draw_tables(store: Store, cards: Mapping[str, Card], of: SetKey) -> None:
    """Step 2: error rates of the whole test set, with intervals, and which networks differ."""
    st.header("2. A whole test set")
    keys, failures = views.scored_keys(store, list(cards), of)
    for name, sentence in failures.items():
        views.column_error(name, sentence)
    if not keys:
        st.info("No variant has scores. `python -m trainer evaluate` makes them.")
        return
    comparison = cache.comparison(tuple(keys), state.threshold(), of)
    state.set_origin(comparison_origin(store, comparison, state.threshold()))
    measured = metric_table(comparison.measured, cache.rankings(tuple(keys), of))
    st.markdown(f"**{differences(comparison, views.model_title)}**")
    told = views.told_worst(comparison)
    views.metrics_table(measured, FEW_METRICS, key="start_metrics", told=told)
    st.caption(
        f"On {views.test_set(comparison)}. APCER: attacks accepted, of the kind where most are; "
        "BPCER: live faces rejected; AUC: how often an attack scores above a live face. In "
        "brackets what the number could be on other images like these (95 % intervals)."
    )
    st.page_link(
        "app_pages/metrics.py",
        label="All tables and curves",
        icon=":material/monitoring:",
        query_params=address.of_page("metrics"),
    )


def draw_noise(store: Store) -> tuple[TrainingNoise, DeltaGenerator] | None:
    """Step 3: several trainings of each variant, and their chart's place; None where none are."""
    st.header("3. Is the difference larger than the noise of training?")
    try:
        noise = views.read_noise(store)
        note = recipe_note(study_runs(store.path), store) if noise else ""
    except FascoreError as err:
        st.error(str(err))
        return None
    if noise is None:
        st.info(
            "Each variant was trained once here, so a difference may be luck. "
            f"`python -m trainer study --data BUILD --store {store.path}` trains each several "
            "times."
        )
        return None
    left, right = st.columns([2, 3], gap="large")
    left.markdown(f"**{noise.sentence(views.model_title)}**")
    left.caption(
        "On the networks' own test split, whichever test set is chosen. Each grey line is one "
        f"seed: the same start for all variants. {note}"
    )
    return noise, right.container(key="start_noise_chart")


def draw_maps(store: Store, of: SetKey) -> Conclusion:
    """Step 4: what was measured of the maps; the conclusion it leads to."""
    st.header("4. Do the maps deserve belief?")
    chosen = on_set(store, of.name)
    if of != OWN_SPLIT and not has_results(chosen):
        st.info(
            "No maps were judged on the test set chosen. What follows is of the networks' own test "
            f"split; `{command(chosen)}` judges them on the other."
        )
        chosen, of = store, OWN_SPLIT
    key = cache.findings_key(chosen, of.name)
    claims = read_claims(chosen, key)
    if claims is None:
        st.info(
            "The store holds no judged maps that are of its networks. "
            f"`{command(store)}` judges them."
        )
    else:
        images = open_set(store, of.name)
        part = ", test split" if images.is_own else ""
        st.markdown(f"The paper's claims, held against maps of images of **{images.title}**{part}:")
        views.claims_list(claims)
        st.page_link(
            "app_pages/explanations.py",
            label="What was measured, and why each answer",
            icon=":material/gavel:",
            query_params=address.of_page("explanations"),
        )
    return conclude_maps(claims, read_planted(key))


def read_claims(store: Store, key: FindingsKey) -> Mapping[str, Claim] | None:
    """The claims answered; None where there are none, or where the page says why not."""
    try:
        return cache.claims(key) if has_results(store) else None
    except FascoreError as err:
        st.error(str(err))
        return None


def read_planted(key: FindingsKey) -> pd.DataFrame | None:
    """What was found of planted evidence; None where nothing was planted."""
    try:
        return cache.planted(key)
    except FascoreError as err:
        st.error(str(err))
        return None


def draw_conclusions(noise: TrainingNoise | None, judged: Conclusion, *, simulated: bool) -> None:
    """What to conclude, and what not."""
    st.header("What to conclude")
    views.conclusions([conclude_attention(noise, views.model_title), judged])
    faces = "simulated faces" if simulated else "one data set"
    st.markdown(
        "Not to conclude: that any of these networks protects a door or a phone. They were "
        f"trained on {faces}; on other pictures such networks err far more often."
    )


page()
