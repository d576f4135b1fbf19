"""A whole test set: what the paper reports, and what the open store's models do."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import cache, state, views
from dashboard.cache import ModelKey, SetKey
from fascore.errors import FascoreError
from fascore.labels import SPECIES_TITLES, SPOOF
from fascore.paper import read_paper
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
from fascore.stats.ranking import intervals_words
from fascore.stats.training_noise import recipe_note, training_noise
from fascore.store import Store, study_runs

FIGURES_A_ROW = 2
TABLES, CURVES, MATRICES, SLICES = "Tables", "Curves", "Confusion matrices", "Slices"


def page() -> None:
    store, cards, errors = views.store_page("Metrics on a whole test set")
    of = views.chosen_set(store)
    keys, failures = views.scored_keys(store, list(cards), of)
    for name, sentence in {**errors, **failures}.items():
        views.column_error(name, f"Not compared. {sentence}")
    section = st.segmented_control(
        "Show",
        [TABLES, CURVES, MATRICES, SLICES],
        default=TABLES,
        required=True,
        key="metrics_section",
        persist_state="session",
    )
    comparison = cache.comparison(tuple(keys), state.threshold(), of) if keys else None
    if comparison is not None:
        state.set_origin(comparison_origin(store, comparison, state.threshold()))
        views.threshold_note(comparison)
        if comparison.one_class_note:
            st.info(comparison.one_class_note)
        views.metrics_files(store, comparison, of)
    if section == TABLES:
        draw_tables(store, keys, comparison, of)
    elif comparison is None:
        st.info("No network of the store has scores that can be compared.")
    elif chosen := choose_networks(comparison):
        {CURVES: draw_curves, MATRICES: draw_confusions, SLICES: draw_slices}[section](chosen)


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


def draw_tables(
    store: Store, keys: Sequence[ModelKey], comparison: Comparison | None, of: SetKey
) -> None:
    """The paper's tables beside the store's, ISO/IEC 30107-3's rates, and paired tests."""
    paper = read_paper()
    rankings = cache.rankings(tuple(keys), of) if keys else {}
    measured = metric_table(comparison.measured, rankings) if comparison else None
    for title, rows in paper.tables.items():
        st.header(title)
        left, right = st.columns(2)
        with left:
            st.caption(f"**Reported** on {paper.data}")
            views.paper_table(paper, rows, key=f"reported_{title}")
        if comparison is None or measured is None:
            continue
        with right:
            names = [row.name for row in rows if row.name in measured.index]
            st.caption(f"**Measured** on {views.test_set(comparison)}")
            views.metrics_table(measured.loc[names], PAPER_METRICS, key=f"measured_{title}")
    st.caption(
        "Reported figures are the paper's, of other faces than the open store's, so they cannot be "
        "compared number by number. Brackets are 95 % intervals (Wilson; widened by "
        "subject where subjects are known). Whether the paper's "
        "networks differ cannot be tested: that needs both verdicts on each image, which are not "
        "published. Shaded: the worst of a column."
    )
    views.definitions(PAPER_METRICS)
    draw_noise(store)
    if comparison is not None and measured is not None:
        unit = next(iter(rankings.values())).unit
        draw_sets(store, keys)
        st.header("Attack detection (ISO/IEC 30107-3)")
        st.markdown(
            f"Measured on {views.test_set(comparison)}. Brackets are {intervals_words(unit)}."
        )
        views.metrics_table(measured, PAD_METRICS, key="pad")
        views.definitions(PAD_METRICS)
        st.header("Other operating points")
        st.markdown(f"Measured on {views.test_set(comparison)}, whatever the threshold.")
        views.metrics_table(measured, OPERATING_METRICS, key="operating")
        views.definitions(OPERATING_METRICS)
        st.header("Scores as a ranking and as probabilities")
        st.markdown(f"Measured on {views.test_set(comparison)}, whatever the threshold.")
        views.metrics_table(measured, SCORE_METRICS, key="scores")
        views.definitions(SCORE_METRICS)
        st.header("Thresholds and training")
        views.thresholds_table(comparison)
        draw_pairs(comparison)


def draw_sets(store: Store, keys: Sequence[ModelKey]) -> None:
    """The networks on the store's other test sets, where there are any."""
    st.header("Across test sets")
    stamp = cache.sets_stamp(store)
    found, problems = cache.across_sets(tuple(keys), state.threshold(), stamp)
    for sentence in problems:
        st.error(sentence)
    if len(found) < 2 and len(found[0].table) == len(keys):
        st.info(
            "How do the networks do on other data? `python -m trainer evaluate --as NAME` scores "
            "them on any data set, and this table then shows it beside their own test split."
        )
        return
    st.markdown(
        "Thresholds are the store's own, from its validation: no test set chose one. Brackets are "
        "95 % intervals over subjects where they are known. What a set's classes do not define is "
        "undefined."
    )
    views.sets_table(found, rule=state.threshold().title)


def draw_noise(store: Store) -> None:
    """What several runs of each variant say, where there are any."""
    st.header("Training noise: several runs of each variant")
    stamp = cache.runs_stamp(store)
    if not stamp:
        st.info(
            "The paper trained each network once, and so did this store: a difference may be luck. "
            "`python -m trainer study` trains each variant several times."
        )
        return
    try:
        noise = training_noise(cache.run_accuracy(str(store.path), stamp, state.threshold()))
        note = recipe_note(study_runs(store.path), store)
    except FascoreError as err:
        st.error(str(err))
        return
    st.markdown(f"**{noise.sentence(views.model_title)}**")
    if note:
        st.info(note)
    st.caption(
        "Accuracy on the networks' own test split, whichever test set is chosen above. Standard "
        "deviation of the variants' means "
        f"{noise.spread:.4f}, of the runs of one variant {noise.noise:.4f}, of a run within its "
        f"seed {noise.test.residual:.4f}. {noise.test.words()} Intervals: Student's."
    )
    views.noise_tables(noise)


def draw_pairs(comparison: Comparison) -> None:
    """Paired tests between the networks chosen."""
    st.header("Paired tests")
    st.markdown(
        f"On {views.test_set(comparison)}: do two networks differ on the same images? Where the "
        "subjects are known, all images of one are flipped together; McNemar's test beside it "
        "takes images as independent. Both corrected for the number of pairs after Holm."
    )
    chosen = choose_networks(comparison)
    if chosen is None or len(chosen.models) < 2:
        return
    try:
        views.pairs_table(chosen.paired_tests())
    except FascoreError as err:
        st.error(str(err))


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
                st.switch_page("app_pages/images.py")


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
                st.switch_page("app_pages/images.py")


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
        "30 images are marked small; shaded: the worst of a column."
    )
    views.slices_table(slices(chosen, column), columns[column])
    views.definitions(("apcer", "bpcer"))


page()
