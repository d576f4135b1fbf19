"""Writes the shards of a build: crops by worker processes, or by Apache Beam."""

from __future__ import annotations

import io
import logging
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow_datasets as tfds
from tqdm import tqdm

from fascore.data.samples import Sample, Skipped
from fascore.data.splits import by_split
from trainer.build import Config, FacesBuilder, written_ids
from trainer.crops import Cropper, Example, as_examples
from trainer.workers import in_order, worker_pool

PIECE = 32  # images a worker is given at a time


def write_shards(
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
    pieces = {split: _pieces(there) for split, there in by_split(samples).items() if there}
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
