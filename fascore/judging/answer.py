"""Why networks differ on one face: sentences by rule, from what their maps measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fascore.explain import EXPLAINERS, Attribution
from fascore.explain.local_ridge import FITS, REPEATS
from fascore.explain.units import pixel_values
from fascore.labels import CLASS_NAMES, SPOOF

PARTS = (
    ("at the upper left", "at the top", "at the upper right"),
    ("at the left", "in the centre", "at the right"),
    ("at the lower left", "at the bottom", "at the lower right"),
)
LEAST = {"r2": FITS, "repeatability": REPEATS}  # of a map's quality, where it says any
UNIT = "logits"  # values in other units do not add up over places


@dataclass(frozen=True)
class PartSums:
    """One method's maps of several networks, summed over the nine parts of the picture.

    Attributes
    ----------
    title : str
        The method's.
    target : int
        The class that all maps explain.
    sums : mapping of str to float array of shape (3, 3)
        By network, in logits for the target.
    errors : mapping of str to float
        By network: what its map misses in all, in logits; 0 where the method does not say.
    """

    title: str
    target: int
    sums: Mapping[str, np.ndarray]
    errors: Mapping[str, float]


def part_sums(method: str, maps: Sequence[Attribution], *, size: int) -> PartSums | None:
    """A method's maps summed over the parts of the picture, or None where that says nothing.

    It does for signed maps in logits that explain one class for all networks and, where they come
    from a linear model, of one that fits and that other pictures would give again.

    Parameters
    ----------
    method : str
        Of `EXPLAINERS`.
    maps : sequence of Attribution
        One for each network.
    size : int
        Side of the networks' input in pixels.
    """
    explainer, targets = EXPLAINERS[method], {attribution.target for attribution in maps}
    adds_up = explainer.signed and explainer.unit == UNIT
    fits = all(
        attribution.quality.get(name, 1.0) >= least
        for attribution in maps
        for name, least in LEAST.items()
    )
    if not adds_up or not fits or len(targets) != 1:
        return None
    sums = {
        attribution.model: _nine(pixel_values(attribution, size), attribution)
        for attribution in maps
    }
    errors = {a.model: abs(a.quality.get("residual", 0.0)) for a in maps}
    return PartSums(explainer.title, targets.pop(), sums, errors)


def why_words(
    spoof: Mapping[str, bool], read: Sequence[PartSums], *, title: Callable[[str], str] = str
) -> list[str]:
    """What the maps say on why networks differ: a sentence for each that stands apart.

    The first method names the part of the picture: where the network differs most from the mean of
    the other side, in the direction of its verdict, by more than the maps miss in all. Where
    another method differs there in the other direction, the sentence says so.

    Parameters
    ----------
    spoof : mapping of str to bool
        Whether each network takes the face for an attack.
    read : sequence of PartSums
        Of methods that cover these networks, the most exact first.
    title : callable
        A network's name as it is shown.

    Returns
    -------
    list of str
        Empty where the networks agree.
    """
    sides = {said: [name for name in spoof if spoof[name] == said] for said in (False, True)}
    apart, others = sorted(sides.values(), key=len)  # as many on both sides: who says live
    if not apart:
        return []
    if not read:
        return [
            "The maps do not tell why: that takes a map that fits, whose parts add up to the "
            "score, and one class explained for all networks."
        ]
    return [_why(name, others, spoof[name], read, title(name)) for name in apart]


def _why(
    name: str, others: Sequence[str], spoof: bool, read: Sequence[PartSums], title: str
) -> str:
    """Why one network stands apart."""
    first = read[0]
    more = spoof == (first.target == SPOOF)  # an attack is said where more speaks for it
    gaps = [_gap(of, name, others) * (1 if more else -1) for of in read]
    row, column = np.unravel_index(int(gaps[0].argmax()), gaps[0].shape)
    error = max(first.errors[other] for other in (name, *others))
    if gaps[0][row, column] <= error:
        return (
            f"The maps do not tell why {title} differs: nowhere does what speaks for its verdict "
            f"differ by more than what {first.title} misses in all ({error:.2f} logits)."
        )
    at = (int(row), int(column))
    figures = [_figures(of, name, others, at) for of in read]
    against = [text for text, gap in zip(figures, gaps, strict=True) if gap[at] < 0]
    start = (
        f"{PARTS[at[0]][at[1]].capitalize()}, {_evidence(first, name, others, at, title, spoof)}"
    )
    if against:
        return (
            f"{start} by {figures[0]}, but not by {', '.join(against)} (logits, minus is against "
            f"{CLASS_NAMES[first.target]}): the maps disagree."
        )
    minus = f", minus is against {CLASS_NAMES[first.target]}" if "−" in "".join(figures) else ""
    return f"{start} ({'; '.join(figures)}; logits{minus})."


def _evidence(
    of: PartSums, name: str, others: Sequence[str], at: tuple[int, int], title: str, spoof: bool
) -> str:
    """In which way a part speaks otherwise in one network than in those of the other verdict."""
    mine, theirs = float(of.sums[name][at]), _mean(of, others, at)
    said, rest = CLASS_NAMES[of.target], f"those that say {CLASS_NAMES[1 - spoof].upper()}"
    if mine * theirs < 0:
        sides = ("for", "against") if mine > 0 else ("against", "for")
        return f"the face speaks {sides[0]} {said} in {title}, {sides[1]} it in {rest}"
    side = "for" if mine + theirs > 0 else "against"
    word = "more" if abs(mine) > abs(theirs) else "less"
    return f"{word} speaks {side} {said} in {title} than in {rest}"


def _mean(of: PartSums, names: Sequence[str], at: tuple[int, int]) -> float:
    return float(np.mean([of.sums[name][at] for name in names]))


def _gap(of: PartSums, name: str, others: Sequence[str]) -> np.ndarray:
    """A network's sums minus the others' mean: (3, 3)."""
    return np.asarray(of.sums[name] - np.mean([of.sums[other] for other in others], axis=0))


def _figures(of: PartSums, name: str, others: Sequence[str], at: tuple[int, int]) -> str:
    values = (of.sums[name][at], _mean(of, others, at))
    mine, theirs = (f"{value:+.1f}" if abs(value) >= 0.05 else "0.0" for value in values)
    return f"{of.title} {mine}, theirs {theirs}".replace("-", "−")


def _nine(values: np.ndarray, attribution: Attribution) -> np.ndarray:
    """Values by pixel summed over three by three parts; a superpixel's weight counts once."""
    if attribution.superpixels is not None:
        sizes = np.bincount(attribution.superpixels.ravel())
        values = values / sizes[attribution.superpixels]
    thirds = [np.array_split(rows, 3, axis=1) for rows in np.array_split(values, 3, axis=0)]
    return np.array([[part.sum(dtype=np.float64) for part in rows] for rows in thirds])
