"""The images behind a measure: points to click, cards to walk through, the way to Compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pandas as pd

from dashboard.views.chart import chart
from dashboard.views.image_tiles import Line, image_tiles
from fascore.evaluation_sets import EvaluationSet
from fascore.findings.drawing import value_text
from fascore.findings.figures import points_figure
from fascore.store import Card

A_PAGE = 8


def picked_point(
    values: pd.DataFrame, metric: str, thresholds: Mapping[str, float], *, key: str
) -> str:
    """Draws a measure image by image; the sample_id of the point selected, or ""."""
    event = chart(
        points_figure(values, metric, thresholds),
        key=key,
        on_select="rerun",
        selection_mode="points",
    )
    points = cast(Any, event).selection.points
    return points[0]["customdata"][0] if points else ""


def findings_tiles(
    card: Card,
    samples: pd.DataFrame,
    values: pd.DataFrame,
    rows: Sequence[str],
    *,
    metric: str,
    thresholds: Mapping[str, float],
    key: str,
    turn: str = "",
    tested: EvaluationSet | None = None,
) -> None:
    """One page of images with a measure's values by model (`image_tiles`)."""

    def lines(sample_id: str) -> list[Line]:
        own = values[values["sample_id"] == sample_id]
        return [
            (row.model, value_text(row.value, metric, thresholds[row.model]), bool(row.right))
            for row in cast(Any, own.itertuples())
        ]

    image_tiles(
        card, samples, rows, lines, turn=f"{key}_{turn}", key=key, a_page=A_PAGE, tested=tested
    )
