"""The threshold where error rates balance, or where one of them meets its limit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import expit

from fascore.scores.error_rates import error_curve, in_range
from fascore.scores.score_text import logit_axis

TIDY = 12  # digits after the point of a chosen threshold, where its gap has room


def eer_threshold(live_scores: np.ndarray, spoof_scores: np.ndarray) -> float:
    """The threshold where APCER (attacks accepted) and BPCER (bona fide rejected) are closest.

    Examples
    --------
    >>> eer_threshold(np.array([0.1, 0.3]), np.array([0.7, 0.9]))
    0.5
    """
    curve = error_curve(live_scores, spoof_scores)
    closest = np.argmin(np.abs(curve.pooled_apcer - curve.bpcer))
    middle = mid_gap(curve.thresholds[closest], np.concatenate([live_scores, spoof_scores]))
    return min(middle, 1.0)


def mid_gap(threshold: float, scores: np.ndarray) -> float:
    """The threshold moved to the middle of the gap between scores that it lies in.

    The middle is that of the log-odds: where a network saturates, the gap may lie between .999992
    and .999993, and any other middle is next to one of its ends. No verdict on these scores
    changes. A threshold that has scores on one side only stays.

    Parameters
    ----------
    threshold : float
        ``score >= threshold`` is an attack.
    scores : array of shape (n,)
        P(spoof) in [0, 1].

    Examples
    --------
    >>> mid_gap(0.9, np.array([0.1, 0.9]))
    0.5
    """
    below, above = scores[scores < threshold], scores[scores >= threshold]
    if not len(below) or not len(above):
        return float(threshold)
    low, high = float(below.max()), float(above.min())
    middle = float(expit((logit_axis(low) + logit_axis(high)) / 2))
    tidy = round(middle, TIDY)
    # in a gap narrower than rounding there is no tidy place, and perhaps no middle at all
    return next((place for place in (tidy, middle) if low < place <= high), high)


def bpcer_threshold(live_scores: np.ndarray, *, limit: float) -> float:
    """The smallest threshold that rejects at most a share `limit` of these live images.

    It is next to one of their scores: `mid_gap` moves it away from there.

    Examples
    --------
    >>> bpcer_threshold(np.array([0.1, 0.2, 0.3, 0.9]), limit=0.25) > 0.3
    True
    """
    falling = np.sort(in_range(live_scores))[::-1]
    return float(np.nextafter(falling[int(limit * len(falling))], 2))


def apcer_threshold(spoof_scores: Mapping[str, np.ndarray], *, limit: float) -> float:
    """The largest threshold that accepts at most a share `limit` of each species' attacks.

    It is one of their scores: `mid_gap` moves it away from there.

    Examples
    --------
    >>> apcer_threshold({"print": np.array([0.2, 0.6]), "replay": np.array([0.4])}, limit=0.5)
    0.4
    """
    return min(
        float(np.sort(in_range(scores))[int(limit * len(scores))])
        for scores in spoof_scores.values()
    )
