"""What a thing was made from: digests of it, and how two records of it differ.

A build, a network, its scores and its judged explanations each keep a record of what they were made
from. Before one of them is used again, its record is compared with what is there now. What a record
does not hold counts as different: nobody can say that it is the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

SHOWN = 4  # differences that a sentence names
DIGEST = re.compile("[0-9a-f]{16,64}")
ABSENT = object()


def digest(rows: Iterable[Sequence[object]]) -> str:
    """Hex SHA-256 of rows, whatever their order.

    Examples
    --------
    >>> digest([("a", 1), ("b", 2)]) == digest([("b", 2), ("a", 1)])
    True
    >>> digest([("a", 1)]) == digest([("a", "1")])
    False
    """
    lines = sorted(repr(tuple(row)) for row in rows)  # of strings, numbers and bytes: unambiguous
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def differences(recorded: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """How a record differs from what is wanted, in phrases; empty where it is the same.

    Both are made of what JSON can hold. What the record has beyond the names in `wanted` does not
    matter: a duration, or when it was finished.

    Examples
    --------
    >>> asked = {"seed": 0, "config": {"epochs": 50}}
    >>> differences({"seed": 0, "config": {"epochs": 24}, "seconds": 9.5}, asked)
    ['epochs 24, not 50']
    >>> differences({"seed": 0}, asked)
    ['epochs not recorded']
    >>> differences({"images": {"train": digest([])}}, {"images": {"train": digest(["a"])}})
    ['other train images']
    """
    there = dict(_leaves({name: recorded[name] for name in wanted if name in recorded}))
    asked = dict(_leaves(wanted))
    return [
        _phrase(path, there.get(path, ABSENT), asked.get(path, ABSENT))
        for path in dict.fromkeys([*asked, *there])
        if there.get(path, ABSENT) != asked.get(path, ABSENT)
    ]


def listed(phrases: Sequence[str]) -> str:
    """The first few phrases of `differences`, and how many more there are."""
    more = len(phrases) - SHOWN
    return ", ".join(phrases[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _leaves(record: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each value of nested mappings by its path, as JSON gives it back."""
    for name, value in json.loads(json.dumps(record)).items():
        if isinstance(value, dict) and value:
            yield from (((name, *path), leaf) for path, leaf in _leaves(value))
        else:
            yield (name,), value


def _phrase(path: tuple[str, ...], there: Any, asked: Any) -> str:
    """One difference in words."""
    digests = [DIGEST.fullmatch(str(value)) for value in (there, asked) if value is not ABSENT]
    # ("images", "train") are the train images; ("config", "epochs") are just the epochs
    words = [*reversed(path)] if all(digests) else path[1:] or path
    name = " ".join(words).replace("_", " ")
    if there is ABSENT:
        return f"{name} not recorded"
    if all(digests):
        return f"other {name}"  # the digests themselves say nothing to a reader
    return f"{name} {there}" if asked is ABSENT else f"{name} {there}, not {asked}"
