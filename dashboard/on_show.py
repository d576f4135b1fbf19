"""The picture that one session has on show, and the one beside it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from dashboard import uploads
from dashboard.limits import allowed, limits
from fascore.data.samples import DataError, FaceData, Sample
from fascore.decoding import MAX_BYTES, ImageError, Picture, decode
from fascore.evaluation_sets import OWN

Origin = Literal["gallery", "upload", "camera"]
BESIDE = "beside"  # of whether a second picture is compared, and its control's


@dataclass(frozen=True)
class Shown:
    """The picture on show.

    It lives here and in no cache, so that it is gone with the session or the next picture.

    Attributes
    ----------
    picture : Picture
    digest : str
        SHA-256 of the file's bytes: what caches know the picture by.
    origin : {"gallery", "upload", "camera"}
    sample : Sample, optional
        What is known of a picture from the gallery.
    root : str
        Where the sample's data set is, as records keep it; "" for the networks' own.
    test_set : str
        Of whose gallery it is.
    """

    picture: Picture
    digest: str
    origin: Origin
    sample: Sample | None = None
    root: str = ""
    test_set: str = OWN


def shown() -> Shown | None:
    """The picture on show, if one was chosen and could be read."""
    return st.session_state.get("shown")


def problem() -> str | None:
    """Why the picture last chosen cannot be shown, if so."""
    return st.session_state.get("problem")


def forget_problem() -> None:
    """Forgets why the picture last chosen could not be shown."""
    st.session_state.pop("problem", None)


def choose(
    data: bytes,
    origin: Origin,
    sample: Sample | None = None,
    *,
    root: str = "",
    test_set: str = OWN,
) -> None:
    """Shows a file's picture; where it cannot be read, `problem` says why.

    `root` and `test_set` are as `Shown` has them.
    """
    clear()
    # Compare then opens where the picture is from
    if st.session_state.get("source", "gallery") != origin:
        st.session_state["source"] = origin
    _take("shown", "problem", data, origin, sample, root, test_set)


def choose_sample(data: FaceData, sample: Sample, *, root: str = "", test_set: str = OWN) -> None:
    """Shows a data set's picture as `choose` does; `problem` also says why its file is gone."""
    try:
        picture = data.read(sample.sample_id)
    except DataError as err:
        clear()
        st.session_state["problem"] = str(err)
    else:
        choose(picture, "gallery", sample, root=root, test_set=test_set)


def clear() -> None:
    """Forgets the picture on show, what was wrong with the last one, and who was set beside it."""
    for name in ("shown", "problem", "whole_picture", "face", "made"):
        st.session_state.pop(name, None)
    _let_go("file")
    beside = second()
    if beside is None or beside.sample is not None:
        clear_second()


def second() -> Shown | None:
    """The picture set beside the one on show, if there is one that could be read."""
    return st.session_state.get("second")


def is_beside() -> bool:
    """Whether a second picture is compared with the one on show."""
    return st.session_state.get(BESIDE, False)


def second_problem() -> str | None:
    """Why the picture last set beside the one on show cannot be shown, if so."""
    return st.session_state.get("second_problem")


def choose_second(data: FaceData, sample: Sample, *, root: str = "", test_set: str = OWN) -> None:
    """Sets a data set's picture beside the one on show; `second_problem` says why it cannot be."""
    clear_second()
    try:
        picture = data.read(sample.sample_id)
    except DataError as err:
        st.session_state["second_problem"] = str(err)
    else:
        _take("second", "second_problem", picture, "gallery", sample, root, test_set)


def take_second(key: str) -> None:
    """Sets beside the picture on show what a file widget holds."""
    clear_second()
    file = st.session_state.get(key)
    if file is None:
        return
    _, why_not = count_pictures(1)
    if why_not is None:
        _take("second", "second_problem", file.getvalue(), "upload")
    else:
        st.session_state["second_problem"] = why_not
    st.session_state["second_file"] = file.file_id


def clear_second() -> None:
    """Forgets the picture beside the one on show."""
    for name in ("second", "second_problem"):
        st.session_state.pop(name, None)
    _let_go("second_file")


def _take(
    place: str,
    trouble: str,
    data: bytes,
    origin: Origin,
    sample: Sample | None = None,
    root: str = "",
    test_set: str = OWN,
) -> None:
    """Keeps a file's picture in one place of the session, or in another why it cannot be read."""
    try:
        picture = decode(data, max_bytes=None if origin == "gallery" else MAX_BYTES)
    except ImageError as err:
        st.session_state[trouble] = str(err)
        return
    digest = hashlib.sha256(data).hexdigest()
    st.session_state[place] = Shown(picture, digest, origin, sample, root, test_set)


def take_file(key: str, origin: Origin) -> None:
    """Shows what a file widget holds, or forgets the picture when it was taken out of it."""
    clear()
    file = st.session_state.get(key)
    if file is None:
        return
    _, why_not = count_pictures(1)
    if why_not is None:
        choose(file.getvalue(), origin)
    else:
        st.session_state["problem"] = why_not
    st.session_state["file"] = file.file_id


def _let_go(name: str) -> None:
    """Takes the file that a picture came in out of Streamlit's keeping."""
    file_id = st.session_state.pop(name, None)
    if file_id is not None:
        uploads.let_go(file_id)


def count_pictures(wanted: int) -> tuple[int, str | None]:
    """Counts pictures of the visitor's own that are judged next: how many, and why not all."""
    now, taken = time.monotonic(), st.session_state.setdefault("taken", [])
    number, why_not = allowed(taken, wanted, now=now, limits=limits())
    taken += [now] * number
    return number, why_not


def made(about: Hashable) -> dict[Any, Any]:
    """What was made of the picture on show: empty again once it is another."""
    before, things = st.session_state.get("made", (None, {}))
    if before != about:
        things = {}
        st.session_state["made"] = (about, things)
    return things


def use_whole_picture() -> None:
    """Judges the picture on show as it is, though no face was found in it."""
    st.session_state["whole_picture"] = True


def whole_picture() -> bool:
    """Whether the picture on show is to be judged as it is."""
    return st.session_state.get("whole_picture", False)


def choose_face(number: int) -> None:
    """Judges this face of the picture on show, counted from 0."""
    st.session_state["face"] = number


def face() -> int:
    """Which face of the picture on show is to be judged, counted from 0: the largest at first."""
    return st.session_state.get("face", 0)
