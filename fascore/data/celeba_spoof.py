"""CelebA-Spoof as it unpacks, from a folder or a .zip of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from fascore.data.file_trees import FileTree, open_tree
from fascore.data.samples import (
    BAD_PATH,
    BAD_ROW,
    BROKEN_BOX,
    CLOSED_FOLDER,
    DUPLICATE,
    EMPTY_BOX,
    MISSING_BOX,
    MISSING_IMAGE,
    NEGATIVE_BOX,
    OTHER_FRAME,
    OUTSIDE_BOX,
    SMALL_BOX,
    STRAY,
    SUBJECT_FILE,
    UNLABELLED,
    UNREADABLE,
    DataError,
    EntryError,
    FaceData,
    Sample,
    Scan,
)
from fascore.decoding import ImageError, decode
from fascore.images import Box
from fascore.labels import ENVIRONMENTS, ILLUMINATIONS, LIVE, SPOOF, SPOOF_TYPES

BOX_FRAME = 224  # _BB.txt holds boxes as if every picture were 224 x 224
FRAME_SLACK = 1.25  # a detector's box may leave the frame by a little; beyond this it is in pixels
MIN_BOX = 3  # px of the picture
SPLITS = ("train", "test")
LABEL_FILES = {split: f"metas/intra_test/{split}_label.json" for split in SPLITS}
# Not CelebA-Spoof's, but of other data in its layout: its name, landmarks, and masks of what gives
# an attack away, in a folder of the data set or in a .zip beside it.
ABOUT_FILE = "metas/dataset.json"
ANNOTATIONS_FILE = "metas/annotations.json"
EVIDENCE_FOLDER, EVIDENCE_ZIP = "Evidence", "evidence.zip"
TOP_FOLDER = "CelebA_Spoof/"  # what the archives unpack to
PICTURES = (".jpg", ".jpeg", ".png")
NUM_ATTRIBUTES = 40
ROW_LENGTH = 44


class CelebASpoof(FaceData):
    """A data set in CelebA-Spoof's layout.

    Parameters
    ----------
    root : path
        The folder with Data and metas (or the one around it), or a .zip of either.
    files : FileTree, optional
        Its files, if they are open already.

    Raises
    ------
    DataError
        If `root` is neither.
    """

    def __init__(self, root: Path | str, *, files: FileTree | None = None) -> None:
        self.root = Path(root)
        self._files = _inside(files or open_tree(self.root), self.root)
        about = self._optional(ABOUT_FILE)
        self.name = about.get("name", "CelebA-Spoof")
        self.simulated = about.get("simulated", False)

    def scan(self) -> Scan:
        scan, labelled = Scan(), set()
        files = set(self._files.paths(lambda path, why: scan.skip(path, CLOSED_FOLDER, why)))
        for split in SPLITS:
            for path, row in self._labels(split):
                if path in labelled:
                    scan.skip(path, DUPLICATE)
                    continue
                labelled.add(path)
                sample = _checked(scan, path, split, row)
                if sample is None:
                    continue
                if path not in files:
                    scan.skip(path, MISSING_IMAGE)
                elif box_path(path) not in files:
                    scan.skip(path, MISSING_BOX)
                else:
                    scan.samples.append(sample)
        _list_unlabelled(scan, files - labelled)
        return scan

    def stamp(self, sample: Sample) -> str:
        files = (sample.sample_id, box_path(sample.sample_id))
        return "; ".join(self._files.stamp(path) for path in files)

    def has_box(self, sample: Sample) -> bool:
        return True  # the scan leaves out what has none

    def labelled_box(self, sample: Sample, picture: np.ndarray) -> Box:
        text = self.read(box_path(sample.sample_id)).decode(errors="replace")
        return parse_box(text, picture.shape[1], picture.shape[0])

    def landmarks(self, sample: Sample) -> np.ndarray | None:
        points = self._annotations.get(sample.sample_id, {}).get("landmarks")
        return None if points is None else np.array(points, float)

    def evidence(self, sample: Sample) -> np.ndarray | None:
        path = sample.sample_id.replace("Data", EVIDENCE_FOLDER, 1).rsplit(".", 1)[0] + ".png"
        if not self._evidence.has(path):
            return None
        try:
            return decode(self._read_from(self._evidence, path), max_bytes=None).pixels[..., 0] > 0
        except ImageError as err:
            raise EntryError(UNREADABLE, f"{path}: {err}") from err

    @cached_property
    def _annotations(self) -> dict[str, Any]:
        return self._optional(ANNOTATIONS_FILE)

    @cached_property
    def _evidence(self) -> FileTree:
        beside = self.root.with_name(EVIDENCE_ZIP)
        return open_tree(beside) if self.root.is_file() and beside.exists() else self._files

    def _labels(self, split: str) -> Sequence[tuple[str, Any]]:
        """(path, row) of a label file, duplicates kept."""
        name = LABEL_FILES[split]
        labels: list[tuple[str, Any]] = _parsed(self.read(name), name, object_pairs_hook=list)
        if not isinstance(labels, list) or not all(isinstance(each, tuple) for each in labels):
            raise DataError(
                f"Expected {name} to map paths to label rows. Received: another structure. "
                "Unpack the data set again."
            )
        return labels

    def _optional(self, name: str) -> dict[str, Any]:
        """What a JSON file holds that a data set may lack; empty where it does."""
        try:
            text = self._files.read(name)
        except OSError:
            return {}
        held = _parsed(text, name)
        return held if isinstance(held, dict) else {}


def _parsed(text: bytes, name: str, **options: Any) -> Any:
    try:
        return json.loads(text, **options)
    except ValueError as err:
        raise DataError(
            f"Expected a whole JSON file {name}. Received: one that breaks off or is damaged "
            f"({err}). Unpack the data set again."
        ) from err


def box_path(sample_id: str) -> str:
    """Path of a picture's box file."""
    return sample_id.rsplit(".", 1)[0] + "_BB.txt"


