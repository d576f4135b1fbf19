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
        return ["The maps do not tell why: none of them adds up and explains one class for all."]
    return [_why(name, others, spoof[name], read, title(name)) for name in apart]


def _why(
    name: str, others: Sequence[str], spoof: bool, read: Sequence[PartSums], title: str
) -> str:
    """Why one network stands apart."""
    first = read[0]
    more = spoof == (first.target == SPOOF)  # an attack is said where more speaks for it
    word, said = ("stronger" if more else "weaker"), CLASS_NAMES[first.target]
    gaps = [_gap(of, name, others) * (1 if more else -1) for of in read]
    row, column = np.unravel_index(int(gaps[0].argmax()), gaps[0].shape)
    error = max(first.errors[other] for other in (name, *others))
    if gaps[0][row, column] <= error:
        return (
            f"The maps do not tell why {title} differs: nowhere is its evidence for {said} {word} "
            f"by more than what {first.title} misses in all ({error:.2f} logits)."
        )
    at = (int(row), int(column))
    figures = [_figures(of, name, others, at) for of in read]
    against = [text for text, gap in zip(figures, gaps, strict=True) if gap[at] < 0]
    start = f"{title}'s evidence for {said} {PARTS[at[0]][at[1]]} is {word}"
    if against:
        return f"{start} by {figures[0]}, but not by {', '.join(against)}: the maps disagree."
    return f"{start} ({'; '.join(figures)})."


def _gap(of: PartSums, name: str, others: Sequence[str]) -> np.ndarray:
    """A network's sums minus the others' mean: (3, 3)."""
    return np.asarray(of.sums[name] - np.mean([of.sums[other] for other in others], axis=0))


def _figures(of: PartSums, name: str, others: Sequence[str], at: tuple[int, int]) -> str:
    mean = float(np.mean([of.sums[other][at] for other in others]))
    return f"{of.title} {of.sums[name][at]:+.1f} against {mean:+.1f}".replace("-", "−")


def _nine(values: np.ndarray, attribution: Attribution) -> np.ndarray:
    """Values by pixel summed over three by three parts; a superpixel's weight counts once."""
    if attribution.superpixels is not None:
        sizes = np.bincount(attribution.superpixels.ravel())
        values = values / sizes[attribution.superpixels]
    thirds = [np.array_split(rows, 3, axis=1) for rows in np.array_split(values, 3, axis=0)]
    return np.array([[part.sum(dtype=np.float64) for part in rows] for rows in thirds])
