"""Do treatments differ within blocks? Variants trained from the same seeds, seed by seed.

Runs of one seed share their start and the order of their batches, so their accuracies go up and
down together. What a seed does to all variants alike is no reason to doubt a difference between
them: the tests here compare within seeds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy.optimize import brentq
from scipy.stats import f, friedmanchisquare, ncf

DRAWS = 10_000
EXCHANGES = 400_000  # tried one and all up to so many: four treatments in five blocks
POWER = 0.8


@dataclass(frozen=True)
class BlockedTest:
    """Whether treatments differ within blocks.

    Attributes
    ----------
    p : float
        Permutation test: treatments exchanged within each block, of the variance of their means.
    f_p, corrected_f_p : float
        Analysis of variance with blocks, and the same after Greenhouse and Geisser (1959), who do
        not assume that all pairs of treatments vary alike.
    friedman_p : float
        Friedman's test on ranks; NaN with fewer than three treatments.
    least_p : float
        The smallest p that so few blocks can have.
    residual : float
        Standard deviation of a run when the means of its block and its treatment are known.
    smallest : float
        A difference between one treatment and all others that the analysis of variance with blocks
        would find at 5 % four times in five, were the residual this one.
    """

    p: float
    f_p: float
    corrected_f_p: float
    friedman_p: float
    least_p: float
    residual: float
    smallest: float

    def words(self) -> str:
        """All p of the test, and the difference that it would find."""
        friedman = "" if math.isnan(self.friedman_p) else f"; Friedman {self.friedman_p:.2g}"
        return (
            f"Do variants differ within seeds? p: permutation {self.p:.2g}; analysis of variance "
            f"with seeds as blocks {self.f_p:.2g}, after Greenhouse and Geisser "
            f"{self.corrected_f_p:.2g}{friedman}. A difference of {self.smallest:.1%} between one "
            "variant and the others would be found four times in five."
        )


def blocked_test(values: np.ndarray, *, alpha: float = 0.05, seed: int = 0) -> BlockedTest:
    """Tests whether columns (treatments) differ within rows (blocks).

    Parameters
    ----------
    values : array of shape (n_blocks, n_treatments)
        At least two of each.
    alpha : float
        Level of `smallest`.
    seed : int
        Draws the permutations, where there are too many to try all.

    Examples
    --------
    >>> seeds_differ_more = np.array([[0.80, 0.82], [0.90, 0.92], [0.70, 0.72], [0.60, 0.62],
    ...                               [0.85, 0.87], [0.75, 0.77]])
    >>> blocked_test(seeds_differ_more).p
    0.03125
    """
    blocks, treatments = values.shape
    centred = values - values.mean(axis=1, keepdims=True)
    effects = centred.mean(axis=0)
    degrees = (treatments - 1, (treatments - 1) * (blocks - 1))
    residual = float(np.sqrt(((centred - effects) ** 2).sum() / degrees[1]))
    ratio = _ratio(blocks * float((effects**2).sum()) / degrees[0], residual**2)
    epsilon = _sphericity(values)
    return BlockedTest(
        p=_permutation_p(centred, seed),
        f_p=float(f.sf(ratio, *degrees)),
        corrected_f_p=float(f.sf(ratio, epsilon * degrees[0], epsilon * degrees[1])),
        friedman_p=_friedman_p(values),
        least_p=1 / math.factorial(treatments) ** (blocks - 1),
        residual=residual,
        smallest=residual * _smallest_effect(blocks, treatments, alpha),
    )


def _ratio(between: float, within: float) -> float:
    """F; without any residual it is infinite, or 0 where the treatments are alike too."""
    if within > 1e-18 * max(between, 1e-12):
        return between / within
    return math.inf if between > 0 else 0.0


def _permutation_p(centred: np.ndarray, seed: int) -> float:
    """Share of exchanges within blocks whose sums vary at least as much, all of them if few."""
    blocks, treatments = centred.shape
    if math.factorial(treatments) ** (blocks - 1) <= EXCHANGES:
        orders = np.array(list(permutations(range(treatments))))
        sums = centred[:1]  # exchanging all blocks alike changes nothing: the first one stays
        for block in centred[1:]:
            sums = (sums[:, None] + block[orders]).reshape(-1, treatments)
        surplus = 0
    else:
        rng = np.random.default_rng(seed)
        drawn = rng.permuted(np.broadcast_to(centred, (DRAWS, *centred.shape)), axis=2)
        sums = drawn.sum(axis=1)
        surplus = 1  # the order as observed is one of those that were possible
    spread, observed = (sums**2).sum(axis=1), (centred.sum(axis=0) ** 2).sum()
    beyond = int((spread >= observed * (1 - 1e-9)).sum())  # equal sums differ by rounding
    return (beyond + surplus) / (len(sums) + surplus)


def _sphericity(values: np.ndarray) -> float:
    """Greenhouse and Geisser's epsilon, in [1 / (treatments - 1), 1]."""
    treatments = values.shape[1]
    covariance = np.cov(values, rowvar=False)
    centre = np.eye(treatments) - 1 / treatments
    within = centre @ covariance @ centre
    squares = float((within**2).sum())
    if squares < 1e-30:
        return 1.0
    return min(float(np.trace(within) ** 2 / ((treatments - 1) * squares)), 1.0)


def _friedman_p(values: np.ndarray) -> float:
    if values.shape[1] < 3 or not np.ptp(values - values[:, :1]):
        return math.nan
    return float(friedmanchisquare(*values.T).pvalue)


def _smallest_effect(blocks: int, treatments: int, alpha: float) -> float:
    """In residual standard deviations: one treatment this far from all others is found."""
    degrees = (treatments - 1, (treatments - 1) * (blocks - 1))
    critical = f.isf(alpha, *degrees)

    def missed(effect: float) -> float:
        noncentral = blocks * effect**2 * (treatments - 1) / treatments
        return float(ncf.sf(critical, *degrees, noncentral)) - POWER

    return float(brentq(missed, 1e-6, 100))
