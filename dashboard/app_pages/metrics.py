"""A whole test set: what the paper reports, and what the open store's models do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import cache, state, views
from dashboard.cache import ModelKey
from fascore.evaluation import Evaluation
from fascore.models import VARIANTS
from fascore.store import Card, Store

PAPER = cache.ROOT / "assets" / "paper.json"
FIGURES_A_ROW = 2


def page() -> None:
    store = views.open_store(state.store_path())
    cards, errors = views.cards_or_errors(store)
    st.title("Metrics on a whole test set")
    views.demo_note(cards.values())
    keys, measured, origins = measure(store, cards, errors)
    draw_measured(cards, measured, origins, errors)
    if measured:
        draw_pad(list(keys.values()), measured)
    draw_paper()
    if measured:
        draw_chosen(keys, measured)


def measure(
    store: Store, cards: Mapping[str, Card], errors: dict[str, str]
) -> tuple[dict[str, ModelKey], dict[str, Evaluation], dict[str, str]]:
    """Each model's key, numbers and its threshold's origin by name; adds to `errors` why not."""
    keys, measured, origins = {}, {}, {}
    for name in cards:
        key = cache.model_key(store, name)
        try:
            threshold = views.chosen_threshold(key)
            measured[name] = cache.evaluation(key, threshold.value)
        except ValueError as err:
            errors[name] = str(err)
            continue
        keys[name], origins[name] = key, threshold.origin
    return keys, measured, origins


def draw_measured(
    cards: Mapping[str, Card],
    measured: Mapping[str, Evaluation],
    origins: Mapping[str, str],
    errors: Mapping[str, str],
) -> None:
    """The open store's table, with the data set, the number of images and the thresholds."""
    st.subheader("Measured: the open store")
    if measured:
        names = sorted({cards[name].data["name"] for name in measured})
        images = sorted({result.rates.num_images for result in measured.values()})
        st.markdown(
            f"**{', '.join(names)}**, test split, {', '.join(map(str, images))} images. Precision, "
            "recall and F1 are macro averages; brackets are 95 % intervals (Wilson)."
        )
        views.rates_table(measured, origins, cards)
    for name, sentence in errors.items():
        views.column_error(name, f"Not compared. {sentence}")


def draw_pad(keys: Sequence[ModelKey], measured: Mapping[str, Evaluation]) -> None:
    """ISO/IEC 30107-3's rates of the open store."""
    rankings = cache.rankings(tuple(keys))
    unit = next(iter(rankings.values())).unit
    st.subheader("Attack detection: the open store")
    st.markdown(
        "Same images and thresholds, after ISO/IEC 30107-3. **APCER**: attacks accepted, of the "
        "worst species. **BPCER**: bona fide faces rejected. **ACER**: mean of the two. **EER**: "
        "where pooled APCER and BPCER meet. **AUC**: chance that an attack scores above a bona "
        f"fide face. Intervals of EER and AUC: 1,000 bootstrap draws over {unit}."
    )
    views.pad_table(measured, rankings)


def draw_paper() -> None:
    """The paper's tables, marked as reported."""
    paper = json.loads(PAPER.read_text())
    st.subheader("Reported: the paper")
    st.markdown(
        f"**{paper['data']}**. Figures as reported, not measured here; of other faces than the "
        "open store's, so they cannot be compared number by number. The intervals of accuracy "
        f"follow from {paper['num_test_images']:,} images alone. Whether two networks differ "
        "cannot be tested: that needs both verdicts on each image, which are not published."
    )
    columns = st.columns(len(paper["tables"]), gap="large")
    for column, (title, rows) in zip(columns, paper["tables"].items(), strict=True):
        with column:
            st.markdown(f"{title} (reported, {paper['data']})")
            views.paper_table(rows, num_images=paper["num_test_images"])


def draw_chosen(keys: Mapping[str, ModelKey], measured: Mapping[str, Evaluation]) -> None:
    """Comparison, curves and confusion matrices of the networks chosen."""
    st.subheader("Networks of the open store side by side")
    default = [name for name in measured if name in VARIANTS] or list(measured)
    names = st.multiselect(
        "Networks",
        list(measured),
        default=default,
        format_func=views.model_title,
        key="metrics_networks",
        persist_state="session",
    )
    chosen = {name: measured[name] for name in names}
    if not chosen:
        st.info("Choose at least one network.")
        return
    draw_pairs(keys, chosen)
    columns = st.columns(2, gap="large")
    figures = {"roc": views.roc_figure(chosen), "det": views.det_figure(chosen)}
    for column, (key, figure) in zip(columns, figures.items(), strict=True):
        column.plotly_chart(figure, key=key, config={"displayModeBar": False})
    figures = {
        "species": views.species_figure(chosen),
        "calibration": views.calibration_figure(chosen),
    }
    for column, (key, figure) in zip(st.columns(2, gap="large"), figures.items(), strict=True):
        column.plotly_chart(figure, key=key, config={"displayModeBar": False})
    draw_histograms(keys, chosen)
    draw_confusions(chosen)


def draw_pairs(keys: Mapping[str, ModelKey], chosen: Mapping[str, Evaluation]) -> None:
    """Paired tests between the networks chosen."""
    if len(chosen) < 2:
        return
    st.markdown(
        "**Paired tests**: McNemar's exact test on the same images, corrected for the number of "
        "pairs after Holm."
    )
    try:
        thresholds = tuple(result.threshold for result in chosen.values())
        views.pairs_table(cache.pairs(tuple(keys[name] for name in chosen), thresholds))
    except ValueError as err:
        st.error(str(err))


def draw_histograms(keys: Mapping[str, ModelKey], chosen: Mapping[str, Evaluation]) -> None:
    """Each network's scores by species, two in a row."""
    names = list(chosen)
    for start in range(0, len(names), FIGURES_A_ROW):
        columns = st.columns(FIGURES_A_ROW, gap="large")
        for name, column in zip(names[start:], columns, strict=False):
            figure = views.histogram_figure(
                views.model_title(name),
                cache.scored(keys[name]),
                threshold=chosen[name].threshold,
            )
            column.plotly_chart(figure, key=f"scores_{name}", config={"displayModeBar": False})


def draw_confusions(chosen: Mapping[str, Evaluation]) -> None:
    """One confusion matrix a model, two in a row."""
    st.subheader("Confusion matrices of the open store's test split")
    st.caption("Rows are the truth, columns the verdict; percentages are of each row.")
    names = list(chosen)
    for start in range(0, len(names), FIGURES_A_ROW):
        columns = st.columns(FIGURES_A_ROW, gap="large")
        for name, column in zip(names[start:], columns, strict=False):
            figure = views.confusion_figure(views.model_title(name), chosen[name].rates)
            column.plotly_chart(figure, key=f"confusion_{name}", config={"displayModeBar": False})


page()
