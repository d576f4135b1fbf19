"""The picture on show: the face box, the crop, and the very pixels the networks see."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import streamlit as st

from dashboard import cache, state
from dashboard.views.style import WORDS
from fascore.data.samples import DataError
from fascore.faces import face_warnings
from fascore.images import Box, crop_face, crop_square, network_input, whole_picture_box
from fascore.labels import CLASS_NAMES, SPECIES_TITLES, spoof_type_name
from fascore.store import Card

SHOWN_SIDE = 640  # px; the page shows pictures at this size, the networks never see it
LINE = 4  # px
BOX_COLOUR, CROP_COLOUR = (240, 228, 66), (86, 180, 233)  # Okabe and Ito's yellow and sky blue


@dataclass(frozen=True)
class Judged:
    """What is judged: the picture (H, W, 3), the face's box in it, and where the box is from."""

    pixels: np.ndarray
    box: Box
    box_origin: str

    def crop(self, card: Card) -> np.ndarray:
        """The square crop around the face, at the picture's own resolution."""
        return crop_face(self.pixels, self.box, expansion=card.crop_expansion)

    def network_input(self, card: Card) -> np.ndarray:
        """What a network sees of it: uint8 (size, size, 3)."""
        return network_input(self.crop(card), size=card.size)


def face_panel(card: Card) -> Judged | None:
    """Draws the picture on show and returns what is judged of it; None if there is nothing."""
    if problem := state.problem():
        st.error(problem)
    shown = state.shown()
    if shown is None:
        if not problem:
            st.info("Choose a picture from the gallery, upload one, or use the webcam.")
        return None
    for note in shown.picture.notes:
        st.info(note)
    judged = _labelled(shown, card) if shown.sample else _detected(shown)
    if judged is None:
        st.image(_shrunk(shown.picture.pixels), caption="The picture", width=320)
        return None
    if shown.sample:
        _truth(shown.sample.label, shown.sample.spoof_type, shown.sample.pai_species)
    _three_pictures(judged, card)
    return judged


def _labelled(shown: state.Shown, card: Card) -> Judged | None:
    """A gallery picture with its labelled box."""
    assert shown.sample is not None
    pixels = shown.picture.pixels
    try:
        box = cache.face_data(card.data["root"]).box(shown.sample, pixels)
    except DataError as err:
        st.error(str(err))
        return None
    return Judged(pixels, box, "labelled in the data set")


def _detected(shown: state.Shown) -> Judged | None:
    """An unlabelled picture with the face found in it, or all of it if the user says so."""
    pixels = shown.picture.pixels
    with st.spinner("Looking for faces…"):
        faces = cache.faces(shown.digest, pixels)
    if not faces and not state.whole_picture():
        st.warning("No face found in this picture, so nothing was judged.")
        st.button("Use the whole picture", on_click=state.use_whole_picture, key="use_whole")
        return None
    if not faces:
        st.warning("No face was found: the picture's largest centred square is judged instead.")
        return Judged(pixels, whole_picture_box(pixels), "the whole picture, on request")
    chosen = 0
    if len(faces) > 1:
        chosen = st.selectbox(
            "Face to judge",
            range(len(faces)),
            format_func=lambda i: f"Face {i + 1}: {faces[i].box.longer_side:.0f} px",
            key=f"face_{shown.digest[:16]}",
            persist_state="session",
        )
    for warning in face_warnings(pixels, faces, chosen):
        st.warning(warning)
    origin = f"found by MTCNN, confidence {faces[chosen].confidence:.2f}"
    return Judged(pixels, faces[chosen].box, origin)


def _truth(label: int, spoof_type: int, species: str) -> None:
    name, meaning, _ = (CLASS_NAMES[label], *WORDS[label][1:])
    title = SPECIES_TITLES[species]
    detail = "" if species == "live" else f", {spoof_type_name(spoof_type)} ({title})"
    st.markdown(f"**True label: {name}** ({meaning}{detail})")


def _three_pictures(judged: Judged, card: Card) -> None:
    height, width = judged.pixels.shape[:2]
    crop, seen = judged.crop(card), judged.network_input(card)
    columns = st.container(key="pictures").columns(3)
    columns[0].image(
        _with_boxes(judged, card),
        caption=f"Picture, {width} × {height} px. Yellow: face, "
        f"{judged.box.width:.0f} × {judged.box.height:.0f} px ({judged.box_origin}). Blue: crop.",
        alt="The picture with the face box and the crop drawn in",
    )
    columns[1].image(
        _shrunk(crop),
        caption=f"Crop, {crop.shape[1]} × {crop.shape[0]} px: {card.crop_expansion:g} times the "
        "face's longer side.",
        alt="The square crop around the face",
        width="stretch",
    )
    columns[2].image(
        np.kron(seen, np.ones((6, 6, 1), np.uint8)),
        caption=f"What the networks see: {seen.shape[1]} × {seen.shape[0]} px, enlarged.",
        alt="The network's input, pixel by pixel",
        output_format="PNG",
        width="stretch",
    )


def _with_boxes(judged: Judged, card: Card) -> np.ndarray:
    """The picture at the page's size, with the face box and the crop's square."""
    scale = SHOWN_SIDE / max(judged.pixels.shape[:2])
    picture = _resized(judged.pixels, scale)
    left, top, side = crop_square(judged.box, expansion=card.crop_expansion)
    box = judged.box
    for colour, (x, y, w, h) in (
        (CROP_COLOUR, (left, top, side, side)),
        (BOX_COLOUR, (box.x, box.y, box.width, box.height)),
    ):
        corners = [round(v * scale) for v in (x, y, x + w, y + h)]
        cv2.rectangle(picture, corners[:2], corners[2:], (0, 0, 0), LINE + 2)
        cv2.rectangle(picture, corners[:2], corners[2:], colour, LINE)
    return picture


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    """The picture, at most SHOWN_SIDE pixels a side."""
    return _resized(pixels, min(1.0, SHOWN_SIDE / max(pixels.shape[:2])))


def _resized(pixels: np.ndarray, scale: float) -> np.ndarray:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(pixels), None, fx=scale, fy=scale, interpolation=how)
