"""A model on a whole test set: every number a page or a report shows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fascore.labels import LIVE, SPOOF
from fascore.scores.classification import (
    Calibration,
    Classification,
    average_precision,
    brier,
    calibration,
    classify,
    confusion_matrix,
)
from fascore.scores.error_rates import ErrorCurve, PadErrors, error_curve, in_range, pad_errors
from fascore.scores.thresholds import live_scores, scores_by_species, scores_by_type, spoof_scores
from fascore.stats.intervals import UNDEFINED, Interval
from fascore.stats.rates import clustered_rate, mean_rate, owners


@dataclass(frozen=True)
class ScoreQuality:
    """A model's scores of a test set by class and kind, and what holds of them at any threshold.

    Attributes
    ----------
    scores, labels, owner : arrays of shape (n_images,)
        P(spoof), 0 live or 1 spoof, and whose each image is (`fascore.stats.rates.owners`).
    species_rows : dict of str to int array
        Rows of each PAI species' images in these arrays.
    live : array of shape (n_live,)
    by_species, by_type : dicts of str to array
        Scores of the spoof images, by PAI species and by spoof type.
    curve : ErrorCurve or None
    calibration : Calibration or None
        None, like the next two NaN, where the images are of one class.
    average_precision, brier : float
    """

    scores: np.ndarray
    labels: np.ndarray
    owner: np.ndarray
    species_rows: Mapping[str, np.ndarray]
    live: np.ndarray
    by_species: Mapping[str, np.ndarray]
    by_type: Mapping[str, np.ndarray]
    curve: ErrorCurve | None
    calibration: Calibration | None
    average_precision: float
    brier: float

    def bpcer_at_apcer(self, apcer: float) -> float:
        """`ErrorCurve.bpcer_at_apcer`; NaN with images of one class."""
        return self.curve.bpcer_at_apcer(apcer) if self.curve else math.nan

    def recall_at_fpr(self, fpr: float) -> float:
        """`ErrorCurve.recall_at_fpr`; NaN with images of one class."""
        return self.curve.recall_at_fpr(fpr) if self.curve else math.nan

    @property
    def calibration_error(self) -> float:
        """Expected calibration error; NaN with images of one class."""
        return self.calibration.error if self.calibration else math.nan


@dataclass(frozen=True)
class Evaluation:
    """One model on one test set at a threshold; what its classes do not define is NaN.

    Attributes
    ----------
    threshold : float
    rates : Classification
        The paper's metrics.
    accuracy, bpcer : Interval
    acer, hter : Interval
        Means of BPCER and of the APCER of the worst species, or of all attacks pooled; to be shown
        beside both only.
    pad : PadErrors
    apcer : dict of str to Interval
        By PAI species.
    quality : ScoreQuality
    """

    threshold: float
    rates: Classification
    accuracy: Interval
    bpcer: Interval
    acer: Interval
    hter: Interval
    pad: PadErrors
    apcer: Mapping[str, Interval]
    quality: ScoreQuality


def score_quality(scored: pd.DataFrame) -> ScoreQuality:
    """What of a scored table (`Store.scored`) needs no threshold.

    Raises
    ------
    FascoreError
        If a score is outside [0, 1].
    """
    in_range(scored["spoof_score"].to_numpy())
    live, spoof, by_species = live_scores(scored), spoof_scores(scored), scores_by_species(scored)
    both = bool(len(live) and len(spoof))
    attacks = scored.assign(row=np.arange(len(scored)))[scored["label"] == SPOOF]
    return ScoreQuality(
        scored["spoof_score"].to_numpy(),
        scored["label"].to_numpy(),
        owners(scored["subject"].to_list())[0],
        {str(name): rows.to_numpy() for name, rows in attacks.groupby("pai_species")["row"]},
        live,
        by_species,
        scores_by_type(scored),
        error_curve(live, spoof, by_species=by_species) if both else None,
        calibration(live, spoof) if both else None,
        average_precision(live, spoof) if both else math.nan,
        brier(live, spoof) if both else math.nan,
    )


def evaluate_scores(quality: ScoreQuality, *, threshold: float) -> Evaluation:
    """Everything about a model's scores at a threshold.

    Parameters
    ----------
    quality : ScoreQuality
        `score_quality` of the test set.
    threshold : float
    """
    live, by_species, owner = quality.live, quality.by_species, quality.owner
    right = (quality.scores >= threshold) == (quality.labels == SPOOF)
    faces = quality.labels == LIVE
    pad = pad_errors(live, by_species=by_species, by_type=quality.by_type, threshold=threshold)
    rejected = ~right[faces], owner[faces]
    worst = quality.species_rows.get(pad.worst, np.array([], int))
    return Evaluation(
        threshold=threshold,
        rates=_classification(live, quality.scores[~faces], threshold=threshold),
        accuracy=clustered_rate(right, owner),
        bpcer=clustered_rate(*rejected) if faces.any() else UNDEFINED,
        acer=mean_rate((~right[worst], owner[worst]), rejected),
        hter=mean_rate((~right[~faces], owner[~faces]), rejected),
        pad=pad,
        apcer={
            name: clustered_rate(~right[rows], owner[rows])
            for name, rows in quality.species_rows.items()
        },
        quality=quality,
    )


def _classification(live: np.ndarray, spoof: np.ndarray, *, threshold: float) -> Classification:
    """`classify`; of one class only accuracy and the counts are defined."""
    if len(live) and len(spoof):
        return classify(live, spoof, threshold=threshold)
    confusion = confusion_matrix(live, spoof, threshold=threshold)
    accuracy = float(np.trace(confusion) / confusion.sum())
    return Classification(accuracy, math.nan, math.nan, math.nan, confusion)


def judged_rightly(scored: pd.DataFrame, *, threshold: float) -> pd.Series:
    """Whether each image is judged rightly at a threshold: bool, by sample_id.

    Raises
    ------
    FascoreError
        If a score is outside [0, 1] or not a number: it would pass for live.
    """
    attack = in_range(scored["spoof_score"].to_numpy()) >= threshold
    return (scored["label"] == SPOOF) == attack
