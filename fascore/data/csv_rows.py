"""A CSV table as people have it: its encoding, its separator, its rows with their line numbers."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fascore.data.samples import DataError

SEPARATORS = (",", ";", "\t", "|")
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Row:
    """A row: the lines of the file it takes, the first counted as 1, and its cells."""

    line: int
    last_line: int
    cells: list[str]


def read_csv_rows(path: Path, *, known: Callable[[str], bool]) -> tuple[list[str], list[Row]]:
    """The header's cells and the rows of a CSV table; lines without anything are no rows.

    Read are UTF-8 with or without a mark, UTF-16, and Latin-1 as Windows extends it; commas,
    semicolons, tabs or bars, or what a first line ``sep=`` names.

    Parameters
    ----------
    known : callable
        Whether a header's cell names a column: the separator that gives most of them is taken.

    Raises
    ------
    DataError
        If the file cannot be read, or is no text.
    """
    try:
        text = _text(path.read_bytes())
    except OSError as err:
        raise DataError(
            f"Expected a CSV table. Received: {path}, which cannot be read ({err.strerror}). "
            "Give its path."
        ) from err
    if "\0" in text:
        raise DataError(
            f"Expected a CSV table. Received: {path}, which is no text. Save the table as CSV."
        )
    first, end = text.partition("\n")[0].strip(), text.find("\n") + 1
    named = first.lower().startswith("sep=") and len(first) == 5
    separator, skipped = (first[4], 1) if named else (_separator(first, known), 0)
    csv.field_size_limit(2**31 - 1)  # a lost quote makes fields of megabytes: said, not raised
    reader = csv.reader(io.StringIO(text[end:] if named else text, newline=""), delimiter=separator)
    rows, line = [], 1 + skipped
    for cells in reader:
        last_line = reader.line_num + skipped
        if cells:
            rows.append(Row(line, last_line, cells))
        line = last_line + 1
    return ([cell.strip() for cell in rows[0].cells], rows[1:]) if rows else ([], [])


def _text(data: bytes) -> str:
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    if len(data) > 1 and 0 in data[:2]:  # UTF-16 without a mark: a table begins with a letter
        return data.decode("utf-16-le" if data[1] == 0 else "utf-16-be", errors="replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _separator(header: str, known: Callable[[str], bool]) -> str:
    return max(SEPARATORS, key=lambda sign: sum(map(known, header.split(sign))))


def shortened(cell: str, length: int = 80) -> str:
    """A cell as a message quotes it: on one line, and not a megabyte of it.

    Examples
    --------
    >>> shortened("a\\nb"), shortened("abcdef", 4)
    ("'a\\\\nb'", "'abcd…' (6 characters)")
    """
    if len(cell) <= length:
        return repr(cell)
    return f"{repr(cell[:length])[:-1]}…' ({len(cell):,} characters)"
