"""The files of a data set, read alike from a folder and from a .zip of it.

A file is known by its path in the data set: text, with forward slashes, the same on every machine.
Bytes of a name that are no UTF-8, and control characters, stand in it as ``\\xe9``.
"""

from __future__ import annotations

import os
import re
import stat
import threading
import unicodedata
import zipfile
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from fascore.data.samples import DataError

ENCRYPTED = 1  # a flag of a .zip entry
MAX_MEMBER = 2**30  # bytes; an archive's file that claims more is not unpacked
MISSING = "missing"
Refuse = Callable[[str, str], None]  # told of what cannot be listed: its path, and why


def _ignore(path: str, why: str) -> None:
    pass


class FileTree(ABC):
    """Files by their path; threads may read it together."""

    @abstractmethod
    def read(self, path: str) -> bytes:
        """Bytes of one file.

        Raises
        ------
        FileNotFoundError
            If there is none.
        OSError
            If it is there and cannot be read.
        """

    @abstractmethod
    def has(self, path: str) -> bool:
        """Whether there is such a file."""

    @abstractmethod
    def stamp(self, path: str) -> str:
        """What changes with a file; "missing" if there is none."""

    @abstractmethod
    def size(self, path: str) -> int | None:
        """Bytes of a file, without reading it; None if there is none."""

    @abstractmethod
    def paths(self, refuse: Refuse = _ignore) -> Iterator[str]:
        """Every file's path. What cannot be listed is told to `refuse`."""

    @abstractmethod
    def beginning(self, prefix: str) -> FileTree:
        """The files below one of its folders; `prefix` ends in a slash."""

    @abstractmethod
    def tops(self) -> set[str]:
        """Names of the files and folders that stand in no folder."""

    def find(self, path: str) -> str | None:
        """The path of a file as it is spelt here; None if there is none.

        Accents may be composed in one place and decomposed in the other: a table from one machine
        and a folder from another.
        """
        forms = (path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path))
        return next((form for form in forms if self.has(form)), None)


