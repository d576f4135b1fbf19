"""Means of many measures at once, with bootstrap intervals and sign-flip tests, by subject."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm, t

from fascore.stats.intervals import BOOTSTRAP_DRAWS, CONFIDENCE, Interval
from fascore.stats.rates import clustered_rate

FLIPS = 10_000


def mean_intervals(
    values: np.ndarray,
    owner: np.ndarray,
    *,
    draws: int = BOOTSTRAP_DRAWS,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> list[Interval | None]:
    """Mean of each column over its defined values, with a bootstrap interval over owners.

    A column of nothing but 0 and 1 is a rate: its interval is `clustered_rate`'s. Other ends are
    percentiles of the draws, the same draws for every column, moved outwards as Student's quantile
    with so many owners asks for (Hesterberg 2015, "expanded percentiles"): plain ones hold the mean
    of 20 people in 91 to 94 % of samples, not in 95 %. With one owner alone the ends are NaN.

    Parameters
    ----------
    values : array of shape (n_images, n_columns)
        NaN where undefined.
    owner : int array of shape (n_images,)
        Images of one owner are drawn together.
    confidence : float
        Of each interval.

    Returns
    -------
    list of Interval or None
        One a column; None where nothing is defined. `n` counts the defined images.
    """
    sums, counts = _by_owner(values, owner)
    units = len(sums)
    picks = np.random.default_rng(seed).integers(0, max(units, 1), (draws, units))
    places = picks + units * np.arange(draws)[:, None]
    times = np.bincount(places.ravel(), minlength=draws * units).reshape(draws, units).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw may miss a column's few images
        means = (times @ sums) / (times @ counts)
    return [
        _interval(values[:, i], owner, means[:, i], confidence=confidence)
        for i in range(values.shape[1])
    ]


def _interval(
    column: np.ndarray, owner: np.ndarray, means: np.ndarray, *, confidence: float
) -> Interval | None:
    """Of one column; `means` are those of the draws."""
    there = ~np.isnan(column)
    defined = column[there]
    if not defined.size:
        return None
    if np.isin(defined, (0, 1)).all():
        return clustered_rate(defined == 1, owner[there], confidence=confidence)
    units = len(np.unique(owner[there]))
    if units < 2:
        return Interval(float(defined.mean()), np.nan, np.nan, defined.size)
    quantile = t.ppf((1 - confidence) / 2, units - 1) * np.sqrt(units / (units - 1))
    low, high = np.nanquantile(means, [norm.cdf(quantile), norm.sf(quantile)])
    return Interval(float(defined.mean()), float(low), float(high), defined.size)


def sign_flip_p(
    differences: np.ndarray, owner: np.ndarray, *, flips: int = FLIPS, seed: int = 0
) -> np.ndarray:
    """p of each column's mean being zero: two-sided sign-flip permutation test.

    scipy's `permutation_test` flips one column at a time and knows no owners.

    Were two models alike, a subject's differences could as well have the other sign. All images
    of one owner are flipped together. NaN for a column without defined values.

    Parameters
    ----------
    differences : array of shape (n_images, n_columns)
        NaN where undefined.
    owner : int array of shape (n_images,)

    Examples
    --------
    >>> alike = np.array([[0.1], [-0.1], [0.2], [-0.2]])
    >>> sign_flip_p(alike, np.arange(4)).tolist()
    [1.0]
    """
    sums, counts = _by_owner(differences, owner)
    moving = sums[sums.any(axis=1)]  # the sign of nothing changes nothing
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (flips, len(moving)))
    observed = np.abs(sums.sum(axis=0))
    slack = 1e-9 * np.abs(sums).sum(axis=0)  # equal sums differ by rounding
    beyond = (np.abs(signs @ moving) >= observed - slack).sum(axis=0)
    return np.where(counts.any(axis=0), (1 + beyond) / (1 + flips), np.nan)


def _by_owner(values: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums and counts of the defined values of each owner, (n_owners, n_columns)."""
    units = int(owner.max()) + 1 if len(owner) else 0
    there = ~np.isnan(values)
    sums, counts = np.zeros((2, units, values.shape[1]))
    np.add.at(sums, owner, np.where(there, values, 0.0))
    np.add.at(counts, owner, there)
    return sums, counts
