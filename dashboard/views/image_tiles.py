"""Tiles of test images: the face, each network's number on it, and the way to the Compare page."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import address, cache, on_show
from dashboard.views.style import image_key, model_title
from fascore.data.sample_table import samples_of
from fascore.data.samples import DataError, FaceData, Sample
from fascore.evaluation_sets import OWN, EvaluationSet
from fascore.labels import LIVE, species_note, spoof_type_name
from fascore.store import Card

A_PAGE, A_ROW = 12, 4


@dataclass(frozen=True)
class Place:
    """A test set's name and where its pictures are; of the networks' own split as cards say."""

    name: str = OWN
    root: str = ""


Line = tuple[str, str, bool]  # a model, its number on the image, whether its verdict is right


def image_tiles(
    card: Card,
    samples: pd.DataFrame,
    rows: Sequence[str],
    lines: Callable[[str], Sequence[Line]],
    *,
    turn: str,
    key: str = "tiles",
    a_page: int = A_PAGE,
    tested: EvaluationSet | None = None,
) -> None:
    """One page of images, with the control that turns it.

    Parameters
    ----------
    card : Card
        Of a model trained on the data set: where the faces are, and how they are cropped.
    samples : DataFrame
        `Store.samples`.
    rows : sequence of str
        The images' sample ids, in order.
    lines : callable
        What stands below an image, by its sample id.
    turn : str
        Names what is walked through: another starts at page 1.
    key : str
        The container's.
    tested : EvaluationSet, optional
        Whose images these are, where they are not of the networks' own test split.
    """
    place = Place(tested.name, tested.root) if tested and not tested.is_own else Place()
    root = place.root or card.data["root"]
    if not len(rows):
        st.info("No image.")
        return
    if tested is not None and not tested.is_own and not tested.has_pictures:
        pictures_missing(tested)
        return
    pages = -(-len(rows) // a_page)
    number = 1
    if pages > 1:
        place_key = f"page_{turn}"
        if st.session_state.get(place_key, 1) > pages:  # of more images
            st.session_state[place_key] = pages
        number = st.number_input(
            f"Page of {pages}", 1, pages, key=place_key, width=160, persist_state="session"
        )
    shown = rows[(number - 1) * a_page : number * a_page]
    try:
        data = cache.face_data(root)
    except DataError as err:
        st.error(f"The faces cannot be shown. {err}")
        return
    with st.container(key=key):
        for start in range(0, len(shown), A_ROW):
            columns = st.columns(A_ROW, gap="medium")
            of_row = samples_of(samples.loc[shown[start : start + A_ROW]])
            for column, sample in zip(columns, of_row, strict=False):
                with column:
                    try:
                        picture = cache.thumbnail(root, sample, card.crop_expansion)
                    except DataError as err:
                        st.error(str(err))
                        continue
                    _tile(picture, sample, lines(sample.sample_id))
                    _compare_button(data, sample, place, key=key)


def pictures_missing(tested: EvaluationSet) -> None:
    """Says that a set's pictures are not here, and why."""
    why = f"expected at {tested.root}" if tested.root else "the store keeps this set's scores alone"
    st.info(f"The pictures of {tested.title} are not here ({why}): numbers stand without faces.")


def _tile(picture: str, sample: Sample, lines: Sequence[Line]) -> None:
    kind = "live" if sample.label == LIVE else spoof_type_name(sample.spoof_type)
    species = "" if sample.label == LIVE else species_note(sample.spoof_type)
    rows = "".join(
        f"<tr><td>{html.escape(model_title(name))}</td><td>{html.escape(number)}</td>"
        f"<td>{'✓' if right else '✗'}</td></tr>"
        for name, number, right in lines
    )
    st.html(
        f'<div class="fs-tile"><img src="{picture}" alt="test image, {kind}">'
        f"<div><b>{kind}</b>{species}</div></div>"
        f'<div class="fs-table fs-scores"><table>{rows}</table></div>'
    )


def _compare_button(data: FaceData, sample: Sample, place: Place, *, key: str) -> None:
    """The way to the Compare page, where the gallery then shows the image's set."""
    code = image_key(sample.sample_id)
    if st.button("Compare", key=f"{key}_compare_{code}", icon=":material/compare:"):
        on_show.choose_sample(data, sample, root=place.root, test_set=place.name)
        address.go("compare", sample=sample.sample_id)
