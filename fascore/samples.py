"""CelebA-Spoof as it unpacks, from a folder or a .zip of it: samples, pictures, face boxes."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fascore import images
from fascore.images import Box
from fascore.labels import pai_species

BOX_FRAME = 224  # _BB.txt holds boxes as if every picture were 224 x 224
LABEL_FILES = {split: f"metas/intra_test/{split}_label.json" for split in ("train", "test")}
ABOUT_FILE = "metas/dataset.json"  # not CelebA-Spoof's: how other data in its layout says its name


class DataError(ValueError):
    """A data set that cannot be used; the message is one sentence saying what to do."""


@dataclass(frozen=True)
class Sample:
    """One labelled picture of a data set; codes as in `fascore.labels`."""

    sample_id: str  # its path in the data set
    split: str
    label: int
    spoof_type: int
    subject: str
    illumination: int
    environment: int

    @property
    def pai_species(self) -> str:
        """PAI species, or "live"."""
        return pai_species(self.spoof_type)


class FaceData:
    """A data set in CelebA-Spoof's layout.

    Attributes
    ----------
    name : str
        What to call it beside a number.
    simulated : bool
        Whether its faces were made by a computer.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)
        self._read = _reader(self.root)
        about = self._optional_json(ABOUT_FILE)
        self.name: str = about.get("name", "CelebA-Spoof")
        self.simulated: bool = about.get("simulated", False)

    def read(self, path: str) -> bytes:
        """Bytes of one file, by its path in the data set.

        Raises
        ------
        DataError
            If there is no such file.
        """
        try:
            return self._read(path)
        except (KeyError, OSError) as err:
            raise DataError(
                f"Expected a file {path} in {self.root}. Received: nothing there. "
                "Unpack the data set again."
            ) from err

    def samples(self) -> list[Sample]:
        """All labelled pictures, in the label files' order; `split` is the data set's own."""
        return [
            _sample(path, split, row)
            for split, label_file in LABEL_FILES.items()
            for path, row in json.loads(self.read(label_file)).items()
        ]

    def picture(self, sample: Sample) -> np.ndarray:
        """The whole picture: RGB uint8 (H, W, 3)."""
        return images.decode(self.read(sample.sample_id)).pixels

    def box(self, sample: Sample, picture: np.ndarray) -> Box:
        """The labelled face box in the picture's pixels."""
        path = sample.sample_id.rsplit(".", 1)[0] + "_BB.txt"
        return parse_box(self.read(path).decode(), picture.shape[1], picture.shape[0])

    def face_input(self, sample: Sample, *, size: int, expansion: float) -> np.ndarray:
        """What a network sees of a sample: uint8 (size, size, 3)."""
        picture = self.picture(sample)
        crop = images.crop_face(picture, self.box(sample, picture), expansion=expansion)
        return images.network_input(crop, size=size)

    def _optional_json(self, path: str) -> dict[str, Any]:
        try:
            return json.loads(self._read(path))
        except (KeyError, OSError):
            return {}


def _reader(root: Path) -> Callable[[str], bytes]:
    """A function from a path in the data set to the file's bytes."""
    if root.is_dir():
        return lambda path: (root / path).read_bytes()
    if not root.is_file() or not zipfile.is_zipfile(root):
        raise DataError(
            f"Expected a folder or a .zip with CelebA-Spoof's Data and metas. Received: {root}. "
            "Give the path of the unpacked data set."
        )
    archive, lock = zipfile.ZipFile(root), threading.Lock()

    def read(path: str) -> bytes:
        with lock:
            return archive.read(path)

    return read


def _sample(path: str, split: str, row: list[int]) -> Sample:
    """A sample from its label row: 40 attributes, spoof type, illumination, environment, label."""
    subject = path.split("/")[2]
    spoof_type, illumination, environment, label = row[40:44]
    return Sample(path, split, label, spoof_type, subject, illumination, environment)


def parse_box(text: str, width: int, height: int) -> Box:
    """The face box of a `_BB.txt` line, scaled from its 224 x 224 frame and clamped to the picture.

    Raises
    ------
    DataError
        If the line is not ``x y w h score``, or nothing of the box is inside the picture.
    """
    try:
        x, y, w, h = (float(part) for part in text.split()[:4])
    except ValueError as err:
        raise DataError(
            f"A box file holds one line 'x y w h score'. Received: {text.strip()!r}. "
            "Leave the picture out."
        ) from err
    left, right = (min(max(v * width / BOX_FRAME, 0), width) for v in (x, x + w))
    top, bottom = (min(max(v * height / BOX_FRAME, 0), height) for v in (y, y + h))
    if right <= left or bottom <= top:
        raise DataError(
            f"A face box lies inside its picture. Received: {text.strip()!r}. "
            "Leave the picture out."
        )
    return Box(left, top, right - left, bottom - top)
