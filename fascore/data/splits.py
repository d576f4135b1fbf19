"""Which samples train, validate and test: the ways to draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from fascore.data.samples import DataError, Sample
from fascore.labels import CLASS_NAMES, LIVE, SPOOF

SPLITS = ("train", "validation", "test")
ALL = "all"  # of them, where a command asks for one
PAPER_SIZES = {"train": 180_000, "validation": 18_000, "test": 2_000}  # half live, half spoof
VALIDATION_SHARE = 0.1  # of the training subjects
FILL_ORDER = ("test", "validation", "train")  # small splits first: they need whole subjects least
LEAST = 2 * len(SPLITS)  # images: one of each class in each split
SHRINK = 0.9  # how much smaller a set of whole subjects is tried next


def official_split(
    samples: Sequence[Sample],
    *,
    limit: int | None = None,
    validation_share: float = VALIDATION_SHARE,
    seed: int = 0,
) -> list[Sample]:
    """The data set's own train and test; validation is a share of the training subjects.

    No subject is in two splits, provided the data set keeps its own two apart. Where the subjects
    are unknown the share is drawn by image. Validation rows a data set has itself are kept. `limit`
    draws so many images, each split and class in proportion.

    Raises
    ------
    DataError
        If the data set has no splits of its own.
    """
    homeless = [sample.sample_id for sample in samples if not sample.split]
    if homeless:
        raise DataError(
            "Expected a data set with splits of its own for the official protocol, by a column or "
            f"by folders. Received: {len(homeless):,} images in none, such as {homeless[0]}."
        )
    if not any(sample.split == "validation" for sample in samples):
        rng = np.random.default_rng(seed)
        train = [sample for sample in samples if sample.split == "train"]
        chosen = _validation(train, validation_share, rng)
        samples = [
            replace(sample, split="validation") if sample.sample_id in chosen else sample
            for sample in samples
        ]
    if limit is None or limit >= len(samples):
        return list(samples)
    return _in_proportion(samples, limit, np.random.default_rng([seed, 1]))


def _validation(train: Sequence[Sample], share: float, rng: np.random.Generator) -> set[str]:
    """Sample ids of a share of the training subjects, and of more until both classes are there.

    Where the subjects are unknown each image is one of its own.
    """
    known = all(sample.subject for sample in train)
    owners = [sample.subject if known else sample.sample_id for sample in train]
    subjects = sorted(set(owners))
    order = [subjects[i] for i in rng.permutation(len(subjects))]
    classes: dict[str, set[int]] = {}
    for owner, sample in zip(owners, train, strict=True):
        classes.setdefault(owner, set()).add(sample.label)
    chosen = set(order[: round(share * len(order))])
    for subject in order:
        missing = {LIVE, SPOOF} - {label for each in chosen for label in classes[each]}
        if missing & classes[subject]:
            chosen.add(subject)
    pairs = zip(owners, train, strict=True)
    return {sample.sample_id for owner, sample in pairs if owner in chosen}


def paper_split(
    samples: Sequence[Sample], *, limit: int | None = None, seed: int = 0
) -> list[Sample]:
    """The paper's sizes, drawn by image: one person may be in several splits.

    100,000 live and 100,000 spoof; 180,000 train, 18,000 validation, 2,000 test, each half live.
    `limit` scales all of them down to so many images; without one they are scaled down to what is
    there.

    Raises
    ------
    DataError
        If there are too few images of a class.
    """
    labels = np.array([sample.label for sample in samples])
    halves = _half_sizes(_total(labels, limit, "paper"))
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
    images of each class as its size asks are drawn. Without a `limit` the sizes are scaled down to
    what whole subjects give.

    Raises
    ------
    DataError
        As for `paper_split`, or if subjects are unknown or too few to fill each split.
    """
    subjects = _subjects(samples)
    labels = np.array([sample.label for sample in samples])
    number = {subject: i for i, subject in enumerate(subjects)}
    owner = np.array([number[sample.subject] for sample in samples])
    total = _total(labels, limit, "subject")
    while True:
        try:
            return _assigned(samples, _by_subject(labels, owner, _half_sizes(total), seed))
        except DataError:
            total = int(SHRINK * total)
            if limit is not None or total < LEAST:
                raise


def _by_subject(
    labels: np.ndarray, owner: np.ndarray, halves: dict[str, int], seed: int
) -> np.ndarray:
    """Each image's split, "" for none; `owner` is its subject's number."""
    subjects = int(owner.max()) + 1
    counts = np.stack(
        [np.bincount(owner[labels == label], minlength=subjects) for label in (LIVE, SPOOF)]
    )
    rng = np.random.default_rng(seed)
    split_of_subject = _fill(counts, rng.permutation(subjects), halves)
    split_of = np.full(len(labels), "", object)
    for split, count in halves.items():
        for label in (LIVE, SPOOF):
            there = np.flatnonzero((split_of_subject[owner] == split) & (labels == label))
            if len(there) < count:
                raise DataError(
                    f"Expected {count:,} {CLASS_NAMES[label]} images for {split} with no subject "
                    f"in two splits. Received: {len(there):,} from the subjects left for it."
                )
            split_of[rng.choice(there, count, replace=False)] = split
    return split_of


def evaluation_split(
    samples: Sequence[Sample], *, limit: int | None = None, seed: int = 0
) -> list[Sample]:
    """All samples in test: a set to evaluate on, of whatever size and classes."""
    samples = [replace(sample, split="test") for sample in samples]
    if limit is None or limit >= len(samples):
        return samples
    return _in_proportion(samples, limit, np.random.default_rng([seed, 1]))


def by_split(samples: Sequence[Sample]) -> dict[str, list[Sample]]:
    """Samples of each split, keyed train, validation, test."""
    return {split: [sample for sample in samples if sample.split == split] for split in SPLITS}


def _total(labels: np.ndarray, limit: int | None, protocol: str) -> int:
    """How many images are to be drawn, half of them live."""
    live, spoof = (int((labels == label).sum()) for label in (LIVE, SPOOF))
    wanted = sum(PAPER_SIZES.values()) if limit is None else min(limit, sum(PAPER_SIZES.values()))
    total = min(wanted, 2 * min(live, spoof)) if limit is None else wanted
    if limit is not None and limit < LEAST:
        raise DataError(
            f"Expected a --limit that leaves a live and a spoof image in each split: {LEAST} or "
            f"more. Received: {limit}."
        )
    if total < LEAST or 2 * min(live, spoof) < total:
        each = max(total, LEAST) // 2
        raise DataError(
            f"Expected {each:,} live and {each:,} spoof images for the {protocol} protocol. "
            f"Received: {live:,} live and {spoof:,} spoof."
        )
    return total


def _half_sizes(total: int) -> dict[str, int]:
    """Images of one class in each split: the paper's shares, at least one."""
    whole = sum(PAPER_SIZES.values())
    half = {
        split: max(1, int(total * size / whole / 2 + 0.5)) for split, size in PAPER_SIZES.items()
    }
    return half | {
        "train": max(1, min(half["train"], total // 2 - half["validation"] - half["test"]))
    }


def _subjects(samples: Sequence[Sample]) -> list[str]:
    subjects = sorted({sample.subject for sample in samples})
    if "" in subjects:
        raise DataError(
            "Expected the subject of each image for the subject protocol. Received: images "
            "without one."
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
