"""Every number of a store's test set as tables that can be taken home: CSV files in a .zip."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from fascore.errors import FascoreError
from fascore.labels import CLASS_NAMES
from fascore.paper import Paper, Reported, read_paper
from fascore.report.origin import Exported, Origin, made_now, software_versions, table_name
from fascore.scores.across_sets import Tested, across_sets
from fascore.scores.comparison import Comparison, rank_models
from fascore.scores.definitions import PAPER_METRICS, metric_table
from fascore.scores.rate_curves import curve_points
from fascore.scores.slices import RATE_OF, Slice, slice_columns, slices
from fascore.scores.temperature import calibration_table
from fascore.scores.thresholds import ThresholdChoice
from fascore.shipped import recorded
from fascore.stats.intervals import flatten_interval
from fascore.stats.paired import PairedTest
from fascore.stats.training_noise import TrainingNoise, measure_runs, training_noise
from fascore.store import Store, study_runs


def comparison_origin(store: Store, comparison: Comparison, choice: ThresholdChoice) -> Origin:
    """Where the numbers of a comparison on one of a store's test sets are from."""
    names = ", ".join(sorted({model.card.data["name"] for model in comparison.models.values()}))
    return Origin(
        recorded(store.path),
        names,
        f"{comparison.set_title}, test split" if comparison.is_own else comparison.set_title,
        choice.title,
        {name: each.value for name, each in comparison.thresholds.items()},
    )


def metrics_numbers(
    store: Store, comparison: Comparison, choice: ThresholdChoice
) -> tuple[dict[str, Exported], dict[str, str]]:
    """All tables of the Metrics page by name, and why others cannot be made.

    Paired tests are those between `Comparison.compared_first`, as the page shows them unless other
    networks are chosen.
    """
    origin = comparison_origin(store, comparison, choice)
    made: dict[str, Callable[[], pd.DataFrame]] = {
        "metrics": lambda: metric_table(comparison.measured, rank_models(comparison.models)),
        "thresholds": lambda: thresholds_numbers(comparison),
        "confusion": lambda: confusion_numbers(comparison),
        "curves": lambda: curves_numbers(comparison),
        "pairs": lambda: pairs_numbers(comparison.chosen(comparison.compared_first).paired_tests()),
        "slices": lambda: _all_slices(comparison),
        "calibration": lambda: calibration_table(comparison.models).rename_axis("model"),
    }
    tables, failed = {}, {}
    for name, make in made.items():
        try:
            tables[name] = Exported(make(), origin)
        except FascoreError as err:
            failed[name] = str(err)
    found, problems = across_sets(store, origin.thresholds)
    if found:
        tables["across_sets"] = Exported(sets_numbers(found, rule=choice.title), origin)
    if problems:
        failed["across_sets"] = " ".join(problems)
    noise, why = _noise(store, choice)
    if noise is not None:
        tables["runs"] = Exported(runs_numbers(noise), run_origin(origin))
        tables["run_differences"] = Exported(run_differences(noise), run_origin(origin))
    elif why:
        failed["runs"] = why
    paper = read_paper()
    for number, rows in enumerate(paper.tables.values(), start=1):
        tables[f"reported_{number}"] = Exported(reported_numbers(rows), paper_origin(paper))
    return {name: each for name, each in tables.items() if len(each.rows)}, failed


