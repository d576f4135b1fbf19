"""When has an explanation been sampled enough? When its two halves rank alike."""

from __future__ import annotations

import numpy as np

from fascore.explain.units import rank_correlation


def reliability(first: np.ndarray, second: np.ndarray) -> float:
    """Estimated correlation of the mean of two half-estimates with that of endless samples.

    From the halves' rank correlation r: their mean correlates with another such mean by
    2 r / (1 + r) (Spearman 1910, Brown 1910), and with the truth by the root of that. 0 where r is
    not above 0, or undefined.

    It is an estimate of where a median map stands, not a bound: sampling stops at the first look
    that passes, and such a look is a lucky one more often than not.

    Examples
    --------
    >>> round(reliability(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])), 3)
    0.816
    >>> reliability(np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0]))
    0.0
    """
    r = rank_correlation(first, second)
    return float(np.sqrt(2 * r / (1 + r))) if r > 0 else 0.0
