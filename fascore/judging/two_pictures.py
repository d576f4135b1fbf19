"""One network's maps of two pictures set against each other, place by place."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fascore.errors import FascoreError
from fascore.explain.attribution import Attribution
from fascore.judging.agreement import agreement
from fascore.labels import CLASS_NAMES


@dataclass(frozen=True)
class MapPair:
    """Two maps of one network by one method, of two pictures, and how they differ.

    Attributes
    ----------
    first, second : Attribution
    difference : Attribution
        The first minus the second, in the method's unit, at the same place of both crops; above
        zero where the first picture has more for the target. Maps by superpixel lose theirs: the
        two pictures have different ones, so it is their weights by pixel that are subtracted.
    rank : float
        Rank correlation of the maps summed on 8 x 8 cells, in [-1, 1]; NaN if one is constant.
    """

    first: Attribution
    second: Attribution
    difference: Attribution
    rank: float


def map_pair(first: Attribution, second: Attribution, *, size: int) -> MapPair:
    """Two maps of one network by one method, with their difference.

    Parameters
    ----------
    first, second : Attribution
        Of two pictures.
    size : int
        Side of the network's input in pixels.

    Raises
    ------
    FascoreError
        If the maps are of two networks, methods, settings, classes or sizes: their values then
        answer different questions.
    """
    made = [(each.model, each.method, each.settings, each.values.shape) for each in (first, second)]
    if made[0] != made[1]:
        raise FascoreError(
            "Expected two maps of one network by one method with the same settings, of crops of "
            f"one size. Received: {made[0]} and {made[1]}. Make both in the same way."
        )
    if first.target != second.target:
        one, other = (CLASS_NAMES[each.target] for each in (first, second))
        raise FascoreError(
            f"Expected two maps that explain the same class. Received: {one} and {other}. Explain "
            "the evidence for live or for spoof, not for the verdict."
        )
    difference = replace(
        first,
        values=first.values - second.values,
        superpixels=None,
        seconds=first.seconds + second.seconds,
        quality={},
    )
    return MapPair(first, second, difference, agreement(first, second, size)["rank"])
