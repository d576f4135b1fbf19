"""A data set of one's own: a CSV table of pictures beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from fascore.data.csv_rows import Row, read_csv_rows, shortened
from fascore.data.file_trees import Folder, printable
from fascore.data.samples import (
    BAD_ROW,
    DUPLICATE,
    LOST_LINE,
    MISSING_IMAGE,
    OUTSIDE_BOX,
    SMALL_BOX,
    DataError,
    EntryError,
    FaceData,
    Sample,
    Scan,
)
from fascore.data.table_columns import Cells, column_name, read_cells, read_header
from fascore.images import Box

MIN_BOX = 3  # px
LONG_PATH = 1000  # characters; a longer one is a field with a lost quote


class Manifest(FaceData):
    """A CSV table ``path,label`` and optionally ``spoof_type,subject,split,x,y,w,h``.

    Paths are relative to the table's folder, or absolute ones below it. Boxes are in pixels of the
    picture as it is seen, turned by its EXIF data. Labels, types and splits are words of
    `fascore.data.vocabulary`, or 0 for live and 1 for spoof. docs/data.md lists what is understood.

    Raises
    ------
    DataError
        If there is no such table, or its header has other columns.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self.name = self.root.stem
        self._files = Folder(self.root.parent)
        header, self._rows = read_csv_rows(self.root, known=lambda cell: bool(column_name(cell)))
        self._columns = read_header(header)

    def scan(self) -> Scan:
        scan = Scan()
        for row, path, found in self._entries():
            if not isinstance(found, EntryError) and not self._files.has(path):
                found = EntryError(MISSING_IMAGE, "nothing there")
            if isinstance(found, EntryError):
                _list(scan, path, row, found)
            else:
                scan.samples.append(found[0])
        if any(sample.split for sample in scan.samples):  # who names some, means train by none
            named = (replace(each, split=each.split or "train") for each in scan.samples)
            scan.samples = list(named)
        return scan

    def stamp(self, sample: Sample) -> str:
        # the box is the table's: it may change while the picture stays
        return f"{self._files.stamp(sample.sample_id)}; {self._boxes.get(sample.sample_id)}"

    def has_box(self, sample: Sample) -> bool:
        return sample.box is not None or sample.sample_id in self._boxes

    def labelled_box(self, sample: Sample, picture: np.ndarray) -> Box | None:
        box = self._boxes.get(sample.sample_id)
        return None if box is None else _inside(box, picture)

    @cached_property
    def _boxes(self) -> dict[str, Box]:
        """The table's boxes by sample id."""
        found = ((path, found) for _, path, found in self._entries())
        return {
            path: each[1]
            for path, each in found
            if not isinstance(each, EntryError) and each[1] is not None
        }

    def _entries(self) -> Iterator[tuple[Row, str, tuple[Sample, Box | None] | EntryError]]:
        """Each row with its path and what it says, or why it says nothing that can be used."""
        seen: set[str] = set()
        for row in self._rows:
            path = ""
            try:
                cells = self._cells(row)
                path = self._path(dict(cells).get("path", ""), row)
                if path in seen:
                    raise EntryError(DUPLICATE, "an earlier line has it")
                seen.add(path)
                if any({"\n", "\r"} & {*cell} for name, cell in cells if name != "path"):
                    raise EntryError(BAD_ROW, f"a cell goes on to line {row.last_line}")
                yield row, path, read_cells(path, cells)
            except EntryError as err:
                yield row, path, err

    def _cells(self, row: Row) -> Cells:
        if not any(cell.strip() for cell in row.cells):
            raise EntryError(BAD_ROW, "an empty row")
        if any(cell.strip() for cell in row.cells[len(self._columns) :]):
            raise EntryError(BAD_ROW, f"{len(row.cells)} cells under {len(self._columns)} columns")
        cells = zip(self._columns, row.cells, strict=False)
        return [(name, cell if name == "path" else cell.strip()) for name, cell in cells if name]

    def _path(self, cell: str, row: Row) -> str:
        """A picture's path in the data set: as it is written, if it is there, or put right."""
        path = cell.strip()
        if (path != cell or "\\" in path) and not _leaves(cell) and self._files.has(cell):
            return printable(cell)  # a name may hold spaces and back slashes
        if path.startswith("/"):
            path = self._below(Path(path))
        path = path.replace("\\", "/")
        if not path or _leaves(path):
            raise DataError(
                f"Expected paths in the folder of {self.root.name} that stay in it. Received: "
                f"{shortened(cell)} on line {row.line}. Move the picture below that folder."
            )
        path = "/".join(part for part in path.split("/") if part not in ("", "."))
        if not path:
            raise EntryError(BAD_ROW, f"the path {shortened(cell)} is a folder")
        return printable(path if path.isascii() else self._files.find(path) or path)

    def _below(self, path: Path) -> str:
        """An absolute path as one from the table's folder, if it lies there."""
        for folder in (self.root.parent.absolute(), self.root.parent.resolve()):
            if path.is_relative_to(folder):
                return str(path.relative_to(folder))
        return str(path)


def _leaves(path: str) -> bool:
    """Whether a path leads out of the folder it is relative to."""
    out = path.startswith("/") or re.match(r"[A-Za-z]:[\\/]", path)
    return bool(out) or ".." in re.split(r"[\\/]", path)


def _list(scan: Scan, path: str, row: Row, err: EntryError) -> None:
    """Lists a row that is left out, and each line that it has swallowed."""
    one_line = path and "\n" not in path and len(path) < LONG_PATH
    scan.skip(path if one_line else f"line {row.line}", err.reason, f"line {row.line}: {err}")
    for line in range(row.line + 1, row.last_line + 1):
        scan.skip(f"line {line}", LOST_LINE, f"a quote opens on line {row.line}")


def _inside(box: Box, picture: np.ndarray) -> Box:
    """The part of a box that lies in the picture; EntryError if that is no box."""
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
