"""A part of a store, and whether it is whole, stale or damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fascore.errors import FascoreError
from fascore.explain import EXPLAINERS
from fascore.provenance import differences, listed

WHOLE, STALE, DAMAGED, UNFINISHED = "whole", "stale", "damaged", "unfinished"


@dataclass(frozen=True)
class Part:
    """One part of a store: `state` is one of the four above, `why` a phrase or sentence, and `run`
    the command that mends it.
    """

    name: str
    state: str
    why: str = ""
    run: str = ""


def part_of(
    name: str, run: str, read: Callable[[], Any], fits: Callable[[], Iterable[str] | None]
) -> Part:
    """Damaged if `read` refuses, stale if `fits` does or names differences."""
    try:
        read()
    except FascoreError as err:
        return Part(name, DAMAGED, str(err), run)
    try:
        differing = list(fits() or ())
    except FascoreError as err:
        return Part(name, STALE, str(err), run)
    return Part(name, STALE, listed(differing), run) if differing else Part(name, WHOLE)


def other_code(about: Mapping[str, Any]) -> Iterator[str]:
    """How the software and the explainers' settings of today differ from those recorded."""
    recorded = about.get("software", {})
    yield from differences({"software": recorded}, {"software": dict(map(_installed, recorded))})
    for name, settings in about.get("settings", {}).items():
        kind = EXPLAINERS.get(name)
        if kind and set(settings) != {own.name for own in fields(kind)}:  # type: ignore[arg-type]
            yield f"settings of another version of {kind.title}"


def _installed(package: str) -> tuple[str, str | None]:
    try:
        return package, version(package)
    except PackageNotFoundError:
        return package, None
