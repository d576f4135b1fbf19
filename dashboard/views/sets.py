"""The cross-data-set table: networks on each of a store's test sets."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.views.style import model_title
from dashboard.views.tables import NETWORK, data_table, metric_cell, metric_meaning
from fascore.scores.across_sets import CROSS_METRICS, WORST, Tested
from fascore.scores.definitions import METRICS

SET = "Test set"


def sets_table(found: Sequence[Tested]) -> None:
    """Draws `fascore.scores.across_sets.across_sets`: a row a set and network."""
    shown, data = [], []
    for each in found:
        for name, row in each.table.iterrows():
            cells = {METRICS[m].title: metric_cell(row, m) for m in CROSS_METRICS}
            place = {SET: each.words, NETWORK: model_title(str(name))}
            shown.append({**place, **cells, "Worst species": row[WORST] or "none"})
            data.append({**place, **row})
    meanings = {METRICS[m].title: metric_meaning(m) for m in CROSS_METRICS}
    rules = {title: rule for each in found for title, rule in each.rules.items()}
    for title, rule in rules.items():
        st.caption(f"{title} is no network of this store; its threshold, as imported: {rule}.")
    keys = [SET, NETWORK]
    data_table(
        pd.DataFrame(shown).set_index(keys),
        pd.DataFrame(data).set_index(keys),
        key="across_sets",
        meanings=meanings,
        moving=keys,
    )
