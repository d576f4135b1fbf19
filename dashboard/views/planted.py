"""How far each method can be trusted: what it finds where the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dashboard.views.findings import interval_cell
from dashboard.views.tables import data_table
from fascore.findings.drawing import method_words
from fascore.judging.planted import FAILS, POOLED
from fascore.stats.intervals import Interval

_ENDS = ("", "_low", "_high")


def planted_table(table: pd.DataFrame) -> None:
    """Each method's outcome on each planted cue over all networks, those that fail marked."""
    pooled = table[table["model"] == POOLED]
    shown = pd.DataFrame(
        {
            "Verdict": pooled["verdict"],
            "Hit rate": _intervals(pooled, "hit"),
            "By chance": _numbers(pooled, "chance"),
            "Best possible": _numbers(pooled, "ceiling"),
            "Weight over area": _intervals(pooled, "concentration"),
            "Images": pooled["images"],
        }
    )
    names = [
        f"{method_words(m)}: {c}" for m, c in zip(pooled["method"], pooled["cue"], strict=True)
    ]
    shown.index = pd.Index(names, name="Method and cue")
    failing = shown.index[shown["Verdict"] == FAILS].tolist()
    data_table(shown, table, key="planted", worst_rows={"Verdict": failing}, meanings=MEANINGS)


MEANINGS = {
    "Verdict": "Finds it: the intervals of both measures lie above chance. Fails: one does not. "
    "Not tried: the network had not learnt the cue, or too few images.",
    "Hit rate": "Share of images on which the map's highest place lies inside the cue.",
    "By chance": "The cue's share of the picture: the hit rate of a map that says nothing.",
    "Best possible": "The hit rate of the best map with cells or superpixels of this size.",
    "Weight over area": "Share of positive attribution inside the cue over its share of the "
    "picture; 1 is no preference.",
}


def _intervals(table: pd.DataFrame, name: str) -> list[str]:
    ends = table.reindex(columns=[f"{name}{end}" for end in _ENDS]).to_numpy(float)
    return [
        "–" if np.isnan(low) else interval_cell(Interval(mean, low, high, 0))
        for mean, low, high in ends
    ]


def _numbers(table: pd.DataFrame, name: str) -> list[str]:
    values = table.reindex(columns=[name])[name]
    return ["–" if np.isnan(value) else f"{value:.3f}" for value in values]
