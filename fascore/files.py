"""Files written whole or not at all, and read from a folder or a .zip alike."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any


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
    """Calls `write(temporary path)`, then renames to `path`: the file is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)  # mkstemp's 0600 would hide the file from others who serve it
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Writes a JSON file whole."""
    write_whole(path, lambda temporary: temporary.write_text(json.dumps(record, indent=2) + "\n"))


class Folder:
    """Files below a folder, by their path in it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: str) -> bytes:
        """Bytes of one file; OSError if there is none."""
        return (self._root / path).read_bytes()

    def stamp(self, path: str) -> str:
        """What changes with a file: its size and time; "missing" if there is none."""
        try:
            about = (self._root / path).stat()
        except OSError:
            return "missing"
        return f"{about.st_size} bytes at {about.st_mtime_ns}"

    def paths(self) -> Iterator[str]:
        """Every file's path, with forward slashes."""
        for folder, _, names in os.walk(self._root, followlinks=True):
            inside = Path(folder).relative_to(self._root).as_posix()
            prefix = "" if inside == "." else inside + "/"
            yield from (prefix + name for name in names)

    def beginning(self, prefix: str) -> Folder:
        """The files below one of its folders."""
        return Folder(self._root / prefix)


class Archive:
    """Files in a .zip, by their path in it; threads may read it together."""

    def __init__(self, path: Path, prefix: str = "") -> None:
        self._path = path
        self._prefix = prefix
        self._zip = zipfile.ZipFile(path)
        self._lock = threading.Lock()

    def read(self, path: str) -> bytes:
        """Bytes of one file; KeyError if there is none."""
        with self._lock:
            return self._zip.read(self._prefix + path)

    def stamp(self, path: str) -> str:
        """What changes with a file: its size and checksum; "missing" if there is none."""
        try:
            about = self._zip.getinfo(self._prefix + path)
        except KeyError:
            return "missing"
        return f"{about.file_size} bytes, CRC {about.CRC:08x}"

    def paths(self) -> Iterator[str]:
        """Every file's path, with forward slashes."""
        for name in self._zip.namelist():
            if name.startswith(self._prefix) and not name.endswith("/"):
                yield name.removeprefix(self._prefix)

    def beginning(self, prefix: str) -> Archive:
        """The files below one of its folders."""
        return Archive(self._path, self._prefix + prefix)
