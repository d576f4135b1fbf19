"""Labelled pictures of a data set: what is known of each, and what a network sees of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fascore import images
from fascore.decoding import ImageError, decode
from fascore.errors import FascoreError
from fascore.images import Box
from fascore.labels import pai_species
from fascore.provenance import digest

if TYPE_CHECKING:
    from fascore.data.file_trees import FileTree

# Why an entry of a data set is left out; `Skipped.reason` is one of these.
BAD_PATH = "path outside the layout"
BAD_ROW = "broken label row"
DUPLICATE = "listed twice"
MISSING_IMAGE = "image missing"
MISSING_BOX = "box file missing"
EMPTY_BOX = "box file empty"
BROKEN_BOX = "box line broken"
NEGATIVE_BOX = "box negative"
OUTSIDE_BOX = "box outside the picture"
OTHER_FRAME = "box in another frame"
SMALL_BOX = "box under 3 px"
UNREADABLE = "image unreadable"
UNLABELLED = "image without label"
CONTRADICTION = "labels contradict"
NO_FACE = "no face found"
NO_PICTURE = "file of another kind"
LOST_LINE = "line inside an open quote"
CLOSED_FOLDER = "folder unreadable"
STRAY = "stray folder"
SUBJECT_FILE = "subject folder is a file"


class DataError(FascoreError):
    """A data set that cannot be used; the message is one sentence saying what to do."""


class EntryError(DataError):
    """One entry that cannot be used; `reason` is the short form for lists."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type[EntryError], tuple[str, str]]:
        return type(self), (self.reason, str(self))  # an exception crosses processes by its args


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled picture of a data set; codes as in `fascore.labels`."""

    sample_id: str  # its path in the data set
    split: str
    label: int
    spoof_type: int
    subject: str  # "" where unknown
    illumination: int = 0
    environment: int = 0
    attributes: bytes = b""  # CelebA's 40, each 0 or 1; empty where not labelled
    box: Box | None = None  # found by a detector, where the data set labels none

    @property
    def pai_species(self) -> str:
        """PAI species, or "live"."""
        return pai_species(self.spoof_type)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that was left out: its path, the reason in short, and details."""

    path: str
    reason: str
    detail: str = ""


@dataclass
class Scan:
    """What a data set lists: the samples that may be used, and what was left out."""

    samples: list[Sample] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, path: str, reason: str, detail: str = "") -> None:
        """Leaves an entry out."""
        self.skipped.append(Skipped(path, reason, detail))


class FaceData(ABC):
    """A data set of labelled faces. Readers: `celeba_spoof`, `manifest`, `class_folders`.

    Attributes
    ----------
    root : path
    name : str
        What to call it beside a number.
    simulated : bool
        Whether its faces were made by a computer.
    private : tuple of str
        How the sample_ids begin of which no picture may go into a store that is passed on.
    """

    simulated: bool = False
    private: tuple[str, ...] = ()
    name: str
    root: Path
    _files: FileTree

    @abstractmethod
    def scan(self) -> Scan:
        """Every entry, checked by its label and by its files' presence.

        Pictures and boxes are not opened: `face_input` refuses those that cannot be used.
        """

    @abstractmethod
    def has_box(self, sample: Sample) -> bool:
        """Whether the data set labels the sample's face box; the box itself may be unusable."""

    @abstractmethod
    def stamp(self, sample: Sample) -> str:
        """What changes when the files change that a network's input of the sample is made from."""

    def stamps(self, samples: Iterable[Sample]) -> str:
        """One digest of the stamps of all these samples."""
        return digest((sample.sample_id, self.stamp(sample)) for sample in samples)

    @abstractmethod
    def labelled_box(self, sample: Sample, picture: np.ndarray) -> Box | None:
        """The labelled face box in the pixels of the picture, turned as its EXIF data say.

        None where there is none; EntryError if it is unusable.
        """

    def box(self, sample: Sample, picture: np.ndarray) -> Box | None:
        """The face box in the picture's pixels: the sample's own, or the labelled one.

        None where there is neither: the whole picture is the face's, so that the crop is its
        largest centred square.
        """
        return sample.box or self.labelled_box(sample, picture)

    def read(self, path: str) -> bytes:
        """Bytes of one file, by its path in the data set.

        Raises
        ------
        EntryError
            If there is no such file, or it cannot be read.
        """
        return self._read_from(self._files, path)

    def file_size(self, path: str) -> int | None:
        """Bytes of one file, without reading it; None if there is none."""
        return self._files.size(path)

    def _read_from(self, files: FileTree, path: str) -> bytes:
        try:
            return files.read(path)
        except (FileNotFoundError, NotADirectoryError) as err:
            raise EntryError(
                MISSING_IMAGE,
                f"Expected a file {path} in {self.root}. Received: nothing there. Put it back, or "
                "take it out of the labels.",
            ) from err
        except OSError as err:
            raise EntryError(
                UNREADABLE,
                f"Expected a file that can be read: {path} in {self.root}. Received: "
                f"{err.strerror or err}. Copy it again.",
            ) from err

    def landmarks(self, sample: Sample) -> np.ndarray | None:
        """Labelled landmarks (5, 2), x and y in the picture's pixels, in the order of
        `fascore.faces.LANDMARKS`; None where the data set has none.
        """
        return None

    def evidence(self, sample: Sample) -> np.ndarray | None:
        """What gives the attack away, bool (H, W) like the picture; None where nobody marked it."""
        return None

    def samples(self) -> list[Sample]:
        """The samples that may be used, in the labels' order; `split` is the data set's own."""
        return self.scan().samples

    def picture(self, sample: Sample) -> np.ndarray:
        """The whole picture, RGB uint8 (H, W, 3); EntryError if it cannot be read."""
        try:
            return decode(self.read(sample.sample_id), max_bytes=None).pixels
        except ImageError as err:
            raise EntryError(UNREADABLE, str(err)) from err

    def face_input(self, sample: Sample, *, size: int, expansion: float) -> np.ndarray:
        """What a network sees of a sample: uint8 (size, size, 3)."""
        picture = self.picture(sample)
        box = self.box(sample, picture)
        return images.face_input(picture, box, size=size, expansion=expansion)
