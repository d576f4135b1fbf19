"""What the columns of a table of pictures are called, and what a row's cells say of its picture."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from fascore.data.csv_rows import shortened
from fascore.data.samples import BAD_ROW, DataError, EntryError, Sample
from fascore.data.vocabulary import (
    agreed,
    label_of,
    read_label,
    read_name,
    read_number,
    read_type,
)
from fascore.images import Box
from fascore.labels import LIVE, UNKNOWN_TYPE

# What a column may be called, written without spaces and signs.
COLUMNS = {
    "path": ("path", "file", "filename", "filepath", "image", "imagepath", "picture"),
    "label": ("label", "class", "groundtruth"),
    "is_live": ("live", "islive"),  # 1 of live pictures
    "is_spoof": ("spoof", "isspoof"),  # 1 of attacks
    "spoof_type": ("spooftype", "attacktype", "paispecies", "species"),
    "subject": ("subject", "subjectid", "person", "personid", "identity"),
    "split": ("split", "set", "subset", "partition"),
    "x": ("x", "left"),
    "y": ("y", "top"),
    "w": ("w", "width"),
    "h": ("h", "height"),
}
NAMES = {word: name for name, words in COLUMNS.items() for word in words}
LABELS = ("label", "is_live", "is_spoof")
BOX = ("x", "y", "w", "h")
Cells = Sequence[tuple[str, str]]  # a row's cells, each with its column's name


def column_name(cell: str) -> str:
    """The name in `COLUMNS` of a header's cell; "" if it has none.

    >>> column_name("Spoof Type"), column_name("filename"), column_name("colour")
    ('spoof_type', 'path', '')
    """
    return NAMES.get(_key(cell), "")


def read_header(header: Sequence[str]) -> list[str]:
    """The name of each column; "" for a column without a header, as row numbers have.

    Raises
    ------
    DataError
        If a column that is needed is missing, or one is unknown or there twice.
    """
    columns = [column_name(cell) for cell in header]
    unknown = [cell for cell, name in zip(header, columns, strict=True) if cell and not name]
    # a class may be told in several columns, but not in two of the same header
    pairs = zip(header, columns, strict=True)
    keys = [_key(cell) if name == "label" else name for cell, name in pairs]
    twice = [key for key, count in Counter(keys).items() if key and count > 1]
    complete = "path" in columns and not set(LABELS).isdisjoint(columns)
    if not complete or unknown or twice or len(set(BOX) & set(columns)) not in (0, 4):
        example = f", of which {shortened(unknown[0])} is unknown" if unknown else ""
        raise DataError(
            "Expected a header path,label and optionally spoof_type,subject,split,x,y,w,h "
            "(x,y,w,h all four or none). Received: "
            f"{shortened(','.join(header)) if header else 'an empty file'}{example}. "
            "Rename the columns, or take out the others."
        )
    return columns


def read_cells(path: str, cells: Cells) -> tuple[Sample, Box | None]:
    """A row's sample and its labelled box.

    Raises
    ------
    EntryError
        On what is wrong with it; the message is a part of a sentence.
    """
    named = dict(cells)
    spoof_type = _spoof_type(cells)
    split = read_name(named.get("split", ""))
    if named.get("split") and not (split and split.split):
        raise EntryError(
            BAD_ROW, f"a split is train, validation or test, not {shortened(named['split'])}"
        )
    sample = Sample(
        sample_id=path,
        split=(split and split.split) or "",
        label=label_of(spoof_type),
        spoof_type=spoof_type,
        subject=named.get("subject", ""),
    )
    return sample, _box([named.get(name, "") for name in BOX])


def _key(cell: str) -> str:
    return "".join(re.findall(r"[^\W_]", cell.lower()))


def _spoof_type(cells: Cells) -> int:
    """The spoof type code (0: live) that all cells about the class agree on."""
    said: dict[str, int] = {}
    for name, cell in cells:
        if name in (*LABELS, "spoof_type") and cell:
            code = read_type(cell) if name == "spoof_type" else _label(name, cell)
            if code is None:
                words = "a kind or a code from 0 to 10" if name == "spoof_type" else "live or spoof"
                raise EntryError(BAD_ROW, f"{name} is {words}, not {shortened(cell)}")
            said[f"{name} {shortened(cell)}"] = code
    if not said:
        raise EntryError(BAD_ROW, "no label")
    together = agreed(list(said.values()))
    if together is None:
        raise EntryError(BAD_ROW, f"{' and '.join(said)} contradict each other")
    return together


def _label(name: str, cell: str) -> int | None:
    """The spoof type code of a label; in a column "live" 1 is live."""
    code = read_label(cell)
    if name != "is_live" or read_number(cell) is None or code is None:
        return code
    return UNKNOWN_TYPE if code == LIVE else LIVE


def _box(cells: Sequence[str]) -> Box | None:
    if not any(cells):
        return None
    x, y, w, h = map(read_number, cells)
    if x is None or y is None or w is None or h is None:
        raise EntryError(BAD_ROW, f"a box is four numbers x, y, w, h; not {','.join(cells)}")
    return Box(x, y, w, h)
