"""Test images by the networks' verdicts: what is shown, who is right, cards with every score."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from dashboard.views.image_tiles import Line, image_tiles
from dashboard.views.style import model_title
from dashboard.views.tables import table
from fascore.labels import LIVE, SPOOF
from fascore.scores.comparison import Comparison
from fascore.scores.score_text import score_against
from fascore.scores.verdicts import Verdicts

CELLS = {
    (LIVE, True): "bona fide accepted",
    (LIVE, False): "bona fide rejected",
    (SPOOF, False): "attacks accepted",
    (SPOOF, True): "attacks caught",
}


def test_set(comparison: Comparison) -> str:
    """The test images that numbers are measured on, in words."""
    names = sorted({model.card.data["name"] for model in comparison.models.values()})
    images = len(next(iter(comparison.models.values())).test)
    return f"**{', '.join(names)}**, test split, {images:,} images"


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

    card = next(iter(comparison.models.values())).card
    image_tiles(card, judged.samples, list(rows), lines, turn=key)
