"""Opens whatever data set a path names."""

from __future__ import annotations

from pathlib import Path

from fascore.data.celeba_spoof import CelebASpoof
from fascore.data.manifest import Manifest
from fascore.data.samples import FaceData


def open_data(root: Path | str) -> FaceData:
    """The data set at `root`: CelebA-Spoof's folder, a .zip of it, or a CSV table.

    Raises
    ------
    DataError
        If it is none of these.
    """
    return Manifest(root) if Path(root).suffix.lower() == ".csv" else CelebASpoof(root)
