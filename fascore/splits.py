"""Protocols: which samples train, validate and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fascore.samples import Sample

VALIDATION_SHARE = 0.1  # of the training subjects


def official_split(
    samples: Sequence[Sample], *, validation_share: float = VALIDATION_SHARE, seed: int = 0
) -> list[Sample]:
    """The data set's own train and test; validation is a share of the training subjects.

    No subject is in two splits, provided the data set keeps its own two apart.
    """
    subjects = sorted({sample.subject for sample in samples if sample.split == "train"})
    order = np.random.default_rng(seed).permutation(len(subjects))
    chosen = {subjects[i] for i in order[: round(validation_share * len(subjects))]}
    return [
        replace(sample, split="validation")
        if sample.split == "train" and sample.subject in chosen
        else sample
        for sample in samples
    ]


def by_split(samples: Sequence[Sample]) -> dict[str, list[Sample]]:
    """Samples of each split, keyed train, validation, test."""
    return {
        split: [sample for sample in samples if sample.split == split]
        for split in ("train", "validation", "test")
    }
