"""Classification metrics of scores, and the threshold chosen on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn import metrics

from fascore.labels import LIVE, PAI_SPECIES, SPOOF


@dataclass(frozen=True)
class Classification:
    """The paper's four metrics (macro averages) and the counts behind them.

    `confusion` (2, 2) counts images: rows the truth, columns the verdict, live then spoof.
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
    ValueError
        If a class has no images or a score is outside [0, 1].

    Examples
    --------
    >>> classify(np.array([0.1, 0.7]), np.array([0.9, 0.6]), threshold=0.5).confusion.tolist()
    [[1, 1], [0, 2]]
    """
    scores = _checked(live_scores, spoof_scores)
    truth = _truth(live_scores, spoof_scores)
    verdicts = np.where(scores >= threshold, SPOOF, LIVE)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, verdicts, average="macro", zero_division=0.0
    )
    return Classification(
        float(metrics.accuracy_score(truth, verdicts)),
        float(precision),
        float(recall),
        float(f1),
        metrics.confusion_matrix(truth, verdicts, labels=[LIVE, SPOOF]),
    )


def auc(live_scores: np.ndarray, spoof_scores: np.ndarray) -> float:
    """Area under the ROC curve: the chance that a spoof scores above a live face."""
    scores = _checked(live_scores, spoof_scores)
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


def eer_threshold(live_scores: np.ndarray, spoof_scores: np.ndarray) -> float:
    """The threshold where APCER (attacks accepted) and BPCER (bona fide rejected) are closest.

    Half way between the scores on either side of it, so that rounding flips no verdict.

    Examples
    --------
    >>> eer_threshold(np.array([0.1, 0.3]), np.array([0.7, 0.9]))
    0.5
    """
    scores = np.unique(_checked(live_scores, spoof_scores))
    candidates = np.concatenate([[0.0], (scores[1:] + scores[:-1]) / 2, [1.0]])
    apcer = np.searchsorted(np.sort(spoof_scores), candidates, side="left") / len(spoof_scores)
    bpcer = 1 - np.searchsorted(np.sort(live_scores), candidates, side="left") / len(live_scores)
    return float(candidates[np.argmin(np.abs(apcer - bpcer))])


def _truth(live_scores: np.ndarray, spoof_scores: np.ndarray) -> np.ndarray:
    return np.repeat([LIVE, SPOOF], [len(live_scores), len(spoof_scores)])


def _checked(live_scores: np.ndarray, spoof_scores: np.ndarray) -> np.ndarray:
    """All scores, live first, after checking that there are both and all are in [0, 1]."""
    if not len(live_scores) or not len(spoof_scores):
        raise ValueError(
            "Metrics need images of both classes. "
            f"Received: {len(live_scores)} live, {len(spoof_scores)} spoof. Widen the split."
        )
    scores = np.concatenate([live_scores, spoof_scores])
    bad = ~((scores >= 0) & (scores <= 1))
    if bad.any():
        raise ValueError(
            f"Scores are P(spoof) in [0, 1]. Received: {scores[bad][0]}. Score the images again."
        )
    return scores
