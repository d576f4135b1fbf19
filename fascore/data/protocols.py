"""Protocols by their names: splits that can be trained on, or advice that leads to some."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fascore.data.samples import DataError, Sample
from fascore.data.splits import (
    by_split,
    evaluation_split,
    official_split,
    paper_split,
    subject_split,
)
from fascore.labels import CLASS_NAMES, LIVE, SPOOF

PROTOCOLS: dict[str, Callable[..., list[Sample]]] = {
    "subject": subject_split,
    "paper": paper_split,
    "official": official_split,
    "test": evaluation_split,
}
MEANINGS = {
    "subject": "which keeps each person in one split",
    "paper": "which draws by image, so that a person may be in several splits",
    "official": "which keeps the data set's own splits",
    "test": "which makes a set to evaluate on, not to train on",
}


def draw_splits(
    samples: Sequence[Sample], protocol: str, *, limit: int | None = None, seed: int = 0
) -> list[Sample]:
    """The samples of a protocol, with both classes in each split or all to evaluate on.

    Raises
    ------
    DataError
        If the protocol cannot be had; what the message advises has been tried on these samples.
    """
    try:
        return _draw(samples, protocol, limit=limit, seed=seed)
    except DataError as err:
        raise DataError(f"{err} {_way_out(samples, protocol, seed=seed)}") from err


def check_classes(samples: Sequence[Sample]) -> None:
    """Refuses samples to train on of which a split lacks a class.

    Raises
    ------
    DataError
        The message leaves open what to do. Without training images there is none to raise.
    """
    splits = by_split(samples)
    if not splits["train"]:
        return
    for split, there in splits.items():
        found = sorted({sample.label for sample in there})
        if found != [LIVE, SPOOF]:
            only = f" ({CLASS_NAMES[found[0]]} only)" if found else ""
            raise DataError(
                f"Expected live and spoof images in the {split} split. Received: "
                f"{len(there)} images{only}."
            )


def _draw(
    samples: Sequence[Sample], protocol: str, *, limit: int | None, seed: int
) -> list[Sample]:
    drawn = PROTOCOLS[protocol](samples, limit=limit, seed=seed)
    check_classes(drawn)
    return drawn


def _way_out(samples: Sequence[Sample], failed: str, *, seed: int) -> str:
    """What leads to a build: the first that does, of all that could be advised."""
    for protocol in dict.fromkeys((failed, "official", "subject", "paper", "test")):
        try:
            drawn = _draw(samples, protocol, limit=None, seed=seed)
        except DataError:
            continue
        if protocol == failed:
            return f"Leave --limit out, which gives {len(drawn):,} images."
        return f"Use --protocol {protocol}, {MEANINGS[protocol]}."
    return "Add images."
