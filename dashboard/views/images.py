"""Test images by the networks' verdicts: what is shown, who is right, cards with every score."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.views.image_tiles import Line, image_tiles, pictures_missing
from dashboard.views.style import model_title
from dashboard.views.tables import data_table, table
from fascore.counts import counted
from fascore.labels import LIVE, SPOOF
from fascore.scores.comparison import Comparison
from fascore.scores.score_text import score_against
from fascore.scores.verdicts import Verdicts

SCORES_HEIGHT = 420  # px
CELLS = {
    (LIVE, True): "bona fide accepted",
    (LIVE, False): "bona fide rejected",
    (SPOOF, False): "attacks accepted",
    (SPOOF, True): "attacks caught",
}


def cell_words(count: int, label: int, right: bool) -> str:
    """How many images a cell of the confusion matrix holds, in words.

    Examples
    --------
    >>> cell_words(1, SPOOF, False), cell_words(1440, SPOOF, True)
    ('1 attack accepted', '1,440 attacks caught')
    """
    words = CELLS[label, right]
    return f"{count:,} {words.replace('attacks', 'attack') if count == 1 else words}"


def test_set(comparison: Comparison) -> str:
    """The test images that numbers are measured on, in words."""
    part = ", test split" if comparison.is_own else ""
    return f"**{comparison.set_title}**{part}, {counted(comparison.num_images, 'image')}"


def patterns_table(patterns: pd.DataFrame, names: Sequence[str]) -> None:
    """Which networks are right on how many images (`Verdicts.patterns`)."""
    rows = [
        [*("✓" if row[name] else "✗" for name in names), f"{row['live']:,}", f"{row['spoof']:,}"]
        for _, row in patterns.iterrows()
    ]
    table([*map(model_title, names), "Bona fide", "Attacks"], rows)


def test_image_tiles(comparison: Comparison, judged: Verdicts, rows: pd.Index, *, key: str) -> None:
    """One page of images with every network's score against its threshold (`image_tiles`)."""
    scores = judged.scores
    thresholds = {name: each.value for name, each in comparison.thresholds.items()}

    def lines(sample_id: str) -> list[Line]:
        return [
            (str(name), score_against(scores.loc[sample_id, name], thresholds[name]), bool(right))
            for name, right in judged.right.loc[sample_id].items()
        ]

    tested = comparison.tested
    if tested is not None and not tested.is_own and not tested.has_pictures:
        pictures_missing(tested)
        scores_alone(judged, rows, key=key)
        return
    if len(rows):
        st.caption(
            "Below a face: each network's P(spoof) against its threshold, and whether its verdict "
            "is right (✓) or wrong (✗)."
        )
    card = next(iter(comparison.models.values())).card
    image_tiles(card, judged.samples, list(rows), lines, turn=key, tested=tested)


def scores_alone(judged: Verdicts, rows: pd.Index, *, key: str) -> None:
    """The scores of images whose faces are not here."""
    scores = judged.scores.loc[rows].rename(columns=model_title)
    shown = scores.map(lambda score: f"{score:.3f}")
    data_table(shown, scores, key=f"scores_{key}", height=SCORES_HEIGHT)
