"""The images behind a measure: points to click, cards to walk through, the way to Compare."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any, cast

import pandas as pd
import streamlit as st

from dashboard import cache, state
from dashboard.views.style import model_title
from fascore.labels import LIVE, SPECIES_TITLES, spoof_type_name
from fascore.samples import DataError, FaceData, Sample
from fascore.store import Card, sample_of
from fascore.trial.figures import points_figure

A_PAGE, A_ROW = 8, 4


def picked_point(values: pd.DataFrame, metric: str, models: Sequence[str], *, key: str) -> str:
    """Draws a measure image by image; the sample_id of the point selected, or ""."""
    event = st.plotly_chart(
        points_figure(values, metric, models),
        key=key,
        config={"displayModeBar": False},
        on_select="rerun",
        selection_mode="points",
    )
    points = cast(Any, event).selection.points
    return points[0]["customdata"][0] if points else ""


def trial_cards(
    card: Card,
    samples: pd.DataFrame,
    values: pd.DataFrame,
    rows: Sequence[str],
    *,
    key: str,
    turn: str = "",
) -> None:
    """One page of images with a measure's values by model, and the control that turns it.

    `key` is the container's; `turn` names what is walked through: another starts at page 1.
    """
    pages = -(-len(rows) // A_PAGE)
    number = 1
    if pages > 1:
        number = st.number_input(f"Page of {pages}", 1, pages, key=f"{key}_{turn}_page", width=160)
    data = _faces(card)
    if data is None:
        return
    shown = rows[(number - 1) * A_PAGE : number * A_PAGE]
    with st.container(key=key):
        for start in range(0, len(shown), A_ROW):
            columns = st.columns(A_ROW, gap="medium")
            for column, sample_id in zip(columns, shown[start : start + A_ROW], strict=False):
                with column:
                    _card(card, data, sample_of(samples.loc[sample_id]), values, key=key)


def _faces(card: Card) -> FaceData | None:
    try:
        return cache.face_data(card.data["root"])
    except DataError as err:
        st.error(f"The faces cannot be shown. {err}")
        return None


def _card(card: Card, data: FaceData, sample: Sample, values: pd.DataFrame, *, key: str) -> None:
    try:
        picture = cache.thumbnail(card.data["root"], sample, card.crop_expansion)
    except DataError as err:
        st.error(str(err))
        return
    kind = "live" if sample.label == LIVE else spoof_type_name(sample.spoof_type)
    species = "" if sample.label == LIVE else f" ({SPECIES_TITLES[sample.pai_species]})"
    own = values[values["sample_id"] == sample.sample_id]
    rows = "".join(
        f"<tr><td>{html.escape(model_title(row.model))}</td><td>{_number(row.value)}</td>"
        f"<td>{'✓' if row.right else '✗'}</td></tr>"
        for row in cast(Any, own.itertuples())
    )
    st.html(
        f'<div class="fs-card"><img src="{picture}" alt="test image, {kind}">'
        f"<div><b>{kind}</b>{species}</div></div>"
        f'<div class="fs-table fs-scores"><table>{rows}</table></div>'
    )
    code = "".join(c if c.isalnum() else "_" for c in sample.sample_id)
    if st.button("Compare", key=f"{key}_compare_{code}", icon=":material/compare:"):
        state.choose(data.read(sample.sample_id), "gallery", sample)
        st.switch_page("app_pages/compare.py")


def _number(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.3f}".replace("-", "−")
