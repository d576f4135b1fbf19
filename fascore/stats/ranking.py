"""How well scores rank attacks above live faces, and how sure that is: AUC and equal error rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t

from fascore.labels import LIVE, SPOOF
from fascore.scores.error_rates import checked
from fascore.stats.intervals import BOOTSTRAP_DRAWS, CONFIDENCE, Interval
from fascore.stats.rates import owners, rate_interval

INTERVALS_WORDS = {
    "subjects": "over subjects, for images of one person are not independent",
    "images": "over images, which are taken as independent, for their subjects are not known",
}
CHUNK = 64  # draws at a time: bounds memory
ALIKE = 1e-9  # standard deviation of draws that do not differ


def intervals_words(unit: str) -> str:
    """What the intervals of a page are; `unit` is that of its `Ranking`."""
    return (
        f"95 % intervals {INTERVALS_WORDS[unit]}: Wilson's for rates, of both rates together "
        f"for ACER and HTER, {BOOTSTRAP_DRAWS:,} bootstrap draws on the logit scale for AUC and EER"
    )


@dataclass(frozen=True)
class Ranking:
    """AUC and equal error rate with intervals; `unit` is what was drawn for them."""

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
    """AUC and equal error rate of each model, with intervals from one set of bootstrap draws.

    Subjects are drawn with replacement, all images of one together, for images of one person are
    not independent; without subjects, images are. Every model sees the same draws.

    On the logit scale an interval is the estimate and Student's quantile times the draws' standard
    deviation either way: percentiles of the draws are too narrow with few subjects. Where the draws
    do not differ, as without any error, it is the rule of three over what was drawn.

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
    owner, unit = owners([""] * len(labels) if subjects is None else list(subjects))
    units = int(owner.max()) + 1
    rng = np.random.default_rng(seed)
    prepared = {name: _Ranked(of_model, labels, owner) for name, of_model in scores.items()}
    drawn: dict[str, list[np.ndarray]] = {name: [] for name in scores}
    for start in range(0, draws, CHUNK):
        picks = rng.integers(0, units, (min(CHUNK, draws - start), units))
        counts = np.stack([np.bincount(pick, minlength=units) for pick in picks])
        for name, ranked in prepared.items():
            drawn[name].append(ranked.auc_and_eer(counts))
    rarest = min(len(np.unique(owner[labels == label])) for label in (LIVE, SPOOF))
    # half of the least that AUC and EER can be away from 0 and 1
    least = [0.5 / np.prod(np.bincount(labels)), 0.5 / len(labels)]
    result = {}
    for name, ranked in prepared.items():
        estimates = ranked.auc_and_eer(np.ones((1, units), int))[:, 0]
        spread = np.concatenate(drawn[name], axis=1)
        auc, eer = (
            Interval(
                float(estimates[i]),
                *_logit_ends(
                    estimates[i], spread[i], least[i], units=rarest, confidence=confidence
                ),
                len(labels),
            )
            for i in range(2)
        )
        result[name] = Ranking(auc, eer, unit)
    return result


def _logit_ends(
    estimate: float, draws: np.ndarray, least: float, *, units: int, confidence: float
) -> tuple[float, float]:
    """Ends of an interval in (0, 1); `units` is how many subjects (or images) the rarer class has.

    NaN with fewer than two.
    """
    if units < 2:
        return math.nan, math.nan
    defined = draws[~np.isnan(draws)]
    spread = float(logit(np.clip(defined, least, 1 - least)).std(ddof=1))
    if spread < ALIKE:
        bound = rate_interval(0, units, confidence=confidence).high
        return max(estimate - bound, 0.0), min(estimate + bound, 1.0)
    middle = logit(np.clip(estimate, least, 1 - least))
    half = t.ppf((1 + confidence) / 2, units - 1) * spread
    low, high = float(expit(middle - half)), float(expit(middle + half))
    return min(low, estimate), max(high, estimate)


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
