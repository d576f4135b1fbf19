"""Face boxes for pictures whose data set labels none: found by several processes, and only once."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pandas as pd
import psutil
from tqdm import tqdm

from fascore.data.sample_table import BOX_COLUMNS
from fascore.data.samples import NO_FACE, EntryError, FaceData, Sample, Skipped
from fascore.errors import FascoreError
from fascore.faces import FaceDetector, detector_name
from fascore.files import write_whole
from fascore.images import Box
from fascore.tables import read_table
from trainer.crops import SKIP, WHOLE, opened
from trainer.workers import in_order, worker_pool

PIECE = 4  # pictures a process is given at a time: each takes a good part of a second
SAVE_EVERY = 20  # s; what a killed run loses
PROCESS_BYTES = 2**30  # of a process with the detector
Found = Mapping[str, Box | None]  # the largest face by the digest of the picture's file


def locate_faces(
    source: FaceData,
    samples: Sequence[Sample],
    *,
    beside: Path,
    without_face: str = SKIP,
    jobs: int | None = None,
) -> tuple[list[Sample], list[Skipped]]:
    """The samples with a box of the face, labelled or found, and those that are left out.

    The largest face of a picture is taken, as of an upload. What was found is kept in a table in
    the folder `beside`, by the pictures' bytes: no picture is searched twice by the same detector.

    Parameters
    ----------
    beside : path
        A folder that outlasts one build.
    without_face : {"skip", "whole"}
        Leave a picture without a face out, or keep it without a box: its largest centred square.
    jobs : int, optional
        Processes; default one a core, as far as the memory goes.
    """
    missing = [sample for sample in samples if not source.has_box(sample)]
    if not missing:
        return list(samples), []
    results = dict(_search(source, missing, beside / table_name(), jobs))
    located, left_out = [], []
    for sample in samples:
        result = results.get(sample.sample_id, sample.box)
        if isinstance(result, Skipped) and (result.reason, without_face) != (NO_FACE, WHOLE):
            left_out.append(result)
        else:
            located.append(sample if isinstance(result, Skipped) else replace(sample, box=result))
    return located, left_out


def table_name() -> str:
    """The name of the table of found boxes; another detector has another one."""
    return f"face_boxes-{hashlib.sha256(detector_name().encode()).hexdigest()[:8]}.csv"


def _search(
    source: FaceData, samples: Sequence[Sample], table: Path, jobs: int | None
) -> Iterator[tuple[str, Box | Skipped]]:
    """Each sample's id with its face, or why there is none; what is found is kept in `table`."""
    pieces = [samples[start : start + PIECE] for start in range(0, len(samples), PIECE)]
    fitting = psutil.virtual_memory().available // PROCESS_BYTES
    jobs = jobs or max(1, min(os.cpu_count() or 1, fitting))
    found, saved = dict[str, Box | None](), time.monotonic()
    bar = tqdm(total=len(samples), desc="find faces", unit="image", smoothing=0.02)
    try:
        with bar, worker_pool(jobs) as pool:
            work = _Search(str(source.root), table)
            for piece, results in zip(pieces, in_order(pool, work, pieces, jobs=jobs), strict=True):
                for sample, (digest, result) in zip(piece, results, strict=True):
                    if isinstance(result, Skipped):
                        yield sample.sample_id, result
                        continue
                    found[digest] = result
                    yield sample.sample_id, result or _faceless(sample)
                bar.update(len(piece))
                if time.monotonic() - saved > SAVE_EVERY:
                    _keep(table, found)
                    saved = time.monotonic()
    finally:
        _keep(table, found)


@dataclass(frozen=True)
class _Search:
    """Finds the largest face of pictures, as worker processes do it."""

    root: str
    table: Path

    def __call__(self, samples: Sequence[Sample]) -> list[tuple[str, Box | None | Skipped]]:
        return [self._one(sample) for sample in samples]

    def _one(self, sample: Sample) -> tuple[str, Box | None | Skipped]:
        source = opened(self.root)
        try:
            digest = hashlib.sha256(source.read(sample.sample_id)).hexdigest()
            if (known := _known(self.table)) and digest in known:
                return digest, known[digest]
            faces = _detector().detect(source.picture(sample))
        except EntryError as err:
            return "", Skipped(sample.sample_id, err.reason, str(err))
        return digest, faces[0].box if faces else None


@lru_cache(maxsize=1)
def _detector() -> FaceDetector:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)  # there is a process a core already
    return FaceDetector()


@lru_cache(maxsize=1)
def _known(table: Path) -> Found:
    """What was found before this process began."""
    return _read(table)


def _faceless(sample: Sample) -> Skipped:
    return Skipped(
        sample.sample_id, NO_FACE, f"--without-face {WHOLE} would take the whole picture"
    )


def _read(table: Path) -> dict[str, Box | None]:
    if not table.exists():
        return {}
    try:
        rows = read_table(table, text=["picture"])
        boxes = rows.set_index("picture")[list(BOX_COLUMNS)]
    except (KeyError, ValueError, OSError) as err:
        raise FascoreError(
            f"Expected a table of found faces in {table}. Received: a file that cannot be read "
            f"({err}). Delete it: the faces are found again."
        ) from err
    values = zip(boxes.index, boxes.itertuples(index=False), strict=True)
    return {picture: None if pd.isna(row[0]) else Box(*map(float, row)) for picture, row in values}


def _keep(table: Path, found: Found) -> None:
    """Adds what was found to the table; another run may have added to it."""
    if not found:
        return
    boxes = _read(table) | dict(found)
    rows = [(box.x, box.y, box.width, box.height) if box else (None,) * 4 for box in boxes.values()]
    frame = pd.DataFrame(rows, index=list(boxes), columns=list(BOX_COLUMNS)).rename_axis("picture")
    write_whole(table, frame.to_csv)
