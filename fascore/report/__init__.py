"""The report: everything about a store's models in one file that needs no network."""

from __future__ import annotations

from typing import Any

from fascore.errors import FascoreError
from fascore.evaluation_sets import OWN, open_set
from fascore.report.data import SCHEMA, report_data
from fascore.report.page import report_html
from fascore.scores.across_sets import across_sets
from fascore.scores.comparison import compare_models, rank_models, read_all_scored
from fascore.scores.thresholds import ThresholdChoice
from fascore.stats.training_noise import TrainingNoise, measure_runs, recipe_note, training_noise
from fascore.store import Store, StoreError, study_runs

__all__ = ["SCHEMA", "report_data", "report_html", "store_report"]


def store_report(
    store: Store, choice: ThresholdChoice, test_set: str = OWN
) -> tuple[str, dict[str, Any]]:
    """A store's report on one of its test sets: the HTML page, and the numbers in it as JSON.

    Thresholds are the store's own, whatever the test set. The JSON validates against `SCHEMA`.

    Raises
    ------
    StoreError
        If there is no such test set, or no model has scores of it that can be compared.
    """
    tested = open_set(store, test_set)
    models, left_out = read_all_scored(store, tested)
    if not models:
        raise StoreError(
            f"Expected a store with scores. Received: {store.path}, where none can be used: "
            f"{' '.join(left_out.values())}"
        )
    noise, note = _study(store, choice)
    comparison = compare_models(models, choice, tested)
    limits = {name: each.value for name, each in comparison.thresholds.items()}
    test_sets, problems = across_sets(store, limits)
    data = report_data(
        comparison,
        rank_models(models),
        choice=choice,
        noise=noise,
        noise_note=note,
        left_out=left_out,
        test_sets=test_sets,
        test_set_problems=problems,
    )
    return report_html(data, comparison), data


def _study(store: Store, choice: ThresholdChoice) -> tuple[TrainingNoise | None, str]:
    """What a store's study says, and what must be said of its runs; or why it says nothing."""
    runs = study_runs(store.path)
    if not runs:
        return None, ""
    try:
        return training_noise(measure_runs(runs, choice)), recipe_note(runs, store)
    except FascoreError as err:
        return None, str(err)
