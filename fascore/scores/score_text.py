"""Scores in words: with as many digits as it takes to see on which side of a threshold they lie."""

from __future__ import annotations

import numpy as np
from scipy.special import logit

DIGITS, MOST_DIGITS = 3, 16  # after the point; a double near 1 has no more
EDGE = 0.01  # a threshold so close to 0 or 1 is told from scores on a logit axis only
SCORE_TICKS = np.array([1e-6, 0.001, 0.05, 0.5, 0.95, 0.999, 1 - 1e-6])  # along a logit axis
LOGIT_LIMIT = 20.0  # of the axis: P(spoof) within 2e-9 of 0 or 1 is drawn at its end


def threshold_text(threshold: float) -> str:
    """A threshold that does not round to 0 or 1 unless it is.

    Examples
    --------
    >>> threshold_text(0.5), threshold_text(0.9999925), threshold_text(1.0)
    ('0.500', '0.99999', '1.000')
    """
    return f"{threshold:.{_digits(threshold, float(round(threshold)))}f}"


def score_texts(score: float, threshold: float) -> tuple[str, str]:
    """A score and its threshold, equal in print only if they are equal.

    Examples
    --------
    >>> score_texts(0.7312, 0.5), score_texts(0.999998, 0.9999925)
    (('0.731', '0.500'), ('0.999998', '0.999992'))
    """
    digits = max(_digits(threshold, float(round(threshold))), _digits(score, threshold))
    if saturates(threshold):
        digits = max(digits, _digits(score, float(round(score))))
    return f"{score:.{digits}f}", f"{threshold:.{digits}f}"


def score_against(score: float, threshold: float) -> str:
    """A score, the side of its threshold that it lies on, and the threshold.

    Examples
    --------
    >>> score_against(0.7312, 0.5), score_against(0.2, 0.5)
    ('0.731 ≥ 0.500', '0.200 < 0.500')
    """
    return f" {'≥' if score >= threshold else '<'} ".join(score_texts(score, threshold))


def _digits(value: float, other: float) -> int:
    """After the point, so that two different values differ in print."""
    digits = DIGITS
    if value != other:
        while digits < MOST_DIGITS and f"{value:.{digits}f}" == f"{other:.{digits}f}":
            digits += 1
    return digits


def saturates(threshold: float) -> bool:
    """Whether scores have to be drawn on a logit axis to be told from this threshold."""
    return not EDGE <= threshold <= 1 - EDGE


def logit_axis(scores: np.ndarray | float) -> np.ndarray:
    """Log-odds of P(spoof), cut off at `LOGIT_LIMIT` either way: float64, the shape of `scores`.

    Examples
    --------
    >>> logit_axis(np.array([0.0, 0.5, 1.0])).tolist()
    [-20.0, 0.0, 20.0]
    """
    return np.asarray(np.clip(logit(np.asarray(scores, float)), -LOGIT_LIMIT, LOGIT_LIMIT))


def bar_places(score: float, threshold: float) -> tuple[float, float]:
    """Where a score and its threshold lie on a bar from 0 to 1.

    Along P(spoof), or along the log-odds where the threshold saturates: there the whole bar is
    `LOGIT_LIMIT` either way.

    Examples
    --------
    >>> bar_places(0.25, 0.5)
    (0.25, 0.5)
    """
    if not saturates(threshold):
        return score, threshold
    along = (logit_axis(np.array([score, threshold])) / LOGIT_LIMIT + 1) / 2
    return float(along[0]), float(along[1])
