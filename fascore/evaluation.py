"""A model on a whole test set at one threshold: every number a page or a report shows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fascore.error_rates import (
    ErrorCurve,
    PadErrors,
    apcer_threshold,
    bpcer_threshold,
    eer_threshold,
    error_curve,
    pad_errors,
)
from fascore.labels import LIVE, SPOOF, spoof_type_name
from fascore.metrics import Calibration, Classification, calibration, classify
from fascore.statistics import Interval, rate_interval

DEFAULT_RULE = "eer"
FIXED = 0.5


@dataclass(frozen=True)
class ThresholdRule:
    """How a threshold is chosen on validation: a title, and the choice itself."""

    title: str
    choose: Callable[[pd.DataFrame], float]


def _live(scored: pd.DataFrame) -> np.ndarray:
    return scored.loc[scored["label"] == LIVE, "spoof_score"].to_numpy()


def _spoof(scored: pd.DataFrame) -> pd.DataFrame:
    return scored[scored["label"] == SPOOF]


def _by_species(scored: pd.DataFrame) -> dict[str, np.ndarray]:
    groups = _spoof(scored).groupby("pai_species")["spoof_score"]
    return {str(name): scores.to_numpy() for name, scores in groups}


def _by_type(scored: pd.DataFrame) -> dict[str, np.ndarray]:
    groups = _spoof(scored).groupby("spoof_type")["spoof_score"]
    return {spoof_type_name(int(str(code))): scores.to_numpy() for code, scores in groups}


THRESHOLD_RULES = {
    "eer": ThresholdRule(
        "equal error rate",
        lambda scored: eer_threshold(_live(scored), _spoof(scored)["spoof_score"].to_numpy()),
    ),
    "bpcer_1": ThresholdRule(
        "BPCER = 1 %", lambda scored: bpcer_threshold(_live(scored), limit=0.01)
    ),
    "apcer_5": ThresholdRule(
        "APCER = 5 %", lambda scored: apcer_threshold(_by_species(scored), limit=0.05)
    ),
    "fixed": ThresholdRule("fixed at 0.5", lambda scored: FIXED),
}


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
    curve : ErrorCurve
    calibration : Calibration
    """

    threshold: float
    rates: Classification
    accuracy: Interval
    bpcer: Interval
    pad: PadErrors
    apcer: Mapping[str, Interval]
    curve: ErrorCurve
    calibration: Calibration


def evaluate_scores(scored: pd.DataFrame, *, threshold: float) -> Evaluation:
    """Everything about a model's scores (`Store.scored`) at a threshold.

    Raises
    ------
    ValueError
        If a class has no images or a score is outside [0, 1].
    """
    live, spoof = _live(scored), _spoof(scored)["spoof_score"].to_numpy()
    rates = classify(live, spoof, threshold=threshold)
    by_species = _by_species(scored)
    pad = pad_errors(live, by_species=by_species, by_type=_by_type(scored), threshold=threshold)
    return Evaluation(
        threshold=threshold,
        rates=rates,
        accuracy=rate_interval(int(np.trace(rates.confusion)), rates.num_images),
        bpcer=rate_interval(int(rates.confusion[LIVE, SPOOF]), len(live)),
        pad=pad,
        apcer={
            name: rate_interval(int((each < threshold).sum()), len(each))
            for name, each in by_species.items()
        },
        curve=error_curve(live, spoof),
        calibration=calibration(live, spoof),
    )


def judged_rightly(scored: pd.DataFrame, *, threshold: float) -> np.ndarray:
    """Whether each image is judged rightly at a threshold: bool (n_images,)."""
    verdicts = np.where(scored["spoof_score"].to_numpy() >= threshold, SPOOF, LIVE)
    return verdicts == scored["label"].to_numpy()
