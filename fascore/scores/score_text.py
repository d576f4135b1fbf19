"""Scores in words: with as many digits as it takes to see on which side of a threshold they lie."""

from __future__ import annotations

import numpy as np
from scipy.special import logit

DIGITS, MOST_DIGITS = 3, 16  # after the point; a double near 1 has no more than 16
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
    (text,) = score_texts(threshold=threshold)
    return text


def score_texts(*scores: float, threshold: float) -> tuple[str, ...]:
    """Scores, then their threshold: equal in print only if they are equal.

    Beside a threshold near 0 or 1 none reads as 0 or 1 unless it is.

    Examples
    --------
    >>> score_texts(0.7312, threshold=0.5), score_texts(0.999998, threshold=0.9999925)
    (('0.731', '0.500'), ('0.999998', '0.999992'))
    """
    shown = [float(value) for value in (*scores, threshold)]
    apart = {*shown} | ({0.0, 1.0} if saturates(threshold) else set())
    for digits in range(DIGITS, MOST_DIGITS + 1):
        if len({f"{value:.{digits}f}" for value in apart}) == len(apart):
            return tuple(f"{value:.{digits}f}" for value in shown)
    return tuple(map(repr, shown))  # as many digits as tell any two doubles apart


def score_against(score: float, threshold: float) -> str:
    """A score, the side of its threshold that it lies on, and the threshold.

    Examples
    --------
    >>> score_against(0.7312, 0.5), score_against(0.2, 0.5)
    ('0.731 ≥ 0.500', '0.200 < 0.500')
    """
    side = "≥" if score >= threshold else "<"
    return f" {side} ".join(score_texts(score, threshold=threshold))


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
