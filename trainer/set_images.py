"""Network inputs of a data set to evaluate on: of a build, or cropped and not kept."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from fascore.data import open_data
from fascore.data.sample_table import fingerprint, samples_table
from fascore.data.samples import DataError, Sample, Skipped
from fascore.data.splits import ALL, SPLITS
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.provenance import digest
from fascore.shipped import recorded
from trainer.build import Prepared
from trainer.crops import SKIP, Cropper
from trainer.detect import locate_faces
from trainer.selection import left_out_words
from trainer.workers import in_order, worker_pool

TEST = "test"
PIECE = 32  # images a worker is given at a time
BATCH = 256  # images read for a digest at a time
Batch = tuple[list[str], np.ndarray]


@dataclass(frozen=True)
class SetImages:
    """A data set's images to evaluate on.

    Attributes
    ----------
    data : dict
        What is recorded of it: name, simulated, root, split, fingerprint, counts, skipped.
    samples : DataFrame
        As a store's samples.csv; all are in the test split.
    size, crop_expansion
        How the faces were cut.
    batches : callable
        From a batch size to sample ids and images uint8 (n, size, size, 3).
    """

    data: dict[str, Any]
    samples: pd.DataFrame
    size: int
    crop_expansion: float
    batches: Callable[[int], Iterable[Batch]]

    def digest(self) -> str:
        """Of ids, labels and pixels, whatever their order: the same as of a build's split."""
        labels = self.samples["label"]
        return digest(
            (name, int(labels[name]), sha256(image.tobytes()).hexdigest())
            for ids, images in self.batches(BATCH)
            for name, image in zip(ids, images, strict=True)
        )


def cut_words(size: int, crop_expansion: float) -> str:
    """How faces are cut, in words."""
    return f"{size} px at {crop_expansion:g} x"


def images_of_build(build: Prepared, split: str | None = None) -> SetImages:
    """The images of a build's split.

    Without one: of its test split, or all where it has one split or one class only.

    Raises
    ------
    DataError
        If there are none.
    """
    samples = build.samples
    chosen = _chosen_split(samples["split"], samples["label"], split, build.path)
    there = samples if chosen == ALL else samples[samples["split"] == chosen]

    def batches(batch_size: int) -> Iterator[Batch]:
        for part in SPLITS if chosen == ALL else (chosen,):
            yield from build.batches(part, batch_size)

    about = {name: build.data.get(name) for name in ("name", "simulated", "root")}
    about |= {"split": chosen, "skipped": build.data["skipped"]}
    return _set_images(about, there, build.size, build.config.crop_expansion, batches)


@contextmanager
def images_of_root(
    root: Path,
    split: str | None = None,
    *,
    size: int = INPUT_SIZE,
    crop_expansion: float = CROP_EXPANSION,
    without_face: str = SKIP,
    jobs: int | None = None,
) -> Iterator[SetImages]:
    """The images of a raw data set, cropped by `prepare`'s readers; they are gone afterwards.

    `split` is of the data set's own splits, chosen as by `images_of_build`.

    Raises
    ------
    DataError
        If the data set cannot be used, or has no such images.
    """
    source = open_data(root)
    print(f"Scanning {root} …", flush=True)
    scan = source.scan()
    if not scan.samples:
        raise _nothing_usable(root, scan.skipped)
    own, labels = ([getattr(s, name) for s in scan.samples] for name in ("split", "label"))
    chosen = _chosen_split(pd.Series(own), pd.Series(labels), split, root)
    samples = [replace(each, split=TEST) for each in scan.samples if chosen in (ALL, each.split)]
    with tempfile.TemporaryDirectory(prefix="fascore-") as folder:
        located, skipped = locate_faces(
            source, samples, beside=Path(folder), without_face=without_face, jobs=jobs
        )
        work = Cropper(str(source.root), size, crop_expansion)
        shape = (max(len(located), 1), size, size, 3)
        crops = np.lib.format.open_memmap(Path(folder) / "crops.npy", "w+", np.uint8, shape)
        kept, unusable = _crop(located, work, crops, jobs=jobs)
        skipped = [*scan.skipped, *skipped, *unusable]
        if not kept:
            raise _nothing_usable(root, skipped)

        def batches(batch_size: int) -> Iterator[Batch]:
            for start in range(0, len(kept), batch_size):
                ids = [sample.sample_id for sample in kept[start : start + batch_size]]
                yield ids, np.array(crops[start : start + len(ids)])

        if skipped:
            print(left_out_words(skipped))
        about: dict[str, Any] = {"name": source.name, "simulated": source.simulated}
        about["root"] = recorded(root)
        about |= {"split": chosen, "skipped": dict(Counter(each.reason for each in skipped))}
        yield _set_images(about, samples_table(kept), size, crop_expansion, batches)


def _crop(
    samples: Sequence[Sample], work: Cropper, crops: np.ndarray, *, jobs: int | None
) -> tuple[list[Sample], list[Skipped]]:
    """Writes the crops one after the other; the samples that have one, and those left out."""
    kept: list[Sample] = []
    unusable: list[Skipped] = []
    pieces = [samples[start : start + PIECE] for start in range(0, len(samples), PIECE)]
    bar = tqdm(total=len(samples), desc="crop", unit="image", smoothing=0.02)
    with bar, worker_pool(jobs) as pool:
        made = in_order(pool, work.crops, pieces, jobs=jobs)
        for piece, results in zip(pieces, made, strict=True):
            for sample, (_, crop) in zip(piece, results, strict=True):
                if isinstance(crop, Skipped):
                    unusable.append(crop)
                else:
                    crops[len(kept)] = crop
                    kept.append(sample)
            bar.update(len(piece))
    return kept, unusable


def _set_images(
    about: dict[str, Any],
    samples: pd.DataFrame,
    size: int,
    crop_expansion: float,
    batches: Callable[[int], Iterable[Batch]],
) -> SetImages:
    samples = samples.assign(split=TEST)
    counts = {str(name): int(n) for name, n in samples["pai_species"].value_counts().items()}
    data = {**about, "fingerprint": fingerprint(samples), "counts": counts}
    return SetImages(data, samples, size, crop_expansion, batches)


def _chosen_split(splits: pd.Series, labels: pd.Series, split: str | None, place: Path) -> str:
    """The split asked for; else all if there is one split or one class, else test."""
    if split is None:
        split = ALL if splits.nunique() == 1 or labels.nunique() == 1 else TEST
    if split != ALL and not (splits == split).any():
        there = ", ".join(sorted(set(splits) - {""})) or "none of its own"
        raise DataError(
            f"Expected images of the {split} split in {place}. Received: none; its splits are "
            f"{there}. Give one of them with --split, or --split {ALL}."
        )
    return split


def _nothing_usable(root: Path, skipped: Sequence[Skipped]) -> DataError:
    words = left_out_words(skipped) if skipped else "There is no picture."
    return DataError(
        f"Expected pictures that can be used in {root}. Received: none. {words} Give --root "
        "another data set."
    )
