"""Cards of test images: the face, every network's score, and the way to the Compare page."""

from __future__ import annotations

import html
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import cache, state
from dashboard.views.style import model_title
from dashboard.views.tables import table
from fascore.comparison import Comparison
from fascore.labels import LIVE, SPECIES_TITLES, SPOOF, spoof_type_name
from fascore.samples import DataError, FaceData, Sample
from fascore.store import Card, sample_of
from fascore.verdicts import Verdicts

CELLS = {
    (LIVE, True): "bona fide accepted",
    (LIVE, False): "bona fide rejected",
    (SPOOF, False): "attacks accepted",
    (SPOOF, True): "attacks caught",
}
A_PAGE, A_ROW = 12, 4


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


def image_cards(comparison: Comparison, judged: Verdicts, rows: pd.Index, *, key: str) -> None:
    """One page of images, with the control that turns it."""
    if not len(rows):
        st.info("No image.")
        return
    card = next(iter(comparison.models.values())).card
    pages = -(-len(rows) // A_PAGE)
    number = 1
    if pages > 1:
        number = st.number_input(f"Page of {pages}", 1, pages, key=f"page_{key}", width=160)
    shown = rows[(number - 1) * A_PAGE : number * A_PAGE]
    try:
        data = cache.face_data(card.data["root"])
    except DataError as err:
        st.error(f"The faces cannot be shown. {err}")
        return
    with st.container(key="cards"):
        for start in range(0, len(shown), A_ROW):
            columns = st.columns(A_ROW, gap="medium")
            for column, sample_id in zip(columns, shown[start : start + A_ROW], strict=False):
                with column:
                    _image_card(card, data, judged, sample_of(judged.samples.loc[sample_id]))


def _image_card(card: Card, data: FaceData, judged: Verdicts, sample: Sample) -> None:
    try:
        picture = cache.thumbnail(card.data["root"], sample, card.crop_expansion)
    except DataError as err:
        st.error(str(err))
        return
    kind = "live" if sample.label == LIVE else spoof_type_name(sample.spoof_type)
    species = "" if sample.label == LIVE else f" ({SPECIES_TITLES[sample.pai_species]})"
    scores = "".join(
        f"<tr><td>{html.escape(model_title(name))}</td>"
        f"<td>{judged.scores.loc[sample.sample_id, name]:.3f}</td>"
        f"<td>{'✓' if right else '✗'}</td></tr>"
        for name, right in judged.right.loc[sample.sample_id].items()
    )
    st.html(
        f'<div class="fs-card"><img src="{picture}" alt="test image, {kind}">'
        f"<div><b>{kind}</b>{species}</div></div>"
        f'<div class="fs-table fs-scores"><table>{scores}</table></div>'
    )
    code = "".join(c if c.isalnum() else "_" for c in sample.sample_id)
    if st.button("Compare", key=f"compare_{code}", icon=":material/compare:"):
        state.choose(data.read(sample.sample_id), "gallery", sample)
        st.switch_page("app_pages/compare.py")
