"""Protocols: which samples train, validate and test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from fascore.data.samples import DataError, Sample
from fascore.labels import LIVE, SPOOF

SPLITS = ("train", "validation", "test")
PAPER_SIZES = {"train": 180_000, "validation": 18_000, "test": 2_000}  # half live, half spoof
VALIDATION_SHARE = 0.1  # of the training subjects
FILL_ORDER = ("test", "validation", "train")  # small splits first: they need whole subjects least


def official_split(
    samples: Sequence[Sample],
    *,
    limit: int | None = None,
    validation_share: float = VALIDATION_SHARE,
    seed: int = 0,
) -> list[Sample]:
    """The data set's own train and test; validation is a share of the training subjects.

    No subject is in two splits, provided the data set keeps its own two apart. Validation rows a
    data set has itself are kept. `limit` draws so many images, each split and class in proportion.
    """
    if not any(sample.split == "validation" for sample in samples):
        subjects = _subjects(samples, "train", protocol="official")
        order = np.random.default_rng(seed).permutation(len(subjects))
        chosen = {subjects[i] for i in order[: round(validation_share * len(subjects))]}
        samples = [
            replace(sample, split="validation")
            if sample.split == "train" and sample.subject in chosen
            else sample
            for sample in samples
        ]
    if limit is None or limit >= len(samples):
        return list(samples)
    return _in_proportion(samples, limit, np.random.default_rng([seed, 1]))


def paper_split(
    samples: Sequence[Sample], *, limit: int | None = None, seed: int = 0
) -> list[Sample]:
    """The paper's sizes, drawn by image: one person may be in several splits.

    100,000 live and 100,000 spoof; 180,000 train, 18,000 validation, 2,000 test, each half live.
    `limit` scales all of them down to so many images.

    Raises
    ------
    DataError
        If there are too few images of a class, or `limit` leaves a split without one.
    """
    halves = _half_sizes(limit)
    labels = np.array([sample.label for sample in samples])
    _check_enough(labels, sum(halves.values()), "paper")
    rng = np.random.default_rng(seed)
    split_of = np.full(len(samples), "", object)
    for label in (LIVE, SPOOF):
        order, start = rng.permutation(np.flatnonzero(labels == label)), 0
        for split, count in halves.items():
            split_of[order[start : start + count]] = split
            start += count
    return _assigned(samples, split_of)


def subject_split(
    samples: Sequence[Sample], *, limit: int | None = None, seed: int = 0
) -> list[Sample]:
    """The paper's sizes with no subject in two splits: the protocol to trust.

    Subjects in random order fill test, then validation; the rest train. Within a split as many
    images of each class as its size asks are drawn.

    Raises
    ------
    DataError
        As for `paper_split`, or if subjects are unknown or too few to fill each split.
    """
    halves = _half_sizes(limit)
    subjects = _subjects(samples, *SPLITS, protocol="subject")
    labels = np.array([sample.label for sample in samples])
    _check_enough(labels, sum(halves.values()), "subject")
    number = {subject: i for i, subject in enumerate(subjects)}
    owner = np.array([number[sample.subject] for sample in samples])
    counts = np.stack(
        [np.bincount(owner[labels == label], minlength=len(subjects)) for label in (LIVE, SPOOF)]
    )
    rng = np.random.default_rng(seed)
    split_of_subject = _fill(counts, rng.permutation(len(subjects)), halves)
    split_of = np.full(len(samples), "", object)
    for split, count in halves.items():
        for label in (LIVE, SPOOF):
            there = np.flatnonzero((split_of_subject[owner] == split) & (labels == label))
            if len(there) < count:
                raise DataError(
                    f"Expected {count:,} {('live', 'spoof')[label]} images for {split} with no "
                    f"subject in two splits. Received: {len(there):,} from the subjects left for "
                    f"it. Give a --limit below {2 * sum(halves.values()):,}."
                )
            split_of[rng.choice(there, count, replace=False)] = split
    return _assigned(samples, split_of)


PROTOCOLS: dict[str, Callable[..., list[Sample]]] = {
    "subject": subject_split,
    "paper": paper_split,
    "official": official_split,
}


def by_split(samples: Sequence[Sample]) -> dict[str, list[Sample]]:
    """Samples of each split, keyed train, validation, test."""
    return {split: [sample for sample in samples if sample.split == split] for split in SPLITS}


def _half_sizes(limit: int | None) -> dict[str, int]:
    """Images of one class in each split."""
    total = sum(PAPER_SIZES.values())
    share = 1.0 if limit is None else min(limit / total, 1.0)
    halves = {split: int(share * size / 2 + 0.5) for split, size in PAPER_SIZES.items()}
    if not all(halves.values()):
        raise DataError(
            f"Expected a --limit that leaves a live and a spoof image in each split. Received: "
            f"{limit}. Give 100 or more."
        )
    return halves


def _check_enough(labels: np.ndarray, count: int, protocol: str) -> None:
    live, spoof = (int((labels == label).sum()) for label in (LIVE, SPOOF))
    if min(live, spoof) < count:
        raise DataError(
            f"Expected {count:,} live and {count:,} spoof images for the {protocol} protocol. "
            f"Received: {live:,} live and {spoof:,} spoof. "
            f"Give --limit {2 * min(live, spoof)} or less, or --protocol official."
        )


def _subjects(samples: Sequence[Sample], *splits: str, protocol: str) -> list[str]:
    subjects = sorted({sample.subject for sample in samples if sample.split in splits})
    if "" in subjects:
        raise DataError(
            f"Expected the subject of each image for the {protocol} protocol. Received: images "
            "without one. Add a subject column, or use --protocol paper."
        )
    return subjects


def _fill(counts: np.ndarray, order: np.ndarray, halves: dict[str, int]) -> np.ndarray:
    """Each subject's split: in this order, every split but the last until it has enough."""
    split_of_subject = np.full(counts.shape[1], FILL_ORDER[-1], object)
    start = 0
    for split in FILL_ORDER[:-1]:
        have = np.cumsum(counts[:, order[start:]], axis=1)
        enough = (have >= halves[split]).all(axis=0)
        end = start + int(enough.argmax()) + 1 if enough.any() else len(order)
        split_of_subject[order[start:end]] = split
        start = end
    return split_of_subject


def _in_proportion(samples: Sequence[Sample], limit: int, rng: np.random.Generator) -> list[Sample]:
    groups: dict[tuple[str, int], list[int]] = {}
    for index, sample in enumerate(samples):
        groups.setdefault((sample.split, sample.label), []).append(index)
    kept: set[int] = set()
    for _, indices in sorted(groups.items()):
        count = max(1, round(limit * len(indices) / len(samples)))
        kept.update(rng.choice(indices, count, replace=False).tolist())
    return [samples[index] for index in sorted(kept)]


def _assigned(samples: Sequence[Sample], split_of: np.ndarray) -> list[Sample]:
    return [
        replace(sample, split=split)
        for sample, split in zip(samples, split_of, strict=True)
        if split
    ]
