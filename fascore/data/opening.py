"""Opens whatever data set a path names."""

from __future__ import annotations

from pathlib import Path

from fascore.data.celeba_spoof import TOP_FOLDER, CelebASpoof
from fascore.data.class_folders import ClassFolders
from fascore.data.file_trees import open_tree
from fascore.data.manifest import Manifest
from fascore.data.samples import FaceData
from fascore.data.union import Union

TABLES = (".csv", ".tsv", ".txt")
CELEBA_SPOOF = {"Data", "metas", TOP_FOLDER.strip("/")}


def open_data(root: Path | str) -> FaceData:
    """The data set at `root`.

    It is CelebA-Spoof's folder, a folder of folders named after classes, a .zip of either, a CSV
    table beside its pictures, or a JSON file that makes several of these one.

    Raises
    ------
    DataError
        If it is none of these.
    """
    path = Path(root)
    if path.suffix.lower() == ".json":
        return Union(path, open_data)
    if path.suffix.lower() in TABLES and not path.is_dir():
        return Manifest(path)
    files = open_tree(path)
    reader = CelebASpoof if CELEBA_SPOOF & files.tops() else ClassFolders
    return reader(path, files=files)
