"""Intervals of rates, where one person's images are not independent, and of two rates' mean."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm, t
from statsmodels.stats.proportion import proportion_confint

from fascore.errors import FascoreError
from fascore.stats.intervals import CONFIDENCE, UNDEFINED, Interval


def rate_interval(count: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval of a rate; at zero or all of n, the rule of three instead.

    With no error in n images the rate is below 3/n at 95 % (Hanley and Lippman-Hand 1983), exactly
    ``1 - (1 - confidence) ** (1 / n)``.

    Raises
    ------
    FascoreError
        If n is 0: the rate is undefined.

    Examples
    --------
    >>> interval = rate_interval(8, 2000)
    >>> round(interval.low, 4), interval.estimate, round(interval.high, 4)
    (0.002, 0.004, 0.0079)
    """
    if not 0 <= count <= n or n == 0:
        raise FascoreError(
            f"A rate is a count out of at least one image. Received: {count} of {n}. "
            "Leave it out: it is undefined."
        )
    if count in (0, n):
        bound = 1 - (1 - confidence) ** (1 / n)
        low, high = (0.0, bound) if count == 0 else (1 - bound, 1.0)
        return Interval(count / n, low, high, n)
    return Interval(count / n, *_wilson(count / n, n, alpha=1 - confidence), n)


def owners(subjects: Sequence[str]) -> tuple[np.ndarray, str]:
    """Whose each image is, as int array (n_images,), and what is drawn: "subjects" or "images".

    Subjects are drawn where every image has one; otherwise each image is its own.
    """
    if len(subjects) and all(subjects):
        # ten times as fast as np.unique, which sorts all images
        codes, _ = pd.factorize(np.asarray(subjects, object), sort=True)
        return codes, "subjects"
    return np.arange(len(subjects)), "images"


def clustered_rate(
    hits: np.ndarray, owner: np.ndarray, *, confidence: float = CONFIDENCE
) -> Interval:
    """A rate's interval where images of one person are not independent: Wilson's, widened.

    The variance of the rate is that between subjects (the ratio estimator's, Cochran 1977, section
    6); Wilson's interval takes the number of independent images that would have it, at most as many
    as there are. The quantile is Student's, its degrees of freedom lowered where few subjects make
    the errors (by the kurtosis of their sums). Towards one half it ends where it would if all of a
    subject's images were alike. Without or with nothing but hits it is the rule of three over
    subjects. `python -m benchmarks.coverage` measures how often it holds.

    Parameters
    ----------
    hits : bool array of shape (n_images,)
    owner : int array of shape (n_images,)
        Whose each image is (`owners`).

    Returns
    -------
    Interval
        `rate_interval`'s if every image has its own owner; ends NaN if all have the same.

    Examples
    --------
    >>> hits = np.array([True, True, False, False, False, False])
    >>> one_person_errs = clustered_rate(hits, np.array([0, 0, 1, 1, 2, 2]))
    >>> rate_interval(2, 6).high < one_person_errs.high
    True
    """
    sizes = np.bincount(owner)
    sums = np.bincount(owner, hits)[sizes > 0]
    sizes = sizes[sizes > 0]
    count, n, units = int(np.sum(hits)), len(hits), len(sizes)
    if units == n:
        return rate_interval(count, n, confidence=confidence)
    rate = count / n
    if units < 2:
        return Interval(rate, math.nan, math.nan, n)
    if count in (0, n):
        whole = rate_interval(units if count else 0, units, confidence=confidence)
        return Interval(rate, whole.low, whole.high, n)
    excess = sums - rate * sizes
    variance = units / (units - 1) * float((excess**2).sum()) / n**2
    independent = min(n, rate * (1 - rate) / variance) if variance else n
    # beyond 30 statsmodels' level underflows; the interval is then all of [0, 1] anyway
    quantile = min(t.ppf((1 + confidence) / 2, _degrees(excess)), 30.0)
    low, high = _wilson(rate, independent, alpha=2 * norm.sf(quantile))
    # One error alone says too little of how errors vary: its end may lie further out than that of
    # two. Whatever they do, subjects cannot say less than one image of each would.
    alike = _wilson(rate, n**2 / float((sizes**2).sum()), alpha=1 - confidence)
    if rate <= 0.5:
        high = min(high, alike[1])
    if rate >= 0.5:
        low = max(low, alike[0])
    return Interval(rate, low, high, n)


def mean_rate(
    first: tuple[np.ndarray, np.ndarray],
    second: tuple[np.ndarray, np.ndarray],
    *,
    confidence: float = CONFIDENCE,
) -> Interval:
    """The mean of two rates with its interval, from those of both (Zou and Donner 2008, MOVER).

    Their correlation is that of one person's contributions to both, and 0 where no person has
    images of both kinds.

    Parameters
    ----------
    first, second : pairs of arrays of shapes (n,)
        Of each rate its hits and owners, as `clustered_rate` takes them; owners are the same people
        in both.

    Returns
    -------
    Interval
        `UNDEFINED` if a rate has no images; n is that of both; ends NaN where a rate's are.

    Examples
    --------
    >>> hits = np.array([True] * 10 + [False] * 90)
    >>> both = mean_rate((hits, np.arange(100)), (hits, np.arange(100, 200)))
    >>> alone = clustered_rate(hits, np.arange(100))
    >>> both.estimate, both.high - both.low < alone.high - alone.low
    (0.1, True)
    """
    if not (len(first[0]) and len(second[0])):
        return UNDEFINED
    a, b = (clustered_rate(*each, confidence=confidence) for each in (first, second))
    people = int(max(first[1].max(), second[1].max())) + 1
    shares = [_contributions(*each, people=people) for each in (first, second)]
    sizes = np.sqrt([share @ share for share in shares])
    together = float(shares[0] @ shares[1] / sizes.prod()) if sizes.all() else 0.0

    def reach(of_a: float, of_b: float) -> float:
        return math.sqrt(max(of_a**2 + of_b**2 + 2 * together * of_a * of_b, 0.0)) / 2

    middle = (a.estimate + b.estimate) / 2
    low = middle - reach(a.estimate - a.low, b.estimate - b.low)
    high = middle + reach(a.high - a.estimate, b.high - b.estimate)
    return Interval(middle, low, high, a.n + b.n)


def _contributions(hits: np.ndarray, owner: np.ndarray, *, people: int) -> np.ndarray:
    """What each person adds to a rate's distance from its mean, (people,)."""
    return np.bincount(owner, hits - hits.mean(), minlength=people)


def _wilson(rate: float, n: float, *, alpha: float) -> tuple[float, float]:
    low, high = proportion_confint(rate * n, n, alpha=alpha, method="wilson")
    return float(low), float(high)


def _degrees(excess: np.ndarray) -> float:
    """Of freedom, of a variance estimated from these deviations: 2 S / (kurtosis - 1)."""
    units, squares = len(excess), excess**2
    if not squares.any():
        return units - 1
    kurtosis = units * float((squares**2).sum()) / float(squares.sum()) ** 2
    return float(np.clip(2 * units / max(kurtosis - 1, 1e-9), 1, units - 1))
