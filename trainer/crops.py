"""Network inputs from a raw data set, as worker processes make them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np

from fascore.data import open_data
from fascore.data.samples import EntryError, FaceData, Sample, Skipped

SKIP, WHOLE = "skip", "whole"  # what to do with a picture in which no face is found
WITHOUT_FACE = (SKIP, WHOLE)
Example = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Cropper:
    """Makes network inputs of a data set's samples; cheap to send to another process."""

    root: str
    size: int
    expansion: float

    def crops(self, samples: Sequence[Sample]) -> list[tuple[str, np.ndarray | Skipped]]:
        """For each sample its id and uint8 (size, size, 3), or why there is none."""
        cv2.setNumThreads(1)  # there is a process a core already
        return [(sample.sample_id, self._crop(sample)) for sample in samples]

    def transform(self, pieces: Sequence[Sequence[Sample]]) -> Any:
        """The Apache Beam transform that makes keyed examples of all pieces."""
        import apache_beam as beam

        def examples(piece: Sequence[Sample]) -> list[Example]:
            return list(as_examples(piece, self.crops(piece)))

        return beam.Create(list(pieces)) | beam.Reshuffle() | beam.FlatMap(examples)

    def _crop(self, sample: Sample) -> np.ndarray | Skipped:
        try:
            return opened(self.root).face_input(sample, size=self.size, expansion=self.expansion)
        except EntryError as err:
            return Skipped(sample.sample_id, err.reason, str(err))


def as_examples(
    samples: Sequence[Sample], crops: Sequence[tuple[str, np.ndarray | Skipped]]
) -> Iterator[Example]:
    """Keyed examples of those samples that have a crop."""
    for sample, (sample_id, image) in zip(samples, crops, strict=True):
        if not isinstance(image, Skipped):
            yield sample_id, {"image": image, "label": sample.label, "sample_id": sample_id}


@lru_cache(maxsize=1)
def opened(root: str) -> FaceData:
    """The data set, opened once a process."""
    return open_data(root)
