"""How sure a number is: intervals of rates, and of AUC and EER by bootstrap over subjects."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from fascore.errors import FascoreError
from fascore.labels import LIVE, SPOOF
from fascore.scores.error_rates import checked

CONFIDENCE = 0.95
BOOTSTRAP_DRAWS = 1000
ENDS = ("low", "high", "n")
CHUNK = 64  # draws at a time: bounds memory


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; `n` is what it was estimated from."""

    estimate: float
    low: float
    high: float
    n: int


def interval_text(
    interval: Interval | None,
    *,
    digits: int = 4,
    end_digits: int | None = None,
    signed: bool = False,
) -> str:
    """An estimate with its interval, as it stands in every table, hover and summary.

    Parameters
    ----------
    interval : Interval or None
        None where nothing is defined.
    digits, end_digits : int
        Decimals of the estimate, and of the ends; the ends have one fewer unless given.
    signed : bool
        Whether positive numbers get a plus, as differences do.

    Examples
    --------
    >>> interval_text(Interval(0.9125, 0.8961, 0.9265, 1440))
    '0.9125 [0.896, 0.926]'
    >>> interval_text(None)
    'undefined'
    """
    if interval is None:
        return "undefined"
    end_digits = digits - 1 if end_digits is None else end_digits
    plus = "+" if signed else ""
    text = f"{interval.estimate:{plus}.{digits}f}"
    if math.isnan(interval.low):  # an interval takes at least two subjects
        return f"{text} [one subject]".replace("-", "−")
    ends = f"{interval.low:{plus}.{end_digits}f}, {interval.high:{plus}.{end_digits}f}"
    return f"{text} [{ends}]".replace("-", "−")


def flatten_interval(
    interval: Interval | None, name: str = "estimate", *, prefix: str = ""
) -> dict[str, float]:
    """An interval as columns: the estimate under `name`, then low, high and n after `prefix`.

    None becomes NaN with an n of 0; `restore_interval` is the way back.

    Examples
    --------
    >>> flatten_interval(Interval(0.5, 0.25, 0.75, 8), "hit", prefix="hit_")
    {'hit': 0.5, 'hit_low': 0.25, 'hit_high': 0.75, 'hit_n': 8}
    """
    interval = interval or Interval(math.nan, math.nan, math.nan, 0)
    ends = {f"{prefix}{end}": getattr(interval, end) for end in ENDS}
    return {name: interval.estimate, **ends}


def restore_interval(
    columns: Mapping[str, Any] | pd.Series, name: str = "estimate", *, prefix: str = ""
) -> Interval | None:
    """The interval that `flatten_interval` laid out under these names.

    Examples
    --------
    >>> restore_interval({"mean": 0.5, "low": 0.25, "high": 0.75, "n": 8}, "mean")
    Interval(estimate=0.5, low=0.25, high=0.75, n=8)
    """
    if math.isnan(columns[name]):
        return None
    low, high, n = (columns[f"{prefix}{end}"] for end in ENDS)
    return Interval(float(columns[name]), float(low), float(high), int(n))


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
    low, high = proportion_confint(count, n, alpha=1 - confidence, method="wilson")
    return Interval(count / n, float(low), float(high), n)


@dataclass(frozen=True)
class Ranking:
    """AUC and equal error rate with bootstrap intervals; `unit` is what was drawn."""

    auc: Interval
    eer: Interval
    unit: str  # "subjects" or "images"


