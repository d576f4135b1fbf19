"""Samples to arrays: the pictures of a split as the networks see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.labels import LIVE, SPOOF
from fascore.samples import DataError, FaceData, Sample
from fascore.splits import by_split, official_split

SHIFT = 3  # px, augmentation


@dataclass(frozen=True)
class Split:
    """One split's samples and network inputs: uint8 (N, size, size, 3) in the samples' order."""

    samples: list[Sample]
    images: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """Labels (N,), 0 live, 1 spoof."""
        return np.array([sample.label for sample in self.samples])


@dataclass(frozen=True)
class Faces:
    """A data set split by the official protocol, ready to train on or to score."""

    source: FaceData
    splits: dict[str, list[Sample]]

    @property
    def samples(self) -> list[Sample]:
        """All samples, train first."""
        return [sample for samples in self.splits.values() for sample in samples]

    def load(self, split: str) -> Split:
        """Reads, crops and resizes a split's pictures, with a progress bar."""
        samples = self.splits[split]
        images = np.empty((len(samples), INPUT_SIZE, INPUT_SIZE, 3), np.uint8)

        def read(index: int) -> None:
            images[index] = self.source.face_input(
                samples[index], size=INPUT_SIZE, expansion=CROP_EXPANSION
            )

        cv2.setNumThreads(1)  # the pool has the cores already
        with ThreadPoolExecutor() as pool:
            work = pool.map(read, range(len(samples)))
            list(tqdm(work, desc=f"read {split}", total=len(samples), unit="image"))
        return Split(samples, images)

    def counts(self) -> dict[str, dict[str, int]]:
        """Images of each species (or live) in each split."""
        return {
            split: dict(sorted(Counter(sample.pai_species for sample in samples).items()))
            for split, samples in self.splits.items()
        }


def open_faces(root: Path) -> Faces:
    """The data set at `root`, split; checks that every split has both classes."""
    source = FaceData(root)
    splits = by_split(official_split(source.samples()))
    for split, samples in splits.items():
        found = {sample.label for sample in samples}
        if found != {LIVE, SPOOF}:
            raise DataError(
                f"Expected live and spoof images in the {split} split of {root}. "
                f"Received: {len(samples)} images with labels {sorted(found)}. "
                "Check the data set's label files."
            )
    return Faces(source, splits)


def background_samples(samples: Sequence[Sample], *, count: int = 100, seed: int = 0) -> list[int]:
    """Indices of `count` samples, half live half spoof: SHAP's background set."""
    rng = np.random.default_rng(seed)
    chosen: list[int] = []
    for label in (LIVE, SPOOF):
        indices = [i for i, sample in enumerate(samples) if sample.label == label]
        chosen += sorted(rng.choice(indices, min(count // 2, len(indices)), replace=False).tolist())
    return chosen


def batches(split: Split, *, batch_size: int, augment: bool, seed: int | None) -> tf.data.Dataset:
    """Batches of float32 images and labels; shuffled each epoch if there is a seed."""
    data = tf.data.Dataset.from_tensor_slices((split.images, split.labels))
    if seed is not None:
        data = data.shuffle(len(split.samples), seed=seed)
    data = data.batch(batch_size).map(
        lambda images, labels: (tf.cast(images, tf.float32), labels),
        num_parallel_calls=tf.data.AUTOTUNE,
    )
    if augment:
        data = data.map(lambda images, labels: (_augment(images), labels))
    return data.prefetch(tf.data.AUTOTUNE)


def _augment(images: tf.Tensor) -> tf.Tensor:
    """Random flips, each image its own, and one random shift a batch."""
    images = tf.image.random_flip_left_right(images)
    padding = [[0, 0], [SHIFT, SHIFT], [SHIFT, SHIFT], [0, 0]]
    return tf.image.random_crop(tf.pad(images, padding, "REFLECT"), tf.shape(images))
