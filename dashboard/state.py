"""Typed access to what one session keeps over its pages: the open store, the picture on show."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Hashable, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import streamlit as st

from dashboard import uploads
from dashboard.limits import allowed, limits
from fascore.data.samples import DataError, FaceData, Sample
from fascore.decoding import MAX_BYTES, ImageError, Picture, decode
from fascore.evaluation_sets import OWN
from fascore.report.origin import Origin as FileOrigin
from fascore.scores.thresholds import ThresholdChoice
from fascore.shipped import recorded

Origin = Literal["gallery", "upload", "camera"]
TEST_SET = "test_set_choice"  # the session's name of the test set chosen, and its control's
ALL_SPECIES = ""  # of attacks, on Images
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


def _session() -> MutableMapping[str, Any]:
    return cast(MutableMapping[str, Any], st.session_state)


def offer_stores(paths: list[Path]) -> None:
    """Sets the stores to choose from."""
    _session()["store_paths"] = paths


def store_paths() -> list[Path]:
    """The stores to choose from, at least one."""
    return _session()["store_paths"]


def open_store(path: Path) -> None:
    """Sets the store all pages read; a test image of the one before is no longer shown."""
    before, picture = _session().get("store_path", path), shown()
    if before != path and picture is not None and picture.sample is not None:
        clear()
    _session()["store_path"] = path
    set_origin(FileOrigin(recorded(path), ""))  # a page that knows more says it


def store_path() -> Path:
    """The store all pages read."""
    return _session()["store_path"]


def test_set() -> str:
    """The test set that pages show; the networks' own test split at first."""
    return _session().get(TEST_SET, OWN)


def set_threshold(choice: ThresholdChoice) -> None:
    """Sets how all pages choose thresholds."""
    _session()["threshold"] = choice


def threshold() -> ThresholdChoice:
    """How all pages choose thresholds; the default where no page has asked yet."""
    return _session().get("threshold", ThresholdChoice())


def set_origin(origin: FileOrigin) -> None:
    """Sets what the page's files say of their numbers."""
    _session()["origin"] = origin


def origin() -> FileOrigin:
    """What the page's files say of their numbers; each page sets it before it draws any."""
    return _session()["origin"]


def shown() -> Shown | None:
    """The picture on show, if one was chosen and could be read."""
    return _session().get("shown")


def problem() -> str | None:
    """Why the picture last chosen cannot be shown, if so."""
    return _session().get("problem")


def forget_problem() -> None:
    """Forgets why the picture last chosen could not be shown."""
    _session().pop("problem", None)


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
    if _session().get("source", "gallery") != origin:
        _session()["source"] = origin
    _take("shown", "problem", data, origin, sample, root, test_set)


def choose_sample(data: FaceData, sample: Sample, *, root: str = "", test_set: str = OWN) -> None:
    """Shows a data set's picture as `choose` does; `problem` also says why its file is gone."""
    try:
        picture = data.read(sample.sample_id)
    except DataError as err:
        clear()
        _session()["problem"] = str(err)
    else:
        choose(picture, "gallery", sample, root=root, test_set=test_set)


def clear() -> None:
    """Forgets the picture on show, what was wrong with the last one, and who was set beside it."""
    for name in ("shown", "problem", "whole_picture", "face", "made"):
        _session().pop(name, None)
    _let_go("file")
    beside = second()
    if beside is None or beside.sample is not None:
        clear_second()


def second() -> Shown | None:
    """The picture set beside the one on show, if there is one that could be read."""
    return _session().get("second")


def is_beside() -> bool:
    """Whether a second picture is compared with the one on show."""
    return _session().get(BESIDE, False)


def second_problem() -> str | None:
    """Why the picture last set beside the one on show cannot be shown, if so."""
    return _session().get("second_problem")


def choose_second(data: FaceData, sample: Sample, *, root: str = "", test_set: str = OWN) -> None:
    """Sets a data set's picture beside the one on show; `second_problem` says why it cannot be."""
    clear_second()
    try:
        picture = data.read(sample.sample_id)
    except DataError as err:
        _session()["second_problem"] = str(err)
    else:
        _take("second", "second_problem", picture, "gallery", sample, root, test_set)


def take_second(key: str) -> None:
    """Sets beside the picture on show what a file widget holds."""
    clear_second()
    file = _session().get(key)
    if file is not None:
        _session()["second_file"] = file.file_id
        _take("second", "second_problem", file.getvalue(), "upload")


def clear_second() -> None:
    """Forgets the picture beside the one on show."""
    for name in ("second", "second_problem"):
        _session().pop(name, None)
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
        _session()[trouble] = str(err)
        return
    digest = hashlib.sha256(data).hexdigest()
    _session()[place] = Shown(picture, digest, origin, sample, root, test_set)


def take_file(key: str, origin: Origin) -> None:
    """Shows what a file widget holds, or forgets the picture when it was taken out of it."""
    clear()
    file = _session().get(key)
    if file is None:
        return
    _, why_not = count_pictures(1)
    if why_not is None:
        choose(file.getvalue(), origin)
    else:
        _session()["problem"] = why_not
    _session()["file"] = file.file_id


def _let_go(name: str) -> None:
    """Takes the file that a picture came in out of Streamlit's keeping."""
    file_id = _session().pop(name, None)
    if file_id is not None:
        uploads.let_go(file_id)


def count_pictures(wanted: int) -> tuple[int, str | None]:
    """Counts pictures of the visitor's own that are judged next: how many, and why not all."""
    now, taken = time.monotonic(), _session().setdefault("taken", [])
    number, why_not = allowed(taken, wanted, now=now, limits=limits())
    taken += [now] * number
    return number, why_not


def turn(name: str, about: Hashable) -> int:
    """0 or 1, the other one than before whenever what a place of the page is about changes."""
    before, number = _session().get(f"turn_{name}", (about, 0))
    number = number if before == about else 1 - number
    _session()[f"turn_{name}"] = (about, number)
    return number


def made(about: Hashable) -> dict[Any, Any]:
    """What was made of the picture on show: empty again once it is another."""
    before, things = _session().get("made", (None, {}))
    if before != about:
        things = {}
        _session()["made"] = (about, things)
    return things


def use_whole_picture() -> None:
    """Judges the picture on show as it is, though no face was found in it."""
    _session()["whole_picture"] = True


def whole_picture() -> bool:
    """Whether the picture on show is to be judged as it is."""
    return _session().get("whole_picture", False)


def choose_face(number: int) -> None:
    """Judges this face of the picture on show, counted from 0."""
    _session()["face"] = number


def face() -> int:
    """Which face of the picture on show is to be judged, counted from 0: the largest at first."""
    return _session().get("face", 0)


def ask_for_images(network: str, *, label: int, right: bool, species: str = ALL_SPECIES) -> None:
    """Sets what the Images page shows when it is opened next."""
    _session().update(
        images_mode="By verdict",
        images_network=network,
        images_cell=(label, right),
        images_species=species,
    )


def gallery_page(species: str) -> int:
    """How often more of a species was asked for in the gallery."""
    return _session().get(f"gallery_page_{species}", 0)


def turn_gallery(species: str) -> None:
    """Asks for more of a species in the gallery."""
    turn_gallery_to(species, gallery_page(species) + 1)


def turn_gallery_to(species: str, page: int) -> None:
    """Sets how often more of a species was asked for."""
    _session()[f"gallery_page_{species}"] = page