def _inside(files: FileTree, root: Path) -> FileTree:
    """The files of a data set, from the folder that holds Data and metas."""
    tops = files.tops()
    if "metas" not in tops and TOP_FOLDER.strip("/") in tops:
        return files.beginning(TOP_FOLDER)
    if not {"Data", "metas"} <= tops:
        missing = [name for name in ("Data", "metas") if name not in tops]
        raise DataError(
            f"Expected CelebA-Spoof's folders Data and metas in {root}. Received: no "
            f"{' and no '.join(missing)}. Give the folder that the archives unpack to; for "
            "pictures in folders of their class give the folder around these."
        )
    return files


def _checked(scan: Scan, path: str, split: str, row: Any) -> Sample | None:
    """The sample of a label row; or None, and the entry is skipped."""
    parts = path.split("/")
    if len(parts) != 5 or parts[0] != "Data" or not all(parts) or {"..", "."} & set(parts):
        scan.skip(path, BAD_PATH, "expected Data/<split>/<subject>/<live or spoof>/<file>")
        return None
    if problem := _row_problem(row):
        scan.skip(path, BAD_ROW, problem)
        return None
    spoof_type, illumination, environment, label = row[NUM_ATTRIBUTES:]
    # spoof images carry no attributes, only zeros
    attributes = bytes(row[:NUM_ATTRIBUTES]) if label == LIVE and any(row[:NUM_ATTRIBUTES]) else b""
    return Sample(path, split, label, spoof_type, parts[2], illumination, environment, attributes)


def _row_problem(row: Any) -> str:
    """What is wrong with a label row, or nothing: 40 attributes, type, light, place, label."""
    if not isinstance(row, list) or len(row) != ROW_LENGTH:
        return f"expected {ROW_LENGTH} integers"
    if not all(type(value) is int for value in row):
        return "expected integers only"
    spoof_type, illumination, environment, label = row[NUM_ATTRIBUTES:]
    if label not in (LIVE, SPOOF) or (label == LIVE) != (spoof_type == 0):
        return f"label {label} with spoof type {spoof_type}"
    if spoof_type not in SPOOF_TYPES:
        return f"spoof type {spoof_type}"
    if illumination not in ILLUMINATIONS or environment not in ENVIRONMENTS:
        return f"illumination {illumination}, environment {environment}"
    if not all(0 <= value <= 1 for value in row[:NUM_ATTRIBUTES]):
        return "an attribute that is neither 0 nor 1"
    return ""


def _list_unlabelled(scan: Scan, paths: set[str]) -> None:
    """Lists pictures nobody labelled, and what does not belong below Data."""
    stray: Counter[str] = Counter()
    for path in sorted(paths):
        parts = path.split("/")
        if parts[0] != "Data":
            continue
        if len(parts) > 2 and parts[1] not in SPLITS:
            stray["/".join(parts[:2])] += 1
        elif len(parts) == 3:
            scan.skip(path, SUBJECT_FILE)
        elif path.lower().endswith(PICTURES):
            scan.skip(path, UNLABELLED)
    for folder, count in stray.items():
        scan.skip(folder, STRAY, f"{count} files")


def parse_box(text: str, width: int, height: int) -> Box:
    """The face box of a `_BB.txt` line, scaled from its 224 x 224 frame and clamped to the picture.

    Raises
    ------
    EntryError
        If the line is not ``x y w h score``, or is no box of at least 3 x 3 pixels in the picture.
    """

    def refuse(reason: str, expected: str) -> EntryError:
        received = text.strip() or "an empty file"
        return EntryError(reason, f"{expected} Received: {received}. Leave the picture out.")

    if not text.strip():
        raise refuse(EMPTY_BOX, "A box file holds one line 'x y w h score'.")
    try:
        x, y, w, h = (float(part) for part in text.split()[:4])
    except ValueError as err:
        raise refuse(BROKEN_BOX, "A box file holds one line 'x y w h score'.") from err
    if not np.isfinite([x, y, w, h]).all():
        raise refuse(BROKEN_BOX, "A box file holds one line 'x y w h score'.")
    if min(x, y, w, h) < 0:
        raise refuse(NEGATIVE_BOX, "A face box has no negative values.")
    if x >= BOX_FRAME * FRAME_SLACK or y >= BOX_FRAME * FRAME_SLACK:
        raise refuse(OUTSIDE_BOX, "A face box lies inside its picture.")
    if max(x + w, y + h) > BOX_FRAME * FRAME_SLACK:
        raise refuse(OTHER_FRAME, f"A face box is given in a frame of {BOX_FRAME} x {BOX_FRAME}.")
    left, right = (min(v * width / BOX_FRAME, width) for v in (x, x + w))
    top, bottom = (min(v * height / BOX_FRAME, height) for v in (y, y + h))
    if left >= width or top >= height:
        raise refuse(OUTSIDE_BOX, "A face box lies inside its picture.")
    if min(right - left, bottom - top) < MIN_BOX:
        raise refuse(SMALL_BOX, f"A face box is at least {MIN_BOX} pixels wide and high.")
    return Box(left, top, right - left, bottom - top)
