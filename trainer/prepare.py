"""Raw data set to a build of network inputs, on all cores and in bounded memory."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from fascore.data import open_data
from fascore.data.sample_table import evaluation_samples, fingerprint, samples_table
from fascore.data.samples import DataError, FaceData, Sample, Skipped
from fascore.data.splits import PROTOCOLS, SPLITS, by_split
from fascore.errors import FascoreError
from fascore.files import write_json, write_whole
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.labels import LIVE, SPOOF
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
from trainer.crops import Cropper
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
    jobs: int | None = None,
    beam: str | None = None,
    again: bool = False,
) -> Prepared:
    """A finished build in `out`; one that is there already, made from the same, is left as it is.

    The same are the settings, the labels of the images drawn, and the files of their pictures and
    boxes (size and time; in a .zip size and checksum). An entry that turns out unusable when it is
    opened is listed in skipped.csv and not replaced. Stopped at any moment, the same call starts
    the shards again.

    Parameters
    ----------
    root : path
        CelebA-Spoof's folder, a .zip of it, or a CSV manifest.
    protocol : {"subject", "paper", "official"}
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
    )
    if beam is not None and jobs is not None:
        raise FascoreError(
            f"Expected either --jobs or --beam. Received: both. Beam starts its own workers: leave "
            f"--jobs {jobs} out."
        )
    _check_place(root, out)
    finished = (out / PREPARED).exists() and not again
    if finished:
        _check_same(out, {"config": vars(config)})  # told before the scan, which takes a while
    source = open_data(root)
    print(f"Scanning {root} …", flush=True)
    scan = source.scan()
    samples = PROTOCOLS[protocol](scan.samples, limit=limit, seed=seed)
    made_from = _made_from(config, source, samples)
    if finished:
        _check_same(out, made_from)
        print(f"Prepared already: {out}.")
        return Prepared(out)
    _check_classes(samples, root)
    for name in (PREPARED, SHARDS):  # what --again replaces, or a stopped run left
        _remove(out / name)
    work = Cropper(str(root), size, crop_expansion)
    unusable = write_shards(out / SHARDS, config, samples, work, jobs=jobs, beam=beam)
    left_out = {each.path for each in unusable}
    kept = [sample for sample in samples if sample.sample_id not in left_out]
    _check_classes(kept, root)
    data = _write_tables(out, source, config, kept, scan.skipped + unusable)
    write_json(out / PREPARED, {**made_from, "data": data})
    return Prepared(out)


def _made_from(config: Config, source: FaceData, samples: Sequence[Sample]) -> dict[str, Any]:
    """What makes a build what it is: its settings, and digests of what it is drawn from."""
    known = [(source.name, source.simulated), *map(astuple, samples)]
    return {
        "config": vars(config),
        "labels": digest(known),
        "pictures": source.stamps(samples),
    }


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
    rows = pd.DataFrame(
        [(each.path, each.reason, each.detail) for each in skipped],
        columns=["path", "reason", "detail"],
    )
    write_whole(out / SKIPPED, partial(rows.to_csv, index=False))
    return {
        "name": source.name,
        "simulated": source.simulated,
        "root": config.root,
        "fingerprint": fingerprint(evaluation_samples(table)),
        "images": image_digests(out / SHARDS, config),
        "protocol": config.protocol,
        "counts": _counts(table),
        "skipped": dict(Counter(each.reason for each in skipped)),
    }


def summary(build: Prepared) -> str:
    """What a build holds and what was left out, as text."""
    samples = build.samples
    kinds = pd.crosstab(samples["split"], samples["pai_species"]).reindex(SPLITS)
    table = pd.DataFrame(
        {
            "images": samples.groupby("split").size(),
            "live": samples[samples["label"] == LIVE].groupby("split").size(),
            "spoof": samples[samples["label"] == SPOOF].groupby("split").size(),
        }
    ).reindex(SPLITS)
    table = table.join(kinds.drop(columns="live"))
    if (samples["subject"] != "").all():
        table["subjects"] = samples.groupby("split")["subject"].nunique()
    lines = [f"{build.name}, {build.config.protocol} protocol", table.to_string(), ""]
    subjects = samples[samples["subject"] != ""].groupby("subject")["label"].min()
    lines += [f"subjects without a live image: {(subjects == SPOOF).sum():,}"]
    skipped = build.data["skipped"]
    lines += [f"left out, {reason}: {count:,}" for reason, count in sorted(skipped.items())]
    lines += [f"left out in all: {sum(skipped.values()):,}, listed in {build.path / SKIPPED}"]
    return "\n".join(lines)


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


def _check_classes(samples: Sequence[Sample], root: Path) -> None:
    for split, there in by_split(samples).items():
        found = {sample.label for sample in there}
        if found != {LIVE, SPOOF}:
            raise DataError(
                f"Expected live and spoof images in the {split} split of {root}. "
                f"Received: {len(there)} images with labels {sorted(found)}. "
                "Check the labels, or choose another protocol or limit."
            )


def _counts(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Images of each species (or live) in each split."""
    return {
        str(split): {str(name): int(n) for name, n in rows["pai_species"].value_counts().items()}
        for split, rows in table.groupby("split")
    }
