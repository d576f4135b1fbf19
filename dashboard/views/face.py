"""The picture on show: the face box, the crop, and the very pixels the networks see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st

from dashboard import cache, on_show
from dashboard.views.faces import choose_face
from dashboard.views.judged import Judged
from dashboard.views.style import WORDS, model_title
from dashboard.views.what_if import chosen_change
from fascore.data.samples import DataError, Sample
from fascore.face_drawing import SIDE, face_drawing, resized
from fascore.faces import face_warnings
from fascore.images import crop_square
from fascore.labels import CLASS_NAMES, species_note, spoof_type_name
from fascore.store import Card


def face_panel(cards: Mapping[str, Card]) -> Judged | None:
    """Draws the picture on show and returns what is judged of it; None if there is nothing.

    `cards` are the networks', by name; those that see other pixels get pictures of their own.
    """
    if problem := on_show.problem():
        st.error(problem)
    shown = on_show.shown()
    if shown is None:
        if not problem:
            st.info("Choose a picture from the gallery, upload one, or use the webcam.")
        return None
    for note in shown.picture.notes:
        st.info(note)
    first = next(iter(cards.values()))
    judged = labelled_face(shown, first) if shown.sample else _detected(shown, first)
    if judged is not None:
        judged = replace(judged, change=chosen_change(), made=on_show.made(shown.digest))
    if judged is None:
        st.image(_shrunk(shown.picture.pixels), caption="The picture", width=320)
        return None
    if shown.sample:
        name, detail = truth_words(shown.sample)
        st.markdown(f"**{name}** {detail}")
    groups: dict[tuple[int, float], list[str]] = {}
    for name, card in cards.items():
        groups.setdefault((card.size, card.crop_expansion), []).append(name)
    with st.container(key="pictures"):
        for names in groups.values():
            only = "" if len(groups) == 1 else f" ({', '.join(map(model_title, names))})"
            _three_pictures(judged, cards[names[0]], f"What the networks see{only}")
    return judged


def shown_truth() -> int | None:
    """The label of the picture on show, where it is known."""
    shown = on_show.shown()
    return shown.sample.label if shown and shown.sample else None


def labelled_face(shown: on_show.Shown, card: Card) -> Judged | None:
    """A gallery picture with its labelled box."""
    assert shown.sample is not None
    pixels = shown.picture.pixels
    try:
        box = cache.face_data(shown.root or card.data["root"]).box(shown.sample, pixels)
    except DataError as err:
        st.error(str(err))
        return None
    origin = "found by MTCNN" if shown.sample.box else "labelled in the data set"
    return Judged(pixels, box, origin if box else "the data set labels none")


def _detected(shown: on_show.Shown, card: Card) -> Judged | None:
    """An unlabelled picture with the face found in it, or all of it if the user says so."""
    pixels = shown.picture.pixels
    with st.spinner("Looking for faces…"):
        faces = cache.faces(shown.digest, pixels)
    if not faces and not on_show.whole_picture():
        st.warning("No face found in this picture, so nothing was judged.")
        st.button("Use the whole picture", on_click=on_show.use_whole_picture, key="use_whole")
        return None
    if not faces:
        st.warning("No face was found: the picture's largest centred square is judged instead.")
        return Judged(pixels, None, "no face was found")
    chosen = choose_face(shown, faces)
    for warning in face_warnings(pixels, faces, chosen, expansion=card.crop_expansion):
        st.warning(warning)
    origin = f"found by MTCNN, confidence {faces[chosen].confidence:.2f}"
    return Judged(pixels, faces[chosen].box, origin, faces=tuple(face.box for face in faces))


def truth_words(sample: Sample) -> tuple[str, str]:
    """What is known of a picture from a test set: its label, and what that means."""
    meaning = WORDS[sample.label][1]
    if sample.pai_species != "live":
        meaning += f", {spoof_type_name(sample.spoof_type)}{species_note(sample.spoof_type)}"
    return f"True label: {CLASS_NAMES[sample.label]}", f"({meaning})"


def shown_pictures(judged: Judged, cards: Mapping[str, Card]) -> dict[str, np.ndarray]:
    """The picture with its crop, the crop, and each input that networks see, by what they are."""
    first = next(iter(cards.values()))
    pictures = {
        f"The picture. {_box_words(judged)} Blue: crop.": _with_boxes(judged, first),
        f"The crop: {_crop_words(judged, first)}.": _shrunk(judged.crop(first)),
    }
    for card in cards.values():
        pictures.setdefault(
            f"What networks of {card.size} px and {card.crop_expansion:g} times the face see.",
            judged.network_input(card),
        )
    return pictures


def _three_pictures(judged: Judged, card: Card, seen_by: str) -> None:
    height, width = judged.pixels.shape[:2]
    crop, seen = judged.crop(card), judged.network_input(card)
    columns = st.columns(3)
    columns[0].image(
        _with_boxes(judged, card),
        caption=f"Picture, {width} × {height} px. {_box_words(judged)} Blue: crop.",
        alt="The picture with the face box and the crop drawn in, and a number at each face",
    )
    columns[1].image(
        _shrunk(crop),
        caption=f"Crop, {crop.shape[1]} × {crop.shape[0]} px: {_crop_words(judged, card)}.",
        alt="The square crop around the face",
        width="stretch",
    )
    columns[2].image(
        np.kron(seen, np.ones((6, 6, 1), np.uint8)),
        caption=f"{seen_by}: {seen.shape[1]} × {seen.shape[0]} px, enlarged.",
        alt="The network's input, pixel by pixel",
        output_format="PNG",
        width="stretch",
    )


def _box_words(judged: Judged) -> str:
    """The yellow box in words, or why there is none."""
    if judged.box is None:
        return f"No face box ({judged.box_origin})."
    size = f"{judged.box.width:.0f} × {judged.box.height:.0f} px"
    return f"Yellow: face, {size} ({judged.box_origin})."


def _crop_words(judged: Judged, card: Card) -> str:
    if judged.box is None:
        return "the picture's largest centred square"
    return f"{card.crop_expansion:g} times the face's longer side"


def _with_boxes(judged: Judged, card: Card) -> np.ndarray:
    """The picture at the page's size, with the face box and the crop's square."""
    crop = crop_square(judged.pixels, judged.box, expansion=card.crop_expansion)
    return face_drawing(judged.pixels, judged.box, crop, faces=judged.faces)


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    """The picture, at most SIDE pixels a side."""
    return resized(pixels, min(1.0, SIDE / max(pixels.shape[:2])))
