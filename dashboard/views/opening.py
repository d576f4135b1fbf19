"""What Metrics opens with: the answer in words, one of the paper's tables, and ISO's rates."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard.views.differences import read_noise
from dashboard.views.images import test_set
from dashboard.views.metric_tables import metrics_table, paper_table, told_worst
from dashboard.views.style import model_title
from fascore.errors import FascoreError
from fascore.findings.conclusions import conclude_attention
from fascore.findings.questions import PLAIN
from fascore.paper import read_paper
from fascore.scores.comparison import Comparison
from fascore.scores.definitions import PAD_METRICS, PAPER_METRICS
from fascore.scores.summary import differences, weakest_sentence
from fascore.stats.ranking import Ranking, intervals_words
from fascore.store import Store

NETWORKS = {  # of the paper's tables
    "Table I": "the plain CNN and six networks of others",
    "Table II": "the plain CNN and its variants with attention",
}
REPORTED = (
    "Reported figures are the paper's, of other faces than the open store's, so they cannot be "
    "compared number by number. Whether the paper's networks differ cannot be tested: that needs "
    "both verdicts on each image, which are not published. "
)
SHADED = (
    "Shaded: the worst accuracy or BPCER, where paired tests tell it from that of every other "
    "network."
)


def metrics_answer(store: Store, comparison: Comparison) -> None:
    """Which networks differ, how much the weakest errs, and whether attention helps."""
    compared = comparison.chosen(comparison.compared_first)
    weakest = weakest_sentence(compared.measured, model_title)
    st.markdown(
        f"**{differences(compared, model_title)}** {weakest} {_trained_again(store, compared)}"
    )


def _trained_again(store: Store, compared: Comparison) -> str:
    """What several trainings say; "" where they were not measured on these images."""
    if not compared.is_own or not set(compared.models) > {PLAIN}:
        return ""
    try:
        said = conclude_attention(read_noise(store), model_title)
    except FascoreError:  # told under Differences
        return ""
    return f"**{said.question} {said.answer.capitalize()}.** {said.sentence}"


def paper_tables(
    title: str, comparison: Comparison | None = None, measured: pd.DataFrame | None = None
) -> None:
    """One of the paper's tables as reported, and its networks as measured beside it."""
    paper = read_paper()
    rows = paper.tables[title]
    st.header(f"{title}: {NETWORKS[title]}")
    left, right = st.columns(2)
    with left:
        said = f"**Reported** on {paper.data}"
        paper_table(paper, rows, key=f"reported_{title}", caption=said)
    if comparison is None or measured is None:
        return
    names = [row.name for row in rows if row.name in measured.index]
    with right:
        if not names:
            st.info("The store has no scores of these networks.")
            return
        metrics_table(
            measured.loc[names],
            PAPER_METRICS,
            key=f"measured_{title}",
            told=told_worst(comparison.chosen(names)),
            caption=f"**Measured** on {test_set(comparison)}",
        )


def attacks_table(
    comparison: Comparison, measured: pd.DataFrame, rankings: Mapping[str, Ranking]
) -> None:
    """ISO/IEC 30107-3's rates of all networks, and what brackets and shades of the page mean."""
    st.header("Attack detection (ISO/IEC 30107-3)")
    metrics_table(
        measured,
        PAD_METRICS,
        key="pad",
        told=told_worst(comparison),
        species=True,
        caption=f"**Measured** on {test_set(comparison)}",
    )
    unit = next(iter(rankings.values())).unit
    st.caption(f"Brackets are {intervals_words(unit)}. {SHADED} {REPORTED}")
