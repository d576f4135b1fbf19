"""Files written whole or not at all, and read whole or refused in one sentence."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import tempfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import psutil

from fascore.errors import StoreError

T = TypeVar("T")
UNFINISHED = ".writing"  # how the name of a file begins while it is written
_HALF = re.compile(re.escape(UNFINISHED) + r"-(\d+)-([0-9a-f]{8})-")


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file; one that has not changed is not read again."""
    return _sha256(path, file_stamp(path))


def file_stamp(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is written or replaced; None if there is none."""
    if not path.exists():
        return None
    about = path.stat()
    return about.st_mtime_ns, about.st_size, about.st_ino


@lru_cache(maxsize=256)
def _sha256(path: Path, stamp: tuple[int, ...] | None) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Calls `write(temporary path)`, then renames to `path`: the file is whole or not there.

    The temporary name says which process of which machine writes: `remove_half_written`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f"{UNFINISHED}-{os.getpid()}-{_machine()}-"
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)  # mkstemp's 0600 would hide the file from others who serve it
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def half_written(folder: Path) -> list[Path]:
    """Files in a folder and below it that a process began to write and cannot finish any more.

    Of another machine's processes nobody here can tell; their files are left out.
    """
    found = []
    for path in sorted(folder.rglob(f"{UNFINISHED}-*")):
        named = _HALF.match(path.name)
        if named and named[2] == _machine() and not psutil.pid_exists(int(named[1])):
            found.append(path)
    return found


def remove_half_written(folder: Path) -> None:
    """Removes what killed processes left behind in a folder and below it: `half_written`."""
    for path in half_written(folder):
        path.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _machine() -> str:
    """This machine in eight digits: a folder may be shared by several."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def read_whole(path: Path, read: Callable[[Path], T], *, expected: str, mend: str) -> T:
    """What `read` makes of a file.

    Parameters
    ----------
    path : path
    read : callable
        Takes the path; whatever it raises means that the file is not what it should be.
    expected : str
        What the file holds, as the sentence says it; the path is added.
    mend : str
        What to do about it: a sentence or two.

    Raises
    ------
    StoreError
        If the file is missing, empty, or cannot be read.
    """
    try:
        return read(path)
    except Exception as err:  # zipfile, zlib, json, pandas, pyarrow: a damaged file raises anything
        raise StoreError(
            f"Expected {expected} in {path}. Received: {_wrong(path, err)}. {mend}"
        ) from err


def _wrong(path: Path, err: Exception) -> str:
    """What is wrong with a file that could not be read, in words."""
    if isinstance(err, FileNotFoundError | NotADirectoryError):
        return "no such file"
    if isinstance(err, OSError) and err.strerror:
        return f"a file that cannot be opened ({err.strerror})"
    if path.is_file() and not path.stat().st_size:
        return "an empty file"
    return f"a file that cannot be read ({type(err).__name__})"


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Writes a JSON file whole."""
    write_whole(
        path,
        lambda temporary: temporary.write_text(
            json.dumps(record, indent=2) + "\n", encoding="utf-8"
        ),
    )
