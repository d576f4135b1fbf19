"""Export: what Compare shows of one face, as files made in memory when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cache, on_show, state
from dashboard.cache import ModelKey
from dashboard.views.answer import Answer
from dashboard.views.face import shown_pictures, truth_words
from dashboard.views.judged import Judged
from dashboard.views.maps import MapRow
from dashboard.views.settings import Drawing, Settings
from dashboard.views.store_info import demo_words, store_place
from dashboard.views.threshold import chosen_threshold
from dashboard.views.unfamiliar import unfamiliar_words, which_are_unfamiliar
from fascore.evaluation_sets import OWN
from fascore.firmness.trials import Firmness
from fascore.report.face import ByMethod, FaceExport, OnNetwork, face_values
from fascore.report.face_page import face_html
from fascore.report.face_picture import face_png
from fascore.report.origin import Origin, file_name
from fascore.store import Card, Store

LABEL, ICON = "Export", ":material/download:"
WAITING = "Export: when all maps are there"
HELP = "The maps are still being made. The files can be saved once all of them are there."
NOTE = (
    "The files hold the picture. They are made in memory at the click and kept nowhere; the page "
    "opens without a network."
)
BY_HAND = {"upload": "an uploaded picture", "camera": "a picture from the webcam"}
# title, ending, MIME type, what makes it
FILES: dict[str, tuple[str, str, str, Callable[[FaceExport], str | bytes]]] = {
    "page": ("All of it (one HTML file)", "html", "text/html", face_html),
    "grid": ("Grid of maps (PNG)", "png", "image/png", face_png),
    "values": ("Raw maps (NPZ)", "npz", "application/octet-stream", face_values),
}


def export_waits(place: DeltaGenerator) -> DeltaGenerator:
    """Says in a place that there is nothing to export yet; `export_files` takes the place over."""
    taken = place.empty()
    taken.button(WAITING, icon=ICON, disabled=True, help=HELP, key="export_waits")
    return taken


def export_files(place: DeltaGenerator, export: FaceExport, drawing: Drawing) -> None:
    """Draws the button that opens the choice of files; maps are drawn in them as at the click."""
    with place.container(), st.popover(LABEL, icon=ICON, key="export"):
        st.caption(NOTE)
        for name, (title, ending, kind, make) in FILES.items():
            st.download_button(
                title,
                partial(_as_drawn, make, export, drawing),
                file_name("fascore", "face", export.picture, ending=ending),
                kind,
                key=f"export_{name}",
                icon=ICON,
                on_click="ignore",
                width="stretch",
            )


def _as_drawn(
    make: Callable[[FaceExport], str | bytes], export: FaceExport, drawing: Drawing
) -> str | bytes:
    return make(replace(export, opacity=drawing.opacity, pixel_view=drawing.pixel_view))


def face_export(
    store: Store,
    cards: Mapping[str, Card],
    judged: Judged,
    settings: Settings,
    *,
    keys: Mapping[str, ModelKey],
    scores: Mapping[str, float],
    firmness: Mapping[str, Firmness],
    failures: Mapping[str, str],
    rows: Mapping[str, MapRow],
    answer: Answer,
) -> FaceExport:
    """What the page shows of one face. `cards` are all networks', `keys` those with a verdict."""
    shown = on_show.shown()
    assert shown is not None
    networks = [
        OnNetwork(
            cards[name],
            scores[name],
            chosen_threshold(key),
            judged.crop(cards[name]),
            judged.network_input(cards[name]),
            firmness[name],
        )
        for name, key in keys.items()
    ]
    choice = state.threshold()
    strange, damaged = which_are_unfamiliar(keys, {each.name: each.seen for each in networks})
    warnings = (demo_words(store, cards.values()), unfamiliar_words(strange), *damaged)
    return FaceExport(
        origin=face_origin(store, cards, {each.name: each.threshold.value for each in networks}),
        choice=choice,
        picture=picture_words(shown),
        truth=" ".join(truth_words(shown.sample)) if shown.sample else "",
        pictures=shown_pictures(judged, cards),
        change=judged.change,
        answer=answer.sentences,
        warnings=[words.replace("**", "") for words in warnings if words],
        networks=networks,
        without=failures,
        methods=[
            ByMethod(explainer, rows[explainer.name].maps, rows[explainer.name].failed)
            for explainer in settings.explainers
        ],
        pixel_view=settings.drawing.pixel_view,
        opacity=settings.drawing.opacity,
    )


def face_origin(store: Store, cards: Mapping[str, Card], thresholds: Mapping[str, float]) -> Origin:
    """Where the numbers of the picture on show are from. `cards` are all networks'."""
    shown = on_show.shown()
    names = sorted({card.data["name"] for card in cards.values()})
    return Origin(
        store_place(store.path),
        ", ".join(names),
        _set_title(store, shown, next(iter(cards.values()))) if shown and shown.sample else "",
        state.threshold().title,
        thresholds,
    )


def picture_words(shown: on_show.Shown) -> str:
    """What the picture on show is called: its name in its data set, or whose it is."""
    return shown.sample.sample_id if shown.sample else BY_HAND[shown.origin]


def _set_title(store: Store, shown: on_show.Shown, card: Card) -> str:
    """The test set that a picture of the gallery is from."""
    sets = cache.test_sets(str(store.path), cache.sets_stamp(store))
    if shown.test_set != OWN and shown.test_set in sets:
        return sets[shown.test_set].title
    return f"{card.data['name']}, test split"
