"""Raw data set to a build of network inputs, on all cores and in bounded memory."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pandas as pd

from fascore.data import open_data
from fascore.data.sample_table import evaluation_samples, fingerprint, samples_table
from fascore.data.samples import DataError, FaceData, Sample, Skipped
from fascore.errors import FascoreError
from fascore.faces import detector_name
from fascore.files import remove_half_written, write_json, write_whole
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.provenance import differences, digest, listed
from fascore.shipped import recorded
from fascore.store import SAMPLES
from trainer.build import (
    PREPARED,
    SHARDS,
    SKIPPED,
    Config,
    Prepared,
    image_digests,
)
from trainer.crops import SKIP, Cropper
from trainer.detect import locate_faces
from trainer.selection import draw, lacks_class, write_skipped
from trainer.shards import write_shards


def prepare(
    root: Path,
    out: Path,
    *,
    protocol: str = "subject",
    limit: int | None = None,
    size: int = INPUT_SIZE,
    crop_expansion: float = CROP_EXPANSION,
    seed: int = 0,
    without_face: str = SKIP,
    jobs: int | None = None,
    beam: str | None = None,
    again: bool = False,
) -> Prepared:
    """A finished build in `out`; one that is there already, made from the same, is left as it is.

    The same are the settings, the labels of the images drawn, and the files of their pictures and
    boxes (size and time; in a .zip size and checksum). Faces without a labelled box are found by
    MTCNN, as those of an upload are. An entry that turns out unusable when it is opened is listed
    in skipped.csv and not replaced, unless a split would then lack a class. Stopped at any moment,
    the same call starts the shards again; faces that were found are not searched for again.

    Parameters
    ----------
    root : path
        Whatever `open_data` opens.
    protocol : {"subject", "paper", "official", "test"}
    without_face : {"skip", "whole"}
        Leave a picture in which no face is found out, or take its largest centred square.
    jobs : int, optional
        Worker processes; default one a core.
    beam : str, optional
        Apache Beam does the work, with these pipeline options ("--runner=DirectRunner …").
    again : bool
        Replace the build in `out`, whatever it was made from.

    Raises
    ------
    DataError
        If the data set cannot be used or split so, or `out` holds another build.
    """
    config = Config(
        root=recorded(root),
        protocol=protocol,
        limit=limit,
        size=size,
        crop_expansion=crop_expansion,
        seed=seed,
        without_face=without_face,
    )
    if beam is not None and jobs is not None:
        raise FascoreError(
            f"Expected either --jobs or --beam. Received: both. Beam starts its own workers: leave "
            f"--jobs {jobs} out."
        )
    remove_half_written(out)
    _check_place(root, out)
    finished = (out / PREPARED).exists() and not again
    if finished:
        _check_same(out, {"config": vars(config)})  # told before the scan, which takes a while
    source = open_data(root)
    print(f"Scanning {root} …", flush=True)
    scan = source.scan()
    samples = draw(scan, [], config, out)
    made_from = _made_from(config, source, samples)
    if finished:
        _check_same(out, made_from)
        print(f"Prepared already: {out}.")
        return Prepared(out)
    _remove(out / PREPARED)  # what --again replaces
    left_out: list[Skipped] = []
    while True:
        kept, unusable = _write_crops(source, config, samples, out, jobs=jobs, beam=beam)
        left_out += unusable
        if kept and not lacks_class(kept):
            break
        samples = draw(scan, left_out, config, out)
    data = _write_tables(out, source, config, kept, scan.skipped + left_out)
    write_json(out / PREPARED, {**made_from, "data": data})
    return Prepared(out)


def _write_crops(
    source: FaceData,
    config: Config,
    samples: Sequence[Sample],
    out: Path,
    *,
    jobs: int | None,
    beam: str | None,
) -> tuple[list[Sample], list[Skipped]]:
    """Writes the shards; returns the samples in them, with their boxes, and those left out."""
    located, left_out = locate_faces(
        source, samples, beside=out.parent, without_face=config.without_face, jobs=jobs
    )
    if not located or lacks_class(located):
        return located, left_out
    _remove(out / SHARDS)  # a stopped run's
    work = Cropper(str(source.root), config.size, config.crop_expansion)
    unusable = write_shards(out / SHARDS, config, located, work, jobs=jobs, beam=beam)
    gone = {each.path for each in unusable}
    return [each for each in located if each.sample_id not in gone], left_out + unusable


def _made_from(config: Config, source: FaceData, samples: Sequence[Sample]) -> dict[str, Any]:
    """What makes a build what it is: its settings, and digests of what it is drawn from."""
    known = [(source.name, source.simulated), *map(astuple, samples)]
    made_from = {
        "config": vars(config),
        "labels": digest(known),
        "pictures": source.stamps(samples),
    }
    if all(map(source.has_box, samples)):
        return made_from
    return {**made_from, "detector": detector_name()}


def _write_tables(
    out: Path,
    source: FaceData,
    config: Config,
    samples: Sequence[Sample],
    skipped: Sequence[Skipped],
) -> dict[str, Any]:
    """Writes samples.csv and skipped.csv; returns what cards say of the data set."""
    table = samples_table(samples)
    write_whole(out / SAMPLES, table.to_csv)
    write_skipped(out, skipped)
    return {
        "name": source.name,
        "simulated": source.simulated,
        "private": list(source.private),
        "root": config.root,
        "fingerprint": fingerprint(evaluation_samples(table)),
        "images": image_digests(out / SHARDS, config),
        "protocol": config.protocol,
        "counts": _counts(table),
        "boxes": dict(Counter(_box_origin(source, sample) for sample in samples)),
        "skipped": dict(Counter(each.reason for each in skipped)),
    }


def _box_origin(source: FaceData, sample: Sample) -> str:
    """Where the box that a sample is cropped around comes from."""
    if sample.box is not None:
        return "found"
    return "labelled" if source.has_box(sample) else "whole picture"


def _check_same(out: Path, made_from: Mapping[str, Any]) -> None:
    """Refuses the finished build in `out` if it was made from anything else."""
    if differing := differences(Prepared(out).record, made_from):
        raise DataError(
            f"Expected {out} to be empty or to hold this very build. Received: a build with "
            f"{listed(differing)}. Give --again to replace it, or another --out."
        )


def _remove(path: Path) -> None:
    """Removes a file or a folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _check_place(root: Path, out: Path) -> None:
    if root.is_dir() and out.resolve().is_relative_to(root.resolve()):
        raise DataError(
            f"Expected --out outside the data set. Received: {out}, which lies in {root}. "
            "Give a folder elsewhere."
        )
    known = {SHARDS, SAMPLES, SKIPPED, PREPARED}
    foreign = (
        [path.name for path in out.iterdir() if path.name not in known] if out.exists() else []
    )
    if foreign:
        raise DataError(
            f"Expected {out} to be empty or to hold a build. Received: a folder with "
            f"{foreign[0]}. Give another --out."
        )


def _counts(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Images of each species (or live) in each split."""
    return {
        str(split): {str(name): int(n) for name, n in rows["pai_species"].value_counts().items()}
        for split, rows in table.groupby("split")
    }
