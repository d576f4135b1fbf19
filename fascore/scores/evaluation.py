"""A model on a whole test set: every number a page or a report shows of it."""

from __future__ import annotations

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
)
from fascore.scores.error_rates import ErrorCurve, PadErrors, error_curve, in_range, pad_errors
from fascore.scores.thresholds import live_scores, scores_by_species, scores_by_type, spoof_scores
from fascore.stats.intervals import Interval, clustered_rate, owners


@dataclass(frozen=True)
class ScoreQuality:
    """A model's scores of a split by class and kind, and what holds of them at any threshold.

    Attributes
    ----------
    scores, labels, owner : arrays of shape (n_images,)
        P(spoof), 0 live or 1 spoof, and whose each image is (`fascore.stats.intervals.owners`).
    species_rows : dict of str to int array
        Rows of each PAI species' images in these arrays.
    live : array of shape (n_live,)
    by_species, by_type : dicts of str to array
        Scores of the spoof images, by PAI species and by spoof type.
    curve : ErrorCurve
    calibration : Calibration
    average_precision, brier : float
    """

    scores: np.ndarray
    labels: np.ndarray
    owner: np.ndarray
    species_rows: Mapping[str, np.ndarray]
    live: np.ndarray
    by_species: Mapping[str, np.ndarray]
    by_type: Mapping[str, np.ndarray]
    curve: ErrorCurve
    calibration: Calibration
    average_precision: float
    brier: float


@dataclass(frozen=True)
class Evaluation:
    """One model on one split at a threshold.

    Attributes
    ----------
    threshold : float
    rates : Classification
        The paper's metrics.
    accuracy, bpcer : Interval
    pad : PadErrors
    apcer : dict of str to Interval
        By PAI species.
    quality : ScoreQuality
    """

    threshold: float
    rates: Classification
    accuracy: Interval
    bpcer: Interval
    pad: PadErrors
    apcer: Mapping[str, Interval]
    quality: ScoreQuality


def score_quality(scored: pd.DataFrame) -> ScoreQuality:
    """What of a scored table (`Store.scored`) needs no threshold.

    Raises
    ------
    FascoreError
        If a class has no images or a score is outside [0, 1].
    """
    live, spoof, by_species = live_scores(scored), spoof_scores(scored), scores_by_species(scored)
    attacks = scored.assign(row=np.arange(len(scored)))[scored["label"] == SPOOF]
    return ScoreQuality(
        scored["spoof_score"].to_numpy(),
        scored["label"].to_numpy(),
        owners(scored["subject"].to_list())[0],
        {str(name): rows.to_numpy() for name, rows in attacks.groupby("pai_species")["row"]},
        live,
        by_species,
        scores_by_type(scored),
        error_curve(live, spoof, by_species=by_species),
        calibration(live, spoof),
        average_precision(live, spoof),
        brier(live, spoof),
    )


def evaluate_scores(quality: ScoreQuality, *, threshold: float) -> Evaluation:
    """Everything about a model's scores at a threshold.

    Parameters
    ----------
    quality : ScoreQuality
        `score_quality` of the split.
    threshold : float
    """
    live, by_species, owner = quality.live, quality.by_species, quality.owner
    right = (quality.scores >= threshold) == (quality.labels == SPOOF)
    faces = quality.labels == LIVE
    rates = classify(live, np.concatenate(list(by_species.values())), threshold=threshold)
    return Evaluation(
        threshold=threshold,
        rates=rates,
        accuracy=clustered_rate(right, owner),
        bpcer=clustered_rate(~right[faces], owner[faces]),
        pad=pad_errors(live, by_species=by_species, by_type=quality.by_type, threshold=threshold),
        apcer={
            name: clustered_rate(~right[rows], owner[rows])
            for name, rows in quality.species_rows.items()
        },
        quality=quality,
    )


def judged_rightly(scored: pd.DataFrame, *, threshold: float) -> pd.Series:
    """Whether each image is judged rightly at a threshold: bool, by sample_id.

    Raises
    ------
    FascoreError
        If a score is outside [0, 1] or not a number: it would pass for live.
    """
    attack = in_range(scored["spoof_score"].to_numpy()) >= threshold
    return (scored["label"] == SPOOF) == attack