def bootstrap_ranking(
    scores: Mapping[str, np.ndarray],
    labels: np.ndarray,
    subjects: Sequence[str] | np.ndarray | None = None,
    *,
    draws: int = BOOTSTRAP_DRAWS,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> dict[str, Ranking]:
    """AUC and equal error rate of each model, with percentile intervals from one set of draws.

    Subjects are drawn with replacement, all images of one together, for images of one person are
    not independent; without subjects, images are. Every model sees the same draws.

    Parameters
    ----------
    scores : mapping of str to array of shape (n_images,)
        P(spoof) in [0, 1] by model.
    labels : array of shape (n_images,)
        0 live, 1 spoof.
    subjects : sequence of n_images, optional
        Whose image each is.

    Raises
    ------
    FascoreError
        If a class has no images or a score is outside [0, 1].
    """
    known = subjects is not None and all(subjects)
    drawn_units = np.asarray(subjects) if known else np.arange(len(labels))
    owner = np.unique(drawn_units, return_inverse=True)[1]
    units = int(owner.max()) + 1
    rng = np.random.default_rng(seed)
    prepared = {name: _Ranked(each, labels, owner) for name, each in scores.items()}
    drawn: dict[str, list[np.ndarray]] = {name: [] for name in scores}
    for start in range(0, draws, CHUNK):
        picks = rng.integers(0, units, (min(CHUNK, draws - start), units))
        counts = np.stack([np.bincount(each, minlength=units) for each in picks])
        for name, ranked in prepared.items():
            drawn[name].append(ranked.auc_and_eer(counts))
    once = np.ones((1, units), int)
    result = {}
    for name, ranked in prepared.items():
        ends = np.nanquantile(
            np.concatenate(drawn[name], axis=1),
            [(1 - confidence) / 2, (1 + confidence) / 2],
            axis=1,
        )
        estimates = ranked.auc_and_eer(once)[:, 0]
        auc, eer = (
            Interval(float(estimates[i]), float(ends[0, i]), float(ends[1, i]), len(labels))
            for i in range(2)
        )
        result[name] = Ranking(auc, eer, "subjects" if known else "images")
    return result


class _Ranked:
    """One model's images, sorted once; each draw only counts them anew."""

    def __init__(self, scores: np.ndarray, labels: np.ndarray, owner: np.ndarray) -> None:
        live, spoof = (np.flatnonzero(labels == label) for label in (LIVE, SPOOF))
        checked(scores[live], scores[spoof])
        live, spoof = (each[np.argsort(scores[each], kind="stable")] for each in (live, spoof))
        self._live_owner, self._spoof_owner = owner[live], owner[spoof]
        # of each spoof image, the live images below it, and those below or equal
        self._below = np.searchsorted(scores[live], scores[spoof], side="left")
        self._up_to = np.searchsorted(scores[live], scores[spoof], side="right")
        # a threshold below all scores, then one above each: images below it
        levels = np.unique(scores)
        self._live_under, self._spoof_under = (
            np.concatenate([[0], np.searchsorted(scores[each], levels, side="right")])
            for each in (live, spoof)
        )

    def auc_and_eer(self, counts: np.ndarray) -> np.ndarray:
        """AUC and EER, (2, n_draws), of draws that take each unit (n_draws, n_units) times.

        NaN for a draw without images of both classes.
        """
        times = counts.astype(np.float32)  # exact: sums stay below 2 ** 24
        spoof = times[:, self._spoof_owner]
        live_sum, spoof_sum = _sums(times[:, self._live_owner]), _sums(spoof)
        num_live, num_spoof = (each[:, -1].astype(float) for each in (live_sum, spoof_sum))
        beaten = live_sum[:, self._below] + live_sum[:, self._up_to]
        with np.errstate(invalid="ignore", divide="ignore"):
            auc = np.einsum("ij,ij->i", spoof, beaten, dtype=float) / (2 * num_live * num_spoof)

            def rates(level: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
                rows = np.arange(len(level))
                apcer = spoof_sum[rows, self._spoof_under[level]] / num_spoof
                return apcer, 1 - live_sum[rows, self._live_under[level]] / num_live

            eer = _crossing(rates, num_levels=len(self._live_under), num_draws=len(counts))
        return np.stack([auc, eer])


def _sums(times: np.ndarray) -> np.ndarray:
    """Running sums along rows, from 0."""
    sums = np.zeros((len(times), times.shape[1] + 1), np.float32)
    np.cumsum(times, axis=1, out=sums[:, 1:])
    return sums


def _crossing(
    rates: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    *,
    num_levels: int,
    num_draws: int,
) -> np.ndarray:
    """Where each draw's two rates meet, on straight lines between thresholds.

    The first rate rises and the second falls with the threshold, so halving finds the place.
    """
    before, after = np.zeros(num_draws, int), np.full(num_draws, num_levels - 1)
    while (after - before > 1).any():
        middle = (before + after) // 2
        apcer, bpcer = rates(middle)
        crossed = apcer >= bpcer
        before, after = np.where(crossed, before, middle), np.where(crossed, middle, after)
    (apcer0, bpcer0), (apcer1, bpcer1) = rates(before), rates(after)
    gap0, gap1 = apcer0 - bpcer0, apcer1 - bpcer1
    return np.asarray(bpcer1 + gap1 / (gap1 - gap0) * (bpcer0 - bpcer1))
