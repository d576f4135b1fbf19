"""Error rates of presentation attack detection (ISO/IEC 30107-3).

An attack is accepted when its spoof score is below the threshold; a bona fide (live) image is
rejected when its score is at or above it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fascore.errors import FascoreError


def apcer_by_species(spoof_scores: Mapping[str, np.ndarray], threshold: float) -> dict[str, float]:
    """Attack presentation classification error rate of each PAI species: attacks accepted.

    The system's APCER is the worst species, ``max(result.values())``, not the pooled rate
    (ISO/IEC 30107-3). Works as well by spoof type.

    Parameters
    ----------
    spoof_scores : mapping of str to array of shape (n_species_images,)
        P(spoof) in [0, 1] of attack images only.
    threshold : float

    Returns
    -------
    dict of str to float
        Fraction of missed attacks per species, in [0, 1], in input order.

    Raises
    ------
    FascoreError
        If a species has no images: its error rate is undefined, not zero.

    Examples
    --------
    >>> apcer_by_species({"print": np.array([0.9, 0.2]), "3d_mask": np.array([0.8])}, 0.5)
    {'print': 0.5, '3d_mask': 0.0}
    """
    empty = [name for name, scores in spoof_scores.items() if not len(scores)]
    if empty or not spoof_scores:
        raise FascoreError(
            "APCER needs at least one image per PAI species. "
            f"Received none for: {empty or 'all'}. Drop the species or widen the split."
        )
    return {
        name: float((in_range(scores) < threshold).mean()) for name, scores in spoof_scores.items()
    }


def bpcer(live_scores: np.ndarray, threshold: float) -> float:
    """Bona fide presentation classification error rate: live images taken for attacks."""
    if not len(live_scores):
        raise FascoreError("BPCER needs live images. Received: none. Widen the split.")
    return float((in_range(live_scores) >= threshold).mean())


@dataclass(frozen=True)
class PadErrors:
    """Errors of presentation attack detection at a threshold (ISO/IEC 30107-3), each in [0, 1].

    What takes images of a class that has none is NaN, and `worst` is "" without attacks.

    Attributes
    ----------
    apcer : float
        Of the worst PAI species.
    worst : str
        That species.
    by_species, by_type : dict of str to float
    bpcer : float
    pooled_apcer : float
        Attacks accepted, all species together.
    """

    apcer: float
    worst: str
    by_species: dict[str, float]
    by_type: dict[str, float]
    bpcer: float
    pooled_apcer: float


def pad_errors(
    live_scores: np.ndarray,
    *,
    by_species: Mapping[str, np.ndarray],
    by_type: Mapping[str, np.ndarray],
    threshold: float,
) -> PadErrors:
    """The errors of presentation attack detection at a threshold.

    Parameters
    ----------
    live_scores : array of shape (n_live,)
    by_species, by_type : mappings of str to array
        Scores of the same spoof images, by PAI species and by spoof type.
    threshold : float

    Raises
    ------
    FascoreError
        If a species or type that is named has no images, or a score is outside [0, 1].
    """
    species, types = (
        apcer_by_species(each, threshold) if each else {} for each in (by_species, by_type)
    )
    worst = max(species, key=species.__getitem__, default="")
    apcer = species.get(worst, math.nan)
    rejected = bpcer(live_scores, threshold) if len(live_scores) else math.nan
    attacks = list(by_species.values())
    pooled = float((np.concatenate(attacks) < threshold).mean()) if attacks else math.nan
    return PadErrors(
        apcer=apcer,
        worst=worst,
        by_species=species,
        by_type=types,
        bpcer=rejected,
        pooled_apcer=pooled,
    )


@dataclass(frozen=True)
class ErrorCurve:
    """Both error rates at every threshold that tells scores apart, thresholds rising.

    Attributes
    ----------
    thresholds : float64 array of shape (n,)
        0, half way between neighbouring scores, and 1 (above every score below 1).
    pooled_apcer, bpcer : float64 arrays of shape (n,)
        Attacks accepted, all species together, and bona fide rejected. 1 - pooled_apcer over bpcer
        is the ROC curve.
    apcer : float64 array of shape (n,)
        Attacks accepted of the species where most are: ISO/IEC 30107-3's APCER. It and bpcer on
        probit axes are the DET curve.
    """

    thresholds: np.ndarray
    pooled_apcer: np.ndarray
    bpcer: np.ndarray
    apcer: np.ndarray

    @property
    def eer(self) -> float:
        """Equal error rate: where straight lines between the points cross pooled_apcer = bpcer."""
        gap = self.pooled_apcer - self.bpcer
        after = int(np.argmax(gap >= 0))
        if gap[after] == 0 or after == 0:
            return float(self.bpcer[after])
        share = gap[after] / (gap[after] - gap[after - 1])
        return float(self.bpcer[after] + share * (self.bpcer[after - 1] - self.bpcer[after]))

    def bpcer_at_apcer(self, apcer: float) -> float:
        """Smallest BPCER of a threshold that accepts at most this share of each species."""
        return float(self.bpcer[self.apcer <= apcer].min())

    def apcer_at_bpcer(self, bpcer: float) -> float:
        """Smallest APCER of a threshold that rejects at most this share of the bona fide."""
        return float(self.apcer[self.bpcer <= bpcer].min())

    def recall_at_fpr(self, fpr: float) -> float:
        """Largest share of attacks, all species together, caught while at most this share of bona
        fide is rejected.
        """
        return float(1 - self.pooled_apcer[self.bpcer <= fpr].min())


def error_curve(
    live_scores: np.ndarray,
    spoof_scores: np.ndarray,
    *,
    by_species: Mapping[str, np.ndarray] | None = None,
) -> ErrorCurve:
    """APCER, pooled and of the worst species, and BPCER at every threshold.

    Parameters
    ----------
    live_scores, spoof_scores : arrays of shape (n_live,) and (n_spoof,)
    by_species : mapping of str to array, optional
        The same spoof scores by PAI species; without it all attacks count as one species.

    Raises
    ------
    FascoreError
        If a class has no images or a score is outside [0, 1].

    Examples
    --------
    >>> curve = error_curve(np.array([0.1, 0.6]), np.array([0.4, 0.9]))
    >>> curve.eer, curve.bpcer_at_apcer(0.0)
    (0.5, 0.5)
    """
    scores = np.unique(checked(live_scores, spoof_scores))
    thresholds = np.concatenate([[0.0], (scores[1:] + scores[:-1]) / 2, [np.nextafter(1, 2)]])
    pooled, *species = (
        np.searchsorted(np.sort(attacks), thresholds, side="left") / len(attacks)
        for attacks in (spoof_scores, *(by_species or {"all": spoof_scores}).values())
    )
    under = np.searchsorted(np.sort(live_scores), thresholds, side="left")
    # a count over n and not 1 minus a rate: 1 - 0.99 is above 0.01
    bpcer = (len(live_scores) - under) / len(live_scores)
    return ErrorCurve(thresholds, pooled, bpcer, np.max(species, axis=0))


def checked(live_scores: np.ndarray, spoof_scores: np.ndarray) -> np.ndarray:
    """All scores, live first, after checking that there are both and all are in [0, 1]."""
    if not len(live_scores) or not len(spoof_scores):
        raise FascoreError(
            "Metrics need images of both classes. "
            f"Received: {len(live_scores)} live, {len(spoof_scores)} spoof. Widen the split."
        )
    return in_range(np.concatenate([live_scores, spoof_scores]))


def in_range(scores: np.ndarray) -> np.ndarray:
    """The scores; FascoreError if one is outside [0, 1] or not a number."""
    bad = ~((scores >= 0) & (scores <= 1))
    if bad.any():
        raise FascoreError(
            f"Scores are P(spoof) in [0, 1]. Received: {scores[bad][0]}. Score the images again."
        )
    return scores
