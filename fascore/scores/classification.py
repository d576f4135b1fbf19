"""Classification metrics of scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn import metrics

from fascore.labels import LIVE, PAI_SPECIES, SPOOF
from fascore.scores.error_rates import checked


@dataclass(frozen=True)
class Classification:
    """The paper's four metrics (macro averages) and the counts behind them.

    `precision` is NaN where all images are called the same: of the class that none is called it is
    undefined. `confusion` (2, 2) counts images: rows the truth, columns the verdict, live then
    spoof.
    """

    accuracy: float
    precision: float
    recall: float
    f1: float
    confusion: np.ndarray

    @property
    def num_images(self) -> int:
        """How many images were judged."""
        return int(self.confusion.sum())


def classify(
    live_scores: np.ndarray, spoof_scores: np.ndarray, *, threshold: float
) -> Classification:
    """The paper's metrics of P(spoof) at a threshold; ``score >= threshold`` is an attack.

    Parameters
    ----------
    live_scores, spoof_scores : arrays of shape (n_live,) and (n_spoof,)
        P(spoof) in [0, 1] of live and of spoof images.
    threshold : float

    Raises
    ------
    FascoreError
        If a class has no images or a score is outside [0, 1].

    Examples
    --------
    >>> classify(np.array([0.1, 0.7]), np.array([0.9, 0.6]), threshold=0.5).confusion.tolist()
    [[1, 1], [0, 2]]
    """
    checked(live_scores, spoof_scores)
    confusion = confusion_matrix(live_scores, spoof_scores, threshold=threshold)
    cells = {"y_true": [LIVE, LIVE, SPOOF, SPOOF], "y_pred": [LIVE, SPOOF, LIVE, SPOOF]}
    counts = confusion.ravel()  # scikit-learn gets four images with weights, not all of them
    precision, recall, f1, _ = (
        np.mean(each)  # scikit-learn's own macro average leaves undefined classes out
        for each in metrics.precision_recall_fscore_support(
            **cells, sample_weight=counts, zero_division=np.nan
        )
    )
    accuracy = metrics.accuracy_score(**cells, sample_weight=counts)
    return Classification(float(accuracy), float(precision), float(recall), float(f1), confusion)


def confusion_matrix(
    live_scores: np.ndarray, spoof_scores: np.ndarray, *, threshold: float
) -> np.ndarray:
    """Counts of images (2, 2): rows the truth, columns the verdict, live then spoof.

    A class without images has a row of zeros.
    """
    caught, rejected = ((each >= threshold).sum() for each in (spoof_scores, live_scores))
    return np.array([[len(live_scores) - rejected, rejected], [len(spoof_scores) - caught, caught]])


def auc(live_scores: np.ndarray, spoof_scores: np.ndarray) -> float:
    """Area under the ROC curve: the chance that a spoof scores above a live face."""
    scores = checked(live_scores, spoof_scores)
    return float(metrics.roc_auc_score(_truth(live_scores, spoof_scores), scores))


def auc_by_species(scores: np.ndarray, labels: np.ndarray, species: np.ndarray) -> dict[str, float]:
    """AUC of P(spoof): "all" spoofs, then each PAI species that occurs, against the live images.

    Parameters
    ----------
    scores, labels, species : arrays of shape (n_images,)
        P(spoof) in [0, 1], 0 live or 1 spoof, PAI species by name ("live" for live images).
    """
    live = scores[labels == LIVE]
    result = {"all": auc(live, scores[labels == SPOOF])}
    for name in PAI_SPECIES:
        if (species == name).any():
            result[name] = auc(live, scores[species == name])
    return result


def average_precision(live_scores: np.ndarray, spoof_scores: np.ndarray) -> float:
    """Mean precision over the recalls of spoof, by falling score."""
    scores = checked(live_scores, spoof_scores)
    mean = metrics.average_precision_score(_truth(live_scores, spoof_scores), scores)
    return float(min(mean, 1.0))  # a sum of rounded steps may end just above 1


def brier(live_scores: np.ndarray, spoof_scores: np.ndarray) -> float:
    """Mean squared distance of P(spoof) from the truth, 0 or 1."""
    scores = checked(live_scores, spoof_scores)
    return float(metrics.brier_score_loss(_truth(live_scores, spoof_scores), scores))


@dataclass(frozen=True)
class Calibration:
    """P(spoof) against the share of spoofs, in bins of equal width that hold images.

    Attributes
    ----------
    score, share : float64 arrays of shape (n_bins,)
        Mean score and share of spoofs in a bin.
    count : int64 array of shape (n_bins,)
    error : float
        Expected calibration error: mean distance of the two, weighted by count.
    """

    score: np.ndarray
    share: np.ndarray
    count: np.ndarray
    error: float


def calibration(
    live_scores: np.ndarray, spoof_scores: np.ndarray, *, num_bins: int = 10
) -> Calibration:
    """How far P(spoof) can be read as a probability (Naeini et al. 2015, on P(spoof))."""
    scores = checked(live_scores, spoof_scores)
    truth = _truth(live_scores, spoof_scores)
    bins = np.minimum((scores * num_bins).astype(int), num_bins - 1)
    count = np.bincount(bins, minlength=num_bins)
    held = count > 0
    score = np.bincount(bins, scores, num_bins)[held] / count[held]
    share = np.bincount(bins, truth, num_bins)[held] / count[held]
    error = float((np.abs(score - share) * count[held]).sum() / len(scores))
    return Calibration(score, share, count[held], error)


def _truth(live_scores: np.ndarray, spoof_scores: np.ndarray) -> np.ndarray:
    return np.repeat([LIVE, SPOOF], [len(live_scores), len(spoof_scores)])
