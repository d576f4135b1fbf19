"""A whole test set: the answer and its two tables, and all other figures behind a choice."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import address, cache, state, views
from dashboard.cache import ModelKey
from fascore.labels import SPECIES_TITLES, SPOOF
from fascore.report.numbers import comparison_origin
from fascore.scores import curves
from fascore.scores.comparison import Comparison
from fascore.scores.definitions import (
    OPERATING_METRICS,
    PAD_METRICS,
    PAPER_METRICS,
    SCORE_METRICS,
    metric_table,
)
from fascore.scores.slices import slice_columns, slices
from fascore.scores.temperature import calibration_table
from fascore.store import Store

FIGURES_A_ROW = 2
BASELINES, VARIANTS = "Table I", "Table II"  # of the paper
DIFFERENCES, RATES, SETS = "Differences", "More rates", "Other test sets"
CURVES, MATRICES, SLICES = "Curves", "Confusion matrices", "Slices"
SECTIONS = (DIFFERENCES, BASELINES, RATES, SETS, CURVES, MATRICES, SLICES)
NO_SCORES = "No network of the store has scores that can be compared."


def page() -> None:
    store, cards, errors = views.store_page("Metrics on a whole test set")
    answer, images = st.container(), st.container(horizontal=True, key="metrics_of")
    with images:
        of = views.chosen_set(store)
    keys, failures = views.scored_keys(store, list(cards), of)
    for name, sentence in {**errors, **failures}.items():
        views.column_error(name, f"Not compared. {sentence}")
    if not keys:
        st.info(NO_SCORES)
        views.paper_tables(VARIANTS)
        draw_section(store, keys, None, None)
        return
    comparison = cache.comparison(tuple(keys), state.threshold(), of)
    rankings = cache.rankings(tuple(keys), of)
    measured = metric_table(comparison.measured, rankings)
    state.set_origin(comparison_origin(store, comparison, state.threshold()))
    with answer:
        views.metrics_answer(store, comparison)
    with images:
        views.threshold_note(comparison)
    if comparison.one_class_note:
        st.info(comparison.one_class_note)
    with st.container(key="opening", gap="small"):
        views.paper_tables(VARIANTS, comparison, measured)
        views.attacks_table(comparison, measured, rankings)
    views.definitions((*PAPER_METRICS, *PAD_METRICS))
    views.metrics_files(store, comparison, of)
    draw_section(store, keys, comparison, measured)


def draw_section(
    store: Store,
    keys: Sequence[ModelKey],
    comparison: Comparison | None,
    measured: pd.DataFrame | None,
) -> None:
    """What is below the opening: one of `SECTIONS`, as chosen."""
    section = st.segmented_control(
        "More of this test set",
        SECTIONS,
        default=DIFFERENCES,
        required=True,
        key="metrics_section",
        persist_state="session",
    )
    if section == BASELINES:
        views.paper_tables(BASELINES, comparison, measured)
        views.definitions(PAPER_METRICS)
    elif comparison is None or measured is None:
        st.info(NO_SCORES)
    elif section == RATES:
        draw_rates(comparison, measured)
    elif section == SETS:
        views.sets_view(store, keys)
    elif chosen := choose_networks(comparison):
        DRAWN[section](chosen)
    if section == DIFFERENCES:
        views.training_noise_view(store)


def choose_networks(comparison: Comparison) -> Comparison | None:
    """The networks to draw, the four variants unless others are chosen."""
    names = list(comparison.models)
    chosen = st.multiselect(
        "Networks",
        names,
        default=comparison.compared_first,
        format_func=views.model_title,
        key="metrics_networks",
        persist_state="session",
    )
    if not chosen:
        st.info("Choose at least one network.")
        return None
    return comparison.chosen(chosen)


def draw_rates(comparison: Comparison, measured: pd.DataFrame) -> None:
    """Rates that need no threshold, and the thresholds of those that do."""
    said = f"Measured on {views.test_set(comparison)}, whatever the threshold."
    st.header("Other operating points")
    st.markdown(said)
    views.metrics_table(measured, OPERATING_METRICS, key="operating")
    views.definitions(OPERATING_METRICS)
    st.header("Scores as a ranking and as probabilities")
    st.markdown(said)
    views.metrics_table(measured, SCORE_METRICS, key="scores")
    views.definitions(SCORE_METRICS)
    st.header("Thresholds and training")
    views.thresholds_table(comparison)


def draw_curves(chosen: Comparison) -> None:
    """Curves and bars of the networks chosen, then each one's scores by species."""
    st.caption(f"Measured on {views.test_set(chosen)}. Diamonds are operating points.")
    views.charts(
        curves.defined_figures(chosen.measured)
        | {
            f"scores_{name}": curves.histogram_figure(
                views.model_title(name), model.test, threshold=chosen.thresholds[name].value
            )
            for name, model in chosen.models.items()
        }
    )
    views.calibration_view(calibration_table(chosen.models))
    if SPOOF in chosen.classes:
        species_buttons(chosen)
    views.definitions(("apcer", "bpcer", "auc", "calibration_error"))


