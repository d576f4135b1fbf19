"""How much is tone: scores of statistics alone, and of networks on tone-equalised pictures.

`python -m trainer evaluate --tone` writes them. A logistic regression on 13 global statistics of a
picture (colour, brightness, sharpness; no structure), fitted on the networks' training pictures, is
the baseline beside every test set; a network's AUC on pictures whose channels all have the same
mean and spread says what is left to it without tone.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fascore.errors import StoreError
from fascore.evaluation_sets import EvaluationSet, scores_record, set_folder, set_scores
from fascore.files import read_whole, sha256
from fascore.provenance import differences
from fascore.scores.comparison import rank_tables
from fascore.scores.evaluation import score_quality
from fascore.stats.intervals import flatten_interval
from fascore.store import Store
from fascore.store_tables import read_predictions

FOLDER, ABOUT = "tone", "about.json"
REGRESSION, REGRESSION_FILE = "regression", "regression.json"
TITLE = "Regression on 13 statistics (no network)"
RULE = "equal error rate on the networks' validation pictures, fitted on their training pictures"
# columns beside a network's rates on a test set, and what each says
TONE_COLUMNS = {
    "auc_equalised": (
        "AUC, tone equalised",
        "The network's AUC on the same pictures with the mean and the spread of each colour "
        "channel made equal: what is left to it without exposure, contrast and cast.",
    ),
    "regression_apcer": (
        "Regression's APCER at this BPCER",
        "Attacks accepted, of the worst species, by a logistic regression on 13 global statistics "
        "that rejects no more bona fide faces than this network does here.",
    ),
}


@dataclass(frozen=True)
class ToneScores:
    """A test set's scores without structure, and without tone.

    Attributes
    ----------
    regression : DataFrame or None
        The set's samples with the regression's `spoof_score`.
    threshold : float
        The regression's, from the store's own validation; NaN without one.
    equalised : dict of str to DataFrame
        By network, the samples with its `spoof_score` on tone-equalised pictures.
    """

    regression: pd.DataFrame | None
    threshold: float
    equalised: Mapping[str, pd.DataFrame]


def tone_folder(store: Store, name: str) -> Path:
    """Where a test set's tone scores are; the own split's for the name `OWN`."""
    return (set_folder(store, name) if name else store.path) / FOLDER


def regression_path(store: Store) -> Path:
    """Where a store's regression on statistics is."""
    return store.path / FOLDER / REGRESSION_FILE


def read_regression(store: Store) -> dict[str, Any]:
    """A store's regression: statistics, mean, scale, coefficients, intercept, threshold, cut.

    Raises
    ------
    StoreError
        If there is none, or it cannot be read.
    """
    path = regression_path(store)
    mend = "Run `python -m trainer evaluate --tone` with the networks' own --data, without --as."
    if not path.exists():
        raise StoreError(
            f"Expected a regression on statistics in {path.parent}. Received: none. {mend}"
        )
    return read_whole(path, _regression_of, expected="a regression on statistics", mend=mend)


def _regression_of(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    float(read["threshold"]), float(read["intercept"]), str(read["cut"])
    if not len(read["statistics"]) == len(read["mean"]) == len(read["coefficients"]):
        raise ValueError("a file without some of its numbers")
    return read


def regression_record(store: Store, path: Path) -> dict[str, str]:
    """The regression and the very scores that it gave, as a tone folder's about.json has them."""
    return {
        "regression_sha256": sha256(regression_path(store)),
        "predictions_sha256": sha256(path),
    }


def read_tone(store: Store, tested: EvaluationSet) -> tuple[ToneScores | None, list[str]]:
    """A test set's tone scores, None where there are none; a sentence for each that cannot be used.

    Scores of other weights, of another regression or of other pictures are not shown.
    """
    folder = tone_folder(store, tested.name)
    if not (folder / ABOUT).exists():
        return None, []
    try:
        about = read_whole(
            folder / ABOUT, _about_of, expected="a record of tone scores", mend=_again(tested)
        )
    except StoreError as err:
        return None, [str(err)]
    tables: dict[str, pd.DataFrame] = {}
    problems = []
    for name, record in about["scores"].items():
        try:
            tables[name] = _scored(store, tested, name, record)
        except StoreError as err:
            problems.append(str(err))
    regression = tables.pop(REGRESSION, None)
    threshold = math.nan if regression is None else float(read_regression(store)["threshold"])
    return ToneScores(regression, threshold, tables), problems


def _about_of(path: Path) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    dict(about["scores"])
    return about


def _scored(
    store: Store, tested: EvaluationSet, name: str, record: Mapping[str, Any]
) -> pd.DataFrame:
    path = set_scores(tone_folder(store, tested.name), name)
    if not path.exists():
        raise _stale(tested, name, "no file")
    if name == REGRESSION:
        read_regression(store)
        wanted = regression_record(store, path)
    else:
        wanted = scores_record(store.card(name), path)
    if differences(record, wanted):
        raise _stale(tested, name, "scores of other weights, or a file changed since")
    scored = tested.samples.join(read_predictions(path, model=name), how="left")
    if scored["spoof_score"].isna().any():
        raise _stale(tested, name, "scores of other images")
    return scored


def _stale(tested: EvaluationSet, name: str, received: str) -> StoreError:
    return StoreError(
        f"Expected tone scores of {name} on {tested.title}. Received: {received}. {_again(tested)}"
    )


def _again(tested: EvaluationSet) -> str:
    of_set = "" if tested.is_own else f" --as {tested.name}"
    return f"Run `python -m trainer evaluate{of_set} --tone` again."


def tone_table(table: pd.DataFrame, tone: ToneScores) -> pd.DataFrame:
    """A `fascore.scores.across_sets.set_table` with `TONE_COLUMNS` beside each network.

    NaN where the set has one class, or nobody scored.
    """
    rows: dict[str, dict[str, float]] = {}
    ranked = rank_tables(tone.equalised) if tone.equalised else {}
    curve = None if tone.regression is None else score_quality(tone.regression).curve
    for name, row in table.iterrows():
        auc = ranked[str(name)].auc if name in ranked else None
        rows[str(name)] = flatten_interval(auc, "auc_equalised", prefix="auc_equalised_")
        known = curve is not None and name != TITLE and not math.isnan(row["bpcer"])
        apcer = curve.apcer_at_bpcer(row["bpcer"]) if curve and known else math.nan
        rows[str(name)]["regression_apcer"] = apcer
    return table.join(pd.DataFrame.from_dict(rows, orient="index"))
