"""A data set of one's own: a CSV table of pictures beside it."""

from __future__ import annotations

import csv
import math
from pathlib import Path, PurePosixPath

import numpy as np

from fascore.data.samples import (
    BAD_ROW,
    DUPLICATE,
    MISSING_IMAGE,
    OUTSIDE_BOX,
    SMALL_BOX,
    DataError,
    EntryError,
    FaceData,
    Sample,
    Scan,
)
from fascore.data.splits import SPLITS
from fascore.files import Folder
from fascore.images import Box
from fascore.labels import LIVE, SPOOF, SPOOF_TYPES, UNKNOWN_TYPE

REQUIRED = ("path", "label")
OPTIONAL = ("spoof_type", "subject", "split", "x", "y", "w", "h")
BOX = ("x", "y", "w", "h")
MIN_BOX = 3  # px


class Manifest(FaceData):
    """A CSV table ``path,label`` and optionally ``spoof_type,subject,split,x,y,w,h``.

    Paths are relative to the table's folder and stay in it; boxes are in pixels. Without a box
    the picture's largest centred square is used. A label is 0 or live, 1 or spoof.

    Raises
    ------
    DataError
        If there is no such table, or its header has other columns.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self.name = self.root.stem
        self._files = Folder(self.root.parent)
        self._boxes: dict[str, Box] = {}
        self._rows = self._read_rows()

    def read(self, path: str) -> bytes:
        try:
            return self._files.read(path)
        except OSError as err:
            raise DataError(
                f"Expected a file {path} beside {self.root}. Received: nothing there. "
                "Correct the table."
            ) from err

    def scan(self) -> Scan:
        scan, seen = Scan(), set()
        files = set(self._files.paths())
        for line, row in enumerate(self._rows, start=2):
            path = row["path"]
            _refuse_escape(path, line, self.root)
            if path in seen:
                scan.skip(path, DUPLICATE)
                continue
            seen.add(path)
            if problem := _row_problem(row):
                scan.skip(path, BAD_ROW, f"line {line}: {problem}")
            elif path not in files:
                scan.skip(path, MISSING_IMAGE)
            else:
                scan.samples.append(_sample(row))
        return scan

    def stamp(self, sample: Sample) -> str:
        # the box is the table's: it may change while the picture stays
        return f"{self._files.stamp(sample.sample_id)}; {self._boxes.get(sample.sample_id)}"

    def box(self, sample: Sample, picture: np.ndarray) -> Box | None:
        box = self._boxes.get(sample.sample_id)
        if box is None:
            return None
        height, width = picture.shape[:2]
        left, right = (min(max(v, 0), width) for v in (box.x, box.x + box.width))
        top, bottom = (min(max(v, 0), height) for v in (box.y, box.y + box.height))
        if right <= left or bottom <= top:
            raise EntryError(
                OUTSIDE_BOX,
                f"A face box lies inside its picture of {width} x {height} pixels. "
                f"Received: {box}. Correct the table.",
            )
        if min(right - left, bottom - top) < MIN_BOX:
            raise EntryError(
                SMALL_BOX,
                f"A face box is at least {MIN_BOX} pixels wide and high. Received: {box}. "
                "Correct the table.",
            )
        return Box(left, top, right - left, bottom - top)

    def _read_rows(self) -> list[dict[str, str]]:
        try:
            with self.root.open(newline="", encoding="utf-8-sig") as file:
                reader = csv.DictReader(file)
                header = list(reader.fieldnames or [])
                rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in reader]
        except (OSError, UnicodeDecodeError, csv.Error) as err:
            raise DataError(
                f"Expected a CSV table in UTF-8. Received: {self.root}, which cannot be read "
                f"({err}). Give its path."
            ) from err
        missing = [name for name in REQUIRED if name not in header]
        unknown = [name for name in header if name not in REQUIRED + OPTIONAL]
        boxes = [name for name in BOX if name in header]
        if missing or unknown or len(boxes) not in (0, 4) or len(set(header)) < len(header):
            raise DataError(
                f"Expected a header path,label and optionally {','.join(OPTIONAL)} (x,y,w,h all "
                f"four or none). Received: {','.join(header) or 'an empty file'}. "
                "Rename the columns."
            )
        for row in rows:
            if boxes and all(_number(row[name]) is not None for name in BOX):
                self._boxes[row["path"]] = Box(*(float(row[name]) for name in BOX))
        return rows


def _refuse_escape(path: str, line: int, root: Path) -> None:
    parts = PurePosixPath(path.replace("\\", "/"))
    if not path or parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
        raise DataError(
            f"Expected paths relative to the folder of {root.name} that stay in it. "
            f"Received: {path!r} on line {line}. Move the picture below that folder."
        )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


LABELS = {"0": LIVE, "live": LIVE, "1": SPOOF, "spoof": SPOOF}


def _row_problem(row: dict[str, str]) -> str:
    """What is wrong with a row, or nothing."""
    label = LABELS.get(row["label"].lower())
    if label is None:
        return f"a label is 0 or live, 1 or spoof; not {row['label']!r}"
    spoof_type = row.get("spoof_type", "")
    if spoof_type and spoof_type not in {str(code) for code in SPOOF_TYPES}:
        return f"a spoof type is a code from 0 to 10, not {spoof_type!r}"
    if spoof_type and (label == LIVE) != (spoof_type == "0"):
        return f"label {row['label']} with spoof type {spoof_type}"
    if row.get("split", "") not in ("", *SPLITS):
        return f"a split is one of {', '.join(SPLITS)}; not {row['split']!r}"
    given = [row[name] for name in BOX if row.get(name)]
    if given and (len(given) < 4 or any(_number(value) is None for value in given)):
        return "a box is four numbers x, y, w, h"
    return ""


def _sample(row: dict[str, str]) -> Sample:
    label = LABELS[row["label"].lower()]
    unknown = UNKNOWN_TYPE if label == SPOOF else 0
    return Sample(
        sample_id=row["path"],
        split=row.get("split") or "train",
        label=label,
        spoof_type=int(row.get("spoof_type") or unknown),
        subject=row.get("subject", ""),
        illumination=0,
        environment=0,
    )