def species_buttons(chosen: Comparison) -> None:
    """A button a species; pressed, the Images page shows the attacks of it that were accepted."""
    name = next(iter(chosen.models))
    st.markdown(f"Attacks accepted by {views.model_title(name)}, by species:")
    with st.container(horizontal=True, key="species_cells"):
        for species in chosen.measured[name].apcer:
            if st.button(SPECIES_TITLES.get(species, species), key=f"species_{species}"):
                state.ask_for_images(name, label=SPOOF, right=False, species=species)
                address.go("images")


def draw_confusions(chosen: Comparison) -> None:
    """One confusion matrix a model, and from each cell the way to its faces."""
    st.caption(
        f"Measured on {views.test_set(chosen)}. Rows are the truth, columns the verdict; "
        "percentages are of each row. The buttons lead to the faces."
    )
    names = list(chosen.models)
    for start in range(0, len(names), FIGURES_A_ROW):
        columns = st.columns(FIGURES_A_ROW, gap="large")
        for name, column in zip(names[start:], columns, strict=False):
            with column:
                figure = curves.confusion_figure(
                    views.model_title(name), chosen.measured[name].rates
                )
                views.chart(figure, key=f"confusion_{name}")
                cell_buttons(name, chosen)


def cell_buttons(name: str, chosen: Comparison) -> None:
    """A button a cell; pressed, the Images page shows its faces."""
    confusion = chosen.measured[name].rates.confusion
    with st.container(horizontal=True, key=f"cells_{name}"):
        for label, right in views.CELLS:
            count = int(confusion[label, label if right else 1 - label])
            if st.button(views.cell_words(count, label, right), key=f"cell_{name}_{label}_{right}"):
                state.ask_for_images(name, label=label, right=right)
                address.go("images")


def draw_slices(chosen: Comparison) -> None:
    """Error rates by what is known of the images."""
    samples = next(iter(chosen.models.values())).test
    columns = slice_columns(samples)
    if not columns:
        st.info("Nothing is known of these images to slice them by.")
        return
    column = st.selectbox("By", list(columns), format_func=columns.__getitem__, key="slice_column")
    st.markdown(
        f"Measured on {views.test_set(chosen)}: **APCER**, attacks accepted, and **BPCER**, bona "
        "fide faces rejected, with 95 % intervals (Wilson, by subject where known). Slices under "
        "30 images are marked small. Shaded: the highest APCER and the highest BPCER of a network, "
        "where its interval lies above those of all other slices."
    )
    views.slices_table(slices(chosen, column), columns[column])
    views.definitions(("apcer", "bpcer"))


DRAWN = {
    DIFFERENCES: views.pairs_view,
    CURVES: draw_curves,
    MATRICES: draw_confusions,
    SLICES: draw_slices,
}
page()