def zipped(
    tables: Mapping[str, Exported], *, failed: Mapping[str, str], about: Mapping[str, Any]
) -> bytes:
    """Tables as CSV files in a .zip, and about.json: when, with what, and what is missing and why.

    Parameters
    ----------
    tables : mapping of str to Exported
        By table; a file's name says table, store and test set.
    failed : mapping of str to str
        Why a table is not in it, by table.
    about : mapping
        What else to record.
    """
    record = {
        "made": made_now(),
        "software": software_versions(),
        **about,
        "left_out": dict(failed),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", json.dumps(record, indent=2) + "\n")
        for name, each in tables.items():
            archive.writestr(table_name(name, each.origin), each.csv())
    return file.getvalue()


def run_origin(origin: Origin) -> Origin:
    """Of a study's runs: on the own test split, each at a threshold of its own by the same rule."""
    return replace(origin, test_set=f"{origin.data_set}, test split", thresholds={})


def paper_origin(paper: Paper) -> Origin:
    """Of the paper's figures, as reported."""
    return Origin("the paper", paper.data, paper.data, "not reported")


def thresholds_numbers(comparison: Comparison) -> pd.DataFrame:
    """A row a model: threshold, where it is from, and how the model was trained."""
    rows = [
        {
            "model": name,
            "threshold": comparison.thresholds[name].value,
            "threshold_origin": comparison.thresholds[name].origin,
            "initial_weights": model.card.training["initial_weights"],
            "epochs": model.card.training["epochs"],
        }
        for name, model in comparison.models.items()
    ]
    return pd.DataFrame(rows)


def confusion_numbers(comparison: Comparison) -> pd.DataFrame:
    """A row for each model, truth and verdict: how many images."""
    rows = [
        {"model": name, "label": truth, "verdict": verdict, "images": int(matrix[i, j])}
        for name, result in comparison.measured.items()
        for matrix in [result.rates.confusion]
        for i, truth in enumerate(CLASS_NAMES)
        for j, verdict in enumerate(CLASS_NAMES)
    ]
    return pd.DataFrame(rows)


def curves_numbers(comparison: Comparison) -> pd.DataFrame:
    """A row a point of each model's curve as drawn: the threshold there, and its error rates."""
    parts = [
        pd.DataFrame(curve_points(result.quality.curve))
        .rename(columns={"thresholds": "threshold_here"})
        .assign(model=name)
        for name, result in comparison.measured.items()
        if result.quality.curve is not None  # of images of one class there is none
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def pairs_numbers(tests: Sequence[PairedTest]) -> pd.DataFrame:
    """A row a pair of models: `PairedTest`."""
    return pd.DataFrame([vars(test) for test in tests])


def runs_numbers(noise: TrainingNoise) -> pd.DataFrame:
    """A row a run of a study: model, seed, accuracy."""
    runs = noise.accuracy.rename_axis(index="seed", columns="model")
    return runs.stack().rename("accuracy").reset_index()


def run_differences(noise: TrainingNoise) -> pd.DataFrame:
    """A row a pair of variants over the same seeds."""
    rows = [
        {
            "first": each.first,
            "second": each.second,
            **flatten_interval(each.interval, "difference"),
            "p_bonferroni": each.p,
        }
        for each in noise.differences
    ]
    return pd.DataFrame(rows)


def slices_numbers(parts: Sequence[Slice], column: str) -> pd.DataFrame:
    """A row for each slice and model: its error rate. `column` is what is sliced by."""
    rows = [
        {
            "by": column,
            "slice": part.title,
            "rate": RATE_OF[part.label],
            "model": name,
            **flatten_interval(errors),
        }
        for part in parts
        for name, errors in part.errors.items()
    ]
    return pd.DataFrame(rows)


def sets_numbers(found: Sequence[Tested], *, rule: str) -> pd.DataFrame:
    """A row for each test set and model; another detector has a rule of its own."""
    parts = [
        each.table.reset_index().assign(
            test_set=each.tested.title,
            images=len(each.tested.samples),
            threshold_rule=[each.rules.get(str(name), rule) for name in each.table.index],
        )
        for each in found
    ]
    return pd.concat(parts, ignore_index=True)


def reported_numbers(rows: Sequence[Reported]) -> pd.DataFrame:
    """A row a model of one of the paper's tables, as reported."""
    numbers = [
        {
            "model": row.name,
            **flatten_interval(row.accuracy, "accuracy", prefix="accuracy_"),
            **{rate: getattr(row, rate) for rate in PAPER_METRICS[1:]},
        }
        for row in rows
    ]
    return pd.DataFrame(numbers)


def _all_slices(comparison: Comparison) -> pd.DataFrame:
    columns = slice_columns(next(iter(comparison.models.values())).test)
    parts = [slices_numbers(slices(comparison, each), title) for each, title in columns.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _noise(store: Store, choice: ThresholdChoice) -> tuple[TrainingNoise | None, str]:
    """What a store's study says, or why it says nothing; neither without one."""
    if not (runs := study_runs(store.path)):
        return None, ""
    try:
        return training_noise(measure_runs(runs, choice)), ""
    except FascoreError as err:
        return None, str(err)