class Folder(FileTree):
    """Files below a folder.

    Links are followed, out of the folder too, as large data sets lie on several disks. Each folder
    is listed once, however many links lead to it: circles end.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, path: str) -> bytes:
        try:
            return self._place(path).read_bytes()
        except ValueError as err:  # a null character, which no file has
            raise FileNotFoundError(path) from err

    def has(self, path: str) -> bool:
        try:
            return stat.S_ISREG(self._place(path).stat().st_mode)  # no pipe, which would block
        except (OSError, ValueError):  # ValueError: a null character
            return False

    def stamp(self, path: str) -> str:
        try:
            about = self._place(path).stat()
        except (OSError, ValueError):
            return MISSING
        return f"{about.st_size} bytes at {about.st_mtime_ns}"

    def size(self, path: str) -> int | None:
        try:
            return self._place(path).stat().st_size
        except (OSError, ValueError):
            return None

    def paths(self, refuse: Refuse = _ignore) -> Iterator[str]:
        seen: set[tuple[int, int]] = set()
        folders, links = deque([""]), deque[str]()  # links wait: the folder itself goes first
        while folders or links:
            inside = folders.popleft() if folders else links.popleft()
            try:
                about = os.stat(self._root / inside)
                if (key := (about.st_dev, about.st_ino)) in seen:
                    continue
                seen.add(key)
                for entry in self._entries(inside):
                    if entry.is_dir():
                        (links if entry.is_symlink() else folders).append(f"{inside}{entry.name}/")
                    elif entry.is_file():
                        yield _text(inside + entry.name)
            except OSError as err:
                refuse(_text(inside), err.strerror or str(err))

    def tops(self) -> set[str]:
        return {_text(entry.name) for entry in self._entries("")}

    def _entries(self, inside: str) -> list[os.DirEntry[str]]:
        with os.scandir(self._root / inside) as entries:
            return sorted(entries, key=lambda entry: entry.name)

    def beginning(self, prefix: str) -> Folder:
        return Folder(self._place(prefix))

    def _place(self, path: str) -> Path:
        """Where a file is. UTF-8 rules, not the locale, which may know no accents."""
        place = self._root / os.fsdecode(path.encode("utf-8", "surrogateescape"))
        if "\\x" in path and not place.exists():
            return self._root / os.fsdecode(_bytes(path))
        return place


class Archive(FileTree):
    """Files in a .zip, by its path or itself opened to read.

    Raises
    ------
    Exception
        Of many kinds, if the archive's directory is damaged.
    """

    def __init__(self, path: Path | BinaryIO, prefix: str = "") -> None:
        self._path = path
        self._prefix = prefix
        self._zip = zipfile.ZipFile(path)
        self._lock = threading.Lock()
        # some packers write back slashes
        self._members = {
            printable(each.filename.replace("\\", "/")): each for each in self._zip.infolist()
        }

    def read(self, path: str) -> bytes:
        if not self.has(path):
            raise FileNotFoundError(path)
        member = self._members[self._prefix + path]
        if member.file_size > MAX_MEMBER:
            raise OSError(f"it claims to unpack to {member.file_size / 2**20:,.0f} MB")
        if member.flag_bits & ENCRYPTED:
            raise OSError("it is encrypted")
        try:
            with self._lock, self._zip.open(member) as file:
                # no more than it claims, at once: without a number zipfile unpacks up to 2 GB of a
                # member that claims a few bytes before it sees that
                return file.read(member.file_size + 1)
        except Exception as err:  # a kind for each fault: checksum, method, password, cut short …
            raise OSError(str(err) or type(err).__name__) from err

    def has(self, path: str) -> bool:
        return bool(path) and not path.endswith("/") and self._prefix + path in self._members

    def stamp(self, path: str) -> str:
        if not self.has(path):
            return MISSING
        member = self._members[self._prefix + path]
        return f"{member.file_size} bytes, CRC {member.CRC:08x}"

    def size(self, path: str) -> int | None:
        return self._members[self._prefix + path].file_size if self.has(path) else None

    def paths(self, refuse: Refuse = _ignore) -> Iterator[str]:
        for name in self._members:
            if name.startswith(self._prefix) and not name.endswith("/"):
                yield name.removeprefix(self._prefix)

    def tops(self) -> set[str]:
        return {path.split("/")[0] for path in self.paths()}

    def beginning(self, prefix: str) -> Archive:
        return Archive(self._path, self._prefix + prefix)


def open_tree(root: Path) -> FileTree:
    """The files of a folder or a .zip.

    Raises
    ------
    DataError
        If `root` is neither, or cannot be opened.
    """
    try:
        if root.is_dir():
            tree = Folder(root)
            tree.tops()  # a folder that may not be listed
            return tree
        if not root.exists():
            received = "which is not there"
        elif zipfile.is_zipfile(root):
            return Archive(root)
        else:
            received = "a damaged .zip" if root.suffix.lower() == ".zip" else "another kind of file"
    except Exception as err:  # zipfile has a kind for each damage
        received = f"which cannot be opened ({getattr(err, 'strerror', None) or err})"
    raise DataError(
        f"Expected a folder or a .zip of a data set, or a .csv table of it. Received: {root}, "
        f"{received}. Give the path of the unpacked data set."
    )


def printable(path: str) -> str:
    r"""A path whose control characters, which would break a line of a table, are written out.

    >>> print(printable("a\rb"))
    a\x0db
    """
    return re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\x{ord(found[0]):02x}", path)


def _text(name: str) -> str:
    """A name from the file system as text, whatever its bytes and the locale."""
    return printable(os.fsencode(name).decode("utf-8", "backslashreplace"))


def _bytes(path: str) -> bytes:
    r"""The bytes that `_text` made a path of.

    >>> _bytes(_text(os.fsdecode(b"caf\xe9")))
    b'caf\xe9'
    """
    return re.sub(
        rb"\\x([0-9a-f][0-9a-f])", lambda found: bytes([int(found[1], 16)]), path.encode()
    )
