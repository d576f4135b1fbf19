"""A data set of one's own: pictures in folders named after their class, and perhaps their split."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from fascore.data.file_trees import FileTree, open_tree
from fascore.data.samples import (
    CLOSED_FOLDER,
    CONTRADICTION,
    DUPLICATE,
    NO_PICTURE,
    UNLABELLED,
    FaceData,
    Sample,
    Scan,
)
from fascore.data.vocabulary import CLASS_WORDS, agreed, label_of, read_name
from fascore.decoding import SUFFIXES
from fascore.images import Box

CLASSES = frozenset(CLASS_WORDS.values())
HIDDEN = ("__MACOSX",)  # what packers add


class ClassFolders(FaceData):
    """Pictures below folders whose names are words of `fascore.data.vocabulary`.

    A class (live, spoof), a kind of attack (print, replay, mask) or both, and a split may stand in
    any order and depth. The first folder that is none of these, below those all pictures share, is
    taken for the person. There are no face boxes.

    Parameters
    ----------
    root : path
        The folder around them, or a .zip of it.
    files : FileTree, optional
        Its files, if they are open already.

    Raises
    ------
    DataError
        If `root` is neither.
    """

    def __init__(self, root: Path | str, *, files: FileTree | None = None) -> None:
        self.root = Path(root)
        self.name = self.root.stem if self.root.is_file() else self.root.resolve().name
        self._files = files or open_tree(self.root)

    def scan(self) -> Scan:
        scan = Scan()
        pictures = self._pictures(scan)
        folders = [path.split("/")[:-1] for path in pictures]
        shared = len(os.path.commonprefix(folders))
        for path, names in zip(pictures, folders, strict=True):
            _add(scan, path, above=names[:shared], below=names[shared:])
        return scan

    def stamp(self, sample: Sample) -> str:
        return self._files.stamp(sample.sample_id)

    def has_box(self, sample: Sample) -> bool:
        return sample.box is not None

    def labelled_box(self, sample: Sample, picture: np.ndarray) -> Box | None:
        return None

    def _pictures(self, scan: Scan) -> list[str]:
        """Paths of pictures, by their names; files of other kinds are counted by theirs."""
        pictures: dict[str, None] = {}
        others: Counter[str] = Counter()
        for path in self._files.paths(lambda path, why: scan.skip(path, CLOSED_FOLDER, why)):
            suffix = PurePosixPath(path).suffix.lower()
            if any(part.startswith(".") or part in HIDDEN for part in path.split("/")):
                continue
            if suffix not in SUFFIXES:
                others[suffix] += 1
            elif path in pictures:
                scan.skip(path, DUPLICATE)
            else:
                pictures[path] = None
        for suffix, count in others.items():
            scan.skip(f"*{suffix}", NO_PICTURE, f"{count} files")
        return sorted(pictures)


def _add(scan: Scan, path: str, *, above: Sequence[str], below: Sequence[str]) -> None:
    """Adds a picture's sample by the folders it is in, or lists why there is none.

    Folders that all pictures share speak only where those below them are silent.
    """
    types = _types(below) or _types(above)
    splits = _splits(below) or _splits(above)
    if not types:
        scan.skip(path, UNLABELLED, "no folder names a class such as live, spoof or print")
        return
    spoof_type = agreed(types)
    if spoof_type is None or len(splits) > 1:
        scan.skip(path, CONTRADICTION, "its folders name several classes, kinds or splits")
        return
    people = [name for name in below if read_name(name) is None]
    scan.samples.append(
        Sample(
            sample_id=path,
            split=min(splits, default=""),
            label=label_of(spoof_type),
            spoof_type=spoof_type,
            subject=people[0] if people else "",
        )
    )


def _types(folders: Sequence[str]) -> list[int]:
    """Spoof type codes that folders name; a kind beside "live" is no contradiction, but a place."""
    said = [each.spoof_type for each in map(read_name, folders) if each]
    types = [code for code in said if code is not None]
    classes = {code for code in types if code in CLASSES}
    return [0] if classes == {0} else types


def _splits(folders: Sequence[str]) -> set[str]:
    return {said.split for said in map(read_name, folders) if said and said.split}
