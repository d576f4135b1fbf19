"""What a report says, as JSON that validates against schema.json."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd

from fascore.models import MODELS, model_title
from fascore.paper import read_paper
from fascore.report.origin import made_now, software_versions
from fascore.scores.across_sets import CROSS_METRICS, Tested
from fascore.scores.comparison import Comparison
from fascore.scores.definitions import METRICS, WORST, Number
from fascore.scores.error_rates import ErrorCurve
from fascore.scores.rate_curves import curve_points
from fascore.scores.slices import RATE_OF, slice_columns, slices
from fascore.scores.thresholds import ThresholdChoice
from fascore.stats.intervals import Interval, flatten_interval, restore_interval
from fascore.stats.ranking import Ranking
from fascore.stats.training_noise import TrainingNoise
from fascore.tone_scores import TONE_COLUMNS

SCHEMA = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))


def report_data(
    comparison: Comparison,
    rankings: Mapping[str, Ranking],
    *,
    choice: ThresholdChoice,
    noise: TrainingNoise | None = None,
    noise_note: str = "",
    left_out: Mapping[str, str] | None = None,
    test_sets: Sequence[Tested] = (),
    test_set_problems: Sequence[str] = (),
) -> dict[str, Any]:
    """The report of a comparison; validated against `SCHEMA`.

    Parameters
    ----------
    comparison : Comparison
        Of at least one model.
    rankings : dict of str to Ranking
        `fascore.scores.comparison.rank_models` of the same models.
    choice : ThresholdChoice
        How the comparison's thresholds were chosen.
    noise : TrainingNoise, optional
        Of the store's study.
    noise_note : str
        What must be said of the study's runs, or why it says nothing.
    left_out : dict of str to str
        Why a model of the store is not compared, by name.
    test_sets : sequence of Tested
        The store's networks, and detectors from elsewhere, on each of its test sets.
    test_set_problems : sequence of str
        Why test sets and detectors are left out.
    """
    first = next(iter(comparison.models.values()))
    data = {
        "made": made_now(),
        "software": software_versions(),
        "data_set": {"simulated": False} | first.card.data | {"test_images": len(first.test)},
        "threshold_rule": choice.title,
        "test_set": {
            "title": comparison.set_title,
            "own": comparison.is_own,
            "images": comparison.num_images,
            "one_class_note": comparison.one_class_note,
            "shared": comparison.tested.shared_words if comparison.tested else "",
        },
        "threshold_note": choice.note
        if comparison.is_own
        else choice.note_on(comparison.set_title),
        "bootstrap_unit": next(iter(rankings.values())).unit,
        "definitions": {
            name: {"title": about.title, "sentence": about.sentence, "formula": about.formula}
            for name, about in METRICS.items()
        },
        "models": [_model(name, comparison, rankings[name]) for name in comparison.models],
        "left_out": dict(left_out or {}),
        "paired_tests": [
            asdict(test) | {"in_words": test.sentence(_title)}
            for test in comparison.chosen(comparison.compared_first).paired_tests()
        ],
        "training_noise": _noise(noise) if noise else None,
        "training_noise_note": noise_note,
        "slices": _slices(comparison),
        "test_sets": [_test_set(each) for each in test_sets],
        "test_set_problems": list(test_set_problems),
        "reported": _reported(),
    }
    jsonschema.validate(data, SCHEMA)
    return data


def _title(name: str) -> str:
    return MODELS[name].title


def _interval(interval: Interval) -> dict[str, float | None]:
    """Its columns; JSON has no NaN, so where one subject allows no ends they are null."""
    columns = flatten_interval(interval)
    return {name: None if math.isnan(value) else value for name, value in columns.items()}


def _number(number: Number) -> Mapping[str, float | None]:
    if isinstance(number, Interval) and number.n:
        return _interval(number)
    estimate = number.estimate if isinstance(number, Interval) else number
    return {"estimate": None if math.isnan(estimate) else estimate}


def _model(name: str, comparison: Comparison, ranking: Ranking) -> dict[str, Any]:
    result, threshold = comparison.measured[name], comparison.thresholds[name]
    training = comparison.models[name].card.training
    return {
        "name": name,
        "title": _title(name),
        "initial_weights": training["initial_weights"],
        "epochs": training["epochs"],
        "threshold": threshold.value,
        "threshold_origin": threshold.origin,
        "metrics": {
            metric: _number(about.of(result, ranking)) for metric, about in METRICS.items()
        },
        "worst_species": result.pad.worst,
        "apcer_by_species": {key: _interval(each) for key, each in result.apcer.items()},
        "confusion": result.rates.confusion.tolist(),
        "curve": _curve(result.quality.curve),
    }


def _curve(curve: ErrorCurve | None) -> dict[str, list[float]] | None:
    """A curve as drawn; None where the images are of one class."""
    if curve is None:
        return None
    return {part: values.tolist() for part, values in curve_points(curve).items()}


def _noise(noise: TrainingNoise) -> dict[str, Any]:
    return {
        "accuracy": {name: noise.accuracy[name].tolist() for name in noise.accuracy},
        "seeds": noise.accuracy.index.tolist(),
        "means": {name: _interval(each) for name, each in noise.means.items()},
        "differences": [asdict(each) for each in noise.differences],
        "spread": noise.spread,
        "noise": noise.noise,
        "residual": noise.test.residual,
        "p": noise.test.p,
        "p_greenhouse_geisser": noise.test.corrected_f_p,
        "smallest": noise.test.smallest,
        "tests_in_words": noise.test.words(),
        "in_words": noise.sentence(_title),
    }


def _test_set(found: Tested) -> dict[str, Any]:
    """A test set, and what was measured on it of each network."""
    return {
        "title": found.words,
        "real_presentations": found.tested.real_presentations,
        "rules": dict(found.rules),
        "networks": [
            {
                "title": model_title(str(name)),
                "worst_species": row[WORST],
                "metrics": {metric: _of_row(row, metric) for metric in CROSS_METRICS},
                "tone": {column: _of_row(row, column) for column in TONE_COLUMNS if column in row},
            }
            for name, row in found.table.iterrows()
        ],
    }


def _of_row(row: pd.Series, metric: str) -> Mapping[str, float | None]:
    """A metric of a table's row, with its interval where it has one."""
    if pd.isna(row[metric]):
        return {"estimate": None}
    known = restore_interval(row, metric, prefix=f"{metric}_") if f"{metric}_low" in row else None
    return _interval(known) if known else {"estimate": float(row[metric])}


def _slices(comparison: Comparison) -> dict[str, list[dict[str, Any]]]:
    samples = next(iter(comparison.models.values())).test
    return {
        title: [
            {
                "value": part.title,
                "rate": RATE_OF[part.label],
                "n": part.n,
                "small": part.small,
                "errors": {name: _interval(each) for name, each in part.errors.items()},
            }
            for part in slices(comparison, column)
        ]
        for column, title in slice_columns(samples).items()
    }


def _reported() -> dict[str, Any]:
    paper = read_paper()
    tables = {title: [asdict(row) for row in rows] for title, rows in paper.tables.items()}
    return {"title": paper.title, "data": paper.data, "tables": tables}
