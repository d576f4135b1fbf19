"""How far each method can be trusted: what it finds where the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard import state
from dashboard.views.tables import data_table
from fascore.findings.drawing import method_words
from fascore.judging.planted import FAILS, POOLED, measured_intervals
from fascore.report.explained import planted_origin
from fascore.stats.intervals import interval_text


def planted_table(table: pd.DataFrame) -> None:
    """Each method's outcome on each planted cue over all networks, those that fail marked."""
    pooled = table[table["model"] == POOLED]
    shown = pd.DataFrame(
        {
            "Verdict": pooled["verdict"],
            "Hit rate": _cells(pooled, "hit"),
            "By chance": _numbers(pooled, "chance"),
            "Best possible": _numbers(pooled, "ceiling"),
            "Weight over area": _cells(pooled, "concentration"),
            "Images": pooled["images"],
        }
    )
    names = [
        f"{method_words(m)}: {c}" for m, c in zip(pooled["method"], pooled["cue"], strict=True)
    ]
    shown.index = pd.Index(names, name="Method and cue")
    failing = shown.index[shown["Verdict"] == FAILS].tolist()
    origin = planted_origin(state.origin())
    data_table(
        shown,
        table,
        key="planted",
        worst_rows={"Verdict": failing},
        meanings=MEANINGS,
        origin=origin,
    )


MEANINGS = {
    "Verdict": "Finds it: the intervals of both measures lie above chance. Fails: one does not. "
    "Not tried: the network had not learnt the cue, or too few images.",
    "Hit rate": "Share of images on which the map's highest place lies inside the cue.",
    "By chance": "The cue's share of the picture: the hit rate of a map that says nothing.",
    "Best possible": "The hit rate of the best map with cells or superpixels of this size.",
    "Weight over area": "Share of positive attribution inside the cue over its share of the "
    "picture; 1 is no preference.",
}


def _cells(table: pd.DataFrame, measure: str) -> list[str]:
    return [
        interval_text(interval, digits=3) if interval else "–"
        for interval in measured_intervals(table, measure)
    ]


def _numbers(table: pd.DataFrame, name: str) -> list[str]:
    values = table.reindex(columns=[name])[name]
    return ["–" if np.isnan(value) else f"{value:.3f}" for value in values]
