"""The files of a batch: given one by one, as a folder, or in a .zip, all of them in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from fascore.data.file_trees import Archive, printable
from fascore.decoding import EXPECTED, ImageError, check_bytes
from fascore.errors import FascoreError

ZIP, ZIP_START, ZIP_ENTRY = ".zip", b"PK\x03\x04", b"PK\x01\x02"
ENTRIES = 10  # an archive's directory may have so many times the files of a batch: folders
SYSTEM_FILES = ("thumbs.db", "desktop.ini")  # and whatever begins with a full stop
SYSTEM_FOLDER = "__macosx"
MEGABYTE = 2**20
NESTED = f"Expected {EXPECTED}. Received: a .zip inside a .zip. Unpack it, and give it by itself."


@dataclass(frozen=True)
class BatchFile:
    """One file of a batch.

    Attributes
    ----------
    name : str
        With the folders it is in, below that of its .zip.
    read : callable
        Its bytes, unpacked each time; raises ImageError with the sentence on why there are none.
    """

    name: str
    read: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True)
class BatchLimits:
    """How large a batch may be: `files` in number, `megabytes` as given, `unpacked_megabytes`."""

    files: int
    megabytes: int
    unpacked_megabytes: int


def batch_files(given: Sequence[tuple[str, bytes]], *, limits: BatchLimits) -> list[BatchFile]:
    """The files of a batch in the order given, those of a .zip in its place.

    Files that operating systems leave behind (.DS_Store, Thumbs.db, __MACOSX) are no pictures that
    anyone gave and are not among them. A .zip that cannot be used is one file whose `read` says
    why; nothing is unpacked here.

    Parameters
    ----------
    given : sequence of (name, bytes)
    limits : BatchLimits

    Raises
    ------
    FascoreError
        If they are too many or too large: then none of them is used.
    """
    size = sum(len(data) for _, data in given)
    if size > limits.megabytes * MEGABYTE:
        raise FascoreError(
            f"Expected at most {limits.megabytes:,} MB of files at once. "
            f"Received: {size / MEGABYTE:,.1f} MB. Give them in parts."
        )
    files: list[BatchFile] = []
    for name, data in given:
        if name.lower().endswith(ZIP):
            files += _zip_files(printable(name), data, limits)
        elif not _is_systems(name):
            files.append(BatchFile(printable(name), partial(_give, data)))
    check_number(len(files), limits)
    return files


def check_number(number: int, limits: BatchLimits, *, what: str = "files") -> None:
    """Refuses more files at once than the limit."""
    if number > limits.files:
        raise FascoreError(
            f"Expected at most {limits.files:,} files at once. Received: {number:,} {what}. "
            "Give them in parts."
        )


def _zip_files(name: str, data: bytes, limits: BatchLimits) -> list[BatchFile]:
    """What a .zip holds, or itself as the one file that cannot be used."""
    # each entry of the directory begins so: known before millions of them are made objects
    entries = data.count(ZIP_ENTRY)
    if entries > limits.files * ENTRIES:
        check_number(entries, limits, what=f"entries in {name}")
    try:
        tree = Archive(io.BytesIO(data))
    except Exception as err:  # zipfile has a kind for each damage
        return [_refused(name, f"a damaged .zip ({err}). Pack it again.")]
    paths = [path for path in tree.paths() if not _is_systems(path)]
    claimed = sum(tree.size(path) or 0 for path in paths)
    if claimed > limits.unpacked_megabytes * MEGABYTE:
        return [
            _refused(
                name,
                f"one that unpacks to {claimed / MEGABYTE:,.0f} MB, more than the "
                f"{limits.unpacked_megabytes:,} MB that are allowed. Give its pictures in parts.",
            )
        ]
    if not paths:
        return [_refused(name, "one without a file. Pack the pictures again.")]
    return [BatchFile(f"{name}/{path}", partial(_unpack, tree, path)) for path in paths]


def _refused(name: str, received: str) -> BatchFile:
    return BatchFile(name, partial(_refuse, f"Expected a .zip of pictures. Received: {received}"))


def _refuse(sentence: str) -> bytes:
    raise ImageError(sentence)


def _give(data: bytes) -> bytes:
    return data


def _unpack(tree: Archive, path: str) -> bytes:
    """One member of a .zip; its claimed size bounds what is unpacked."""
    if path.lower().endswith(ZIP):
        raise ImageError(NESTED)
    check_bytes(tree.size(path) or 0)
    try:
        data = tree.read(path)
    except OSError as err:  # wrong checksum, unknown method, password, cut short …
        raise ImageError(
            f"Expected {EXPECTED}. Received: an entry of a .zip that cannot be unpacked ({err}). "
            "Pack it again, without a password."
        ) from err
    if data.startswith(ZIP_START):
        raise ImageError(NESTED)
    return data


def _is_systems(path: str) -> bool:
    """Whether an operating system left it behind."""
    *folders, name = path.replace("\\", "/").lower().split("/")
    return name.startswith(".") or name in SYSTEM_FILES or SYSTEM_FOLDER in folders
