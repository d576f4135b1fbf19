"""A whole test set: what the paper reports, and what the open store's models do."""

from __future__ import annotations

import json
from collections.abc import Mapping

import streamlit as st

from dashboard import cache, state, views
from fascore.metrics import Classification
from fascore.store import Card, Store

PAPER = cache.ROOT / "assets" / "paper.json"
CONFUSIONS_A_ROW = 2


def page() -> None:
    store = views.open_store(state.store_path())
    cards, errors = views.cards_or_errors(store)
    st.title("Metrics on a whole test set")
    views.demo_note(cards.values())
    measured = measure(store, cards, errors)
    draw_measured(cards, measured, errors)
    draw_paper()
    draw_confusions(measured)


def measure(
    store: Store, cards: Mapping[str, Card], errors: dict[str, str]
) -> dict[str, Classification]:
    """Each model's metrics by name; adds to `errors` why a model has none."""
    measured = {}
    for name in cards:
        try:
            measured[name] = cache.classification(cache.model_key(store, name))
        except ValueError as err:
            errors[name] = str(err)
    return measured


def draw_measured(
    cards: Mapping[str, Card],
    measured: Mapping[str, Classification],
    errors: Mapping[str, str],
) -> None:
    """The open store's table, with the data set, the number of images and the thresholds' rule."""
    st.subheader("Measured: the open store")
    if measured:
        names = sorted({cards[name].data["name"] for name in measured})
        images = sorted({rates.num_images for rates in measured.values()})
        rules = sorted({views.threshold_rule(cards[name]) for name in measured})
        st.markdown(
            f"**{', '.join(names)}**, test split, {', '.join(map(str, images))} images. "
            f"Threshold: {'; '.join(rules)}. Precision, recall and F1 are macro averages."
        )
        views.rates_table(measured, cards)
    for name, sentence in errors.items():
        views.column_error(name, f"Not compared. {sentence}")


def draw_paper() -> None:
    """The paper's tables, marked as reported."""
    paper = json.loads(PAPER.read_text())
    st.subheader("Reported: the paper")
    st.markdown(
        f"**{paper['data']}**. Figures as reported, not measured here; of other faces than the "
        "open store's, so the two tables cannot be compared number by number."
    )
    columns = st.columns(len(paper["tables"]), gap="large")
    for column, (title, rows) in zip(columns, paper["tables"].items(), strict=True):
        with column:
            st.markdown(f"{title} (reported, {paper['data']})")
            views.paper_table(rows)


def draw_confusions(measured: Mapping[str, Classification]) -> None:
    """One confusion matrix a model, two in a row."""
    if not measured:
        return
    st.subheader("Confusion matrices of the open store's test split")
    st.caption("Rows are the truth, columns the verdict; percentages are of each row.")
    names = list(measured)
    for start in range(0, len(names), CONFUSIONS_A_ROW):
        columns = st.columns(CONFUSIONS_A_ROW, gap="large")
        for name, column in zip(names[start:], columns, strict=False):
            figure = views.confusion_figure(views.model_title(name), measured[name])
            column.plotly_chart(figure, key=f"confusion_{name}", config={"displayModeBar": False})


page()
