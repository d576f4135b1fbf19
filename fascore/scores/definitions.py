"""What each metric means, and where its number is found. A term means the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from fascore.scores.evaluation import Evaluation
from fascore.stats.intervals import ENDS, UNDEFINED, Interval, flatten_interval
from fascore.stats.ranking import Ranking

Number = float | Interval


@dataclass(frozen=True)
class Metric:
    """One metric: its title, a sentence, its formula in plain text, and how to read it off.

    `better` says which way is good.
    """

    title: str
    sentence: str
    formula: str
    better: Literal["high", "low"]
    of: Callable[[Evaluation, Ranking], Number]


METRICS: dict[str, Metric] = {
    "accuracy": Metric(
        "Accuracy", "Share of all images judged rightly.",
        "images judged rightly / images", "high", lambda at, rank: at.accuracy,
    ),
    "precision": Metric(
        "Precision", "Of what is called live and of what is called spoof, the share that is; the "
        "mean of the two (macro). Undefined where one of them is never said.",
        "mean over classes c of: images of c called c / images called c", "high",
        lambda at, rank: at.rates.precision,
    ),
    "recall": Metric(
        "Recall", "Of the live and of the spoof images, the share called so; the mean of the two "
        "(macro).",
        "mean over classes c of: images of c called c / images of c", "high",
        lambda at, rank: at.rates.recall,
    ),
    "f1": Metric(
        "F1", "Harmonic mean of a class's precision and recall; the mean of the two classes "
        "(macro).",
        "mean over classes c of: 2 · images of c called c / (images of c + images called c)",
        "high",
        lambda at, rank: at.rates.f1,
    ),
    "apcer": Metric(
        "APCER", "Attack presentation classification error rate: attacks accepted as bona fide, "
        "of the PAI species where most are (ISO/IEC 30107-3).",
        "max over species s of: attacks of s with score < threshold / attacks of s", "low",
        lambda at, rank: at.apcer.get(at.pad.worst, UNDEFINED),
    ),
    "bpcer": Metric(
        "BPCER", "Bona fide presentation classification error rate: bona fide faces rejected as "
        "attacks (ISO/IEC 30107-3).",
        "bona fide with score ≥ threshold / bona fide", "low", lambda at, rank: at.bpcer,
    ),
    "acer": Metric(
        "ACER", "Mean of APCER and BPCER; hides which of the two errs.",
        "(APCER + BPCER) / 2", "low", lambda at, rank: at.acer,
    ),
    "hter": Metric(
        "Pooled HTER", "Half total error rate: mean of BPCER and of the attacks accepted, all "
        "species pooled.",
        "(pooled APCER + BPCER) / 2", "low", lambda at, rank: at.hter,
    ),
    "eer": Metric(
        "Pooled EER", "Equal error rate: where pooled APCER and BPCER meet as the threshold moves.",
        "BPCER at the threshold t where APCER(t) = BPCER(t)", "low", lambda at, rank: rank.eer,
    ),
    "auc": Metric(
        "Pooled AUC", "Area under the ROC curve: the chance that an attack, all species pooled, "
        "scores above a bona fide face.",
        "P(score of an attack > score of a bona fide) + P(equal) / 2", "high",
        lambda at, rank: rank.auc,
    ),
    "average_precision": Metric(
        "AP", "Average precision: precision of \"attack\" averaged over its recalls.",
        "sum over thresholds n of: (recall_n − recall_(n−1)) · precision_n", "high",
        lambda at, rank: at.quality.average_precision,
    ),
    "bpcer_at_apcer_1": Metric(
        "BPCER at APCER 1 %", "Bona fide rejected when at most 1 % of each species\' attacks are "
        "accepted (ISO/IEC 30107-3).",
        "min of BPCER(t) over t with APCER(t) ≤ 0.01", "low",
        lambda at, rank: at.quality.bpcer_at_apcer(0.01),
    ),
    "bpcer_at_apcer_5": Metric(
        "BPCER at APCER 5 %", "Bona fide rejected when at most 5 % of each species\' attacks are "
        "accepted (ISO/IEC 30107-3).",
        "min of BPCER(t) over t with APCER(t) ≤ 0.05", "low",
        lambda at, rank: at.quality.bpcer_at_apcer(0.05),
    ),
    "bpcer_at_apcer_10": Metric(
        "BPCER at APCER 10 %", "Bona fide rejected when at most 10 % of each species\' attacks are "
        "accepted (ISO/IEC 30107-3).",
        "min of BPCER(t) over t with APCER(t) ≤ 0.10", "low",
        lambda at, rank: at.quality.bpcer_at_apcer(0.1),
    ),
    "recall_at_fpr_1": Metric(
        "Pooled recall at FPR 1 %", "Attacks caught, all species pooled, when at most 1 % of "
        "the bona fide are rejected.",
        "max of 1 − pooled APCER(t) over t with BPCER(t) ≤ 0.01", "high",
        lambda at, rank: at.quality.recall_at_fpr(0.01),
    ),
    "recall_at_fpr_05": Metric(
        "Pooled recall at FPR 0.5 %", "Attacks caught, all species pooled, when at most 0.5 % of "
        "the bona fide are rejected.",
        "max of 1 − pooled APCER(t) over t with BPCER(t) ≤ 0.005", "high",
        lambda at, rank: at.quality.recall_at_fpr(0.005),
    ),
    "recall_at_fpr_01": Metric(
        "Pooled recall at FPR 0.1 %", "Attacks caught, all species pooled, when at most 0.1 % of "
        "the bona fide are rejected.",
        "max of 1 − pooled APCER(t) over t with BPCER(t) ≤ 0.001", "high",
        lambda at, rank: at.quality.recall_at_fpr(0.001),
    ),
    "brier": Metric(
        "Brier score", "Mean squared distance of P(spoof) from the truth.",
        "mean over images of: (score − label)²", "low", lambda at, rank: at.quality.brier,
    ),
    "calibration_error": Metric(
        "ECE", "Expected calibration error: how far P(spoof) is from the share of attacks among "
        "images that score alike, in ten bins.",
        "sum over bins b of: images in b / images · |mean score in b − share of attacks in b|",
        "low", lambda at, rank: at.quality.calibration_error,
    ),
}  # fmt: skip

PAPER_METRICS = ("accuracy", "precision", "recall", "f1")
PAD_METRICS = ("apcer", "bpcer", "acer", "auc", "eer", "hter")
OPERATING_METRICS = tuple(name for name in METRICS if "_at_" in name)
SCORE_METRICS = ("average_precision", "brier", "calibration_error")
WORST = "worst_species"  # of a table's columns: the species whose APCER it is


def metric_columns(metrics: Sequence[str]) -> list[str]:
    """All columns that `metric_table` may have of these metrics."""
    ends = ("", *(f"_{end}" for end in ENDS))
    return [f"{name}{end}" for name in metrics for end in ends]


def metric_table(
    measured: Mapping[str, Evaluation], rankings: Mapping[str, Ranking]
) -> pd.DataFrame:
    """All metrics, and `worst_species`, the one whose APCER it is ("" without attacks).

    A row a model; where a metric has an interval, `_low`, `_high` and `_n` too.
    """
    rows = {
        name: {
            column: value
            for metric, about in METRICS.items()
            for column, value in _columns(metric, about.of(result, rankings[name])).items()
        }
        | {WORST: result.pad.worst}
        for name, result in measured.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _columns(metric: str, number: Number) -> dict[str, float]:
    if not isinstance(number, Interval):
        return {metric: number}
    return flatten_interval(number, metric, prefix=f"{metric}_")
