"""Raw data set to a build of network inputs, on all cores and in bounded memory."""

from __future__ import annotations

import io
import logging
import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import tensorflow_datasets as tfds
from tqdm import tqdm

from fascore.data import open_data
from fascore.data.sample_table import evaluation_samples, fingerprint, samples_table
from fascore.data.samples import DataError, Sample, Skipped
from fascore.data.splits import PROTOCOLS, SPLITS, by_split
from fascore.errors import FascoreError
from fascore.files import write_json, write_whole
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.labels import LIVE, SPOOF
from fascore.shipped import recorded
from fascore.store import SAMPLES
from trainer.build import (
    PREPARED,
    SHARDS,
    SKIPPED,
    Config,
    FacesBuilder,
    Prepared,
    written_ids,
)
from trainer.crops import Cropper, Example, as_examples
from trainer.workers import in_order, worker_pool

PIECE = 32  # images a worker is given at a time


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
) -> Prepared:
    """A finished build in `out`; one that is there already is left as it is.

    An entry that turns out unusable when it is opened is listed in skipped.csv and not replaced.
    Stopped at any moment, the same call starts the shards again.

    Parameters
    ----------
    root : path
        CelebA-Spoof's folder, a .zip of it, or a CSV manifest.
    protocol : {"subject", "paper", "official"}
    jobs : int, optional
        Worker processes; default one a core.
    beam : str, optional
        Apache Beam does the work, with these pipeline options ("--runner=DirectRunner …").

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
    if finished := _finished(out, config):
        print(f"Prepared already: {out}.")
        return finished
    _check_place(root, out)
    source = open_data(root)
    print(f"Scanning {root} …", flush=True)
    scan = source.scan()
    samples = PROTOCOLS[protocol](scan.samples, limit=limit, seed=seed)
    _check_classes(samples, root)
    shutil.rmtree(out / SHARDS, ignore_errors=True)  # what a stopped run left
    work = Cropper(str(root), size, crop_expansion)
    unusable = _write_shards(out / SHARDS, config, samples, work, jobs=jobs, beam=beam)
    left_out = {each.path for each in unusable}
    kept = [sample for sample in samples if sample.sample_id not in left_out]
    _check_classes(kept, root)
    skipped = scan.skipped + unusable
    table = samples_table(kept)
    write_whole(out / SAMPLES, table.to_csv)
    rows = pd.DataFrame(
        [(each.path, each.reason, each.detail) for each in skipped],
        columns=["path", "reason", "detail"],
    )
    write_whole(out / SKIPPED, partial(rows.to_csv, index=False))
    data = {
        "name": source.name,
        "simulated": source.simulated,
        "root": config.root,
        "fingerprint": fingerprint(evaluation_samples(table)),
        "protocol": protocol,
        "counts": _counts(table),
        "skipped": dict(Counter(each.reason for each in skipped)),
    }
    write_json(out / PREPARED, {"config": vars(config), "data": data})
    return Prepared(out)


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


def _finished(out: Path, config: Config) -> Prepared | None:
    """The build in `out`, if it is the one asked for."""
    if not (out / PREPARED).exists():
        return None
    build = Prepared(out)
    if build.config != config:
        differing = [
            f"{name} {value}"
            for name, value in vars(build.config).items()
            if value != getattr(config, name)
        ]
        raise DataError(
            f"Expected {out} to be empty or to hold this very build. Received: a build with "
            f"{', '.join(differing)}. Give another --out, or delete that folder."
        )
    return build


def _check_place(root: Path, out: Path) -> None:
    if root.is_dir() and out.resolve().is_relative_to(root.resolve()):
        raise DataError(
            f"Expected --out outside the data set. Received: {out}, which lies in {root}. "
            "Give a folder elsewhere."
        )
    known = {SHARDS, SAMPLES, SKIPPED}
    foreign = (
        [path.name for path in out.iterdir() if path.name not in known] if out.exists() else []
    )
    if foreign:
        raise DataError(
            f"Expected {out} to be empty or to hold an unfinished build. Received: a folder with "
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


def _write_shards(
    folder: Path,
    config: Config,
    samples: Sequence[Sample],
    work: Cropper,
    *,
    jobs: int | None,
    beam: str | None,
) -> list[Skipped]:
    """Writes the build's shards; returns the entries that turned out unusable."""
    unusable: list[Skipped] = []
    pieces = {split: _pieces(there) for split, there in by_split(samples).items()}
    if beam is not None:
        _build(folder, config, {s: partial(work.transform, p) for s, p in pieces.items()}, beam)
        written = set(written_ids(folder, config))
        rest = [sample for sample in samples if sample.sample_id not in written]
        return [crop for _, crop in work.crops(rest) if isinstance(crop, Skipped)]
    bar = tqdm(total=len(samples), desc="prepare", unit="image", smoothing=0.02)
    with bar, worker_pool(jobs) as pool:

        def of_split(split: str) -> Iterator[Example]:
            crops = in_order(pool, work.crops, pieces[split], jobs=jobs)
            for piece, made in zip(pieces[split], crops, strict=True):
                bar.update(len(piece))
                unusable.extend(crop for _, crop in made if isinstance(crop, Skipped))
                yield from as_examples(piece, made)

        _build(folder, config, {split: partial(of_split, split) for split in pieces}, None)
    return unusable


def _build(folder: Path, config: Config, examples: dict[str, Callable], beam: str | None) -> None:
    folder.mkdir(parents=True)
    options: dict[str, Any] = {"compute_stats": tfds.download.ComputeStatsMode.SKIP}
    if beam is not None:
        from apache_beam.options.pipeline_options import PipelineOptions

        options["beam_options"] = PipelineOptions(shlex.split(beam))
    logging.getLogger("absl").setLevel(logging.ERROR)
    with redirect_stdout(io.StringIO()):  # it speaks of downloads
        FacesBuilder(prepared=config, examples=examples, data_dir=folder).download_and_prepare(
            download_dir=folder / "downloads",  # stays empty
            download_config=tfds.download.DownloadConfig(**options),
            file_format="tfrecord",
        )


def _pieces(samples: Sequence[Sample]) -> list[Sequence[Sample]]:
    return [samples[start : start + PIECE] for start in range(0, len(samples), PIECE)]


def _counts(table: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Images of each species (or live) in each split."""
    return {
        str(split): {str(name): int(n) for name, n in rows["pai_species"].value_counts().items()}
        for split, rows in table.groupby("split")
    }
