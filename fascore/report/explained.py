"""Every number of a store's judged explanations as tables that can be taken home."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from fascore.findings.claims import answer_claims
from fascore.findings.differences import Difference, paired_differences
from fascore.findings.results import Results, read_planted
from fascore.findings.summary import summarise
from fascore.judging.planted import summarise_planted
from fascore.report.origin import Exported, Origin
from fascore.stats.intervals import flatten_interval
from fascore.store import Store, StoreError

RECORDED_RULE = "as recorded when the explanations were judged"
MEASURES = ["sample_id", "model", "method", "metric", "value", "pai_species", "label", "right"]


def explained_origin(origin: Origin, results: Results) -> Origin:
    """Where the numbers of judged explanations are from; `origin` names store and data set."""
    about = results.about
    return replace(
        origin,
        test_set=f"{about['data']}, {about['split']} split, {about['images']} images",
        threshold_rule=RECORDED_RULE,
        thresholds=about["thresholds"],
    )


def planted_origin(origin: Origin) -> Origin:
    """Of networks trained on planted cues: they are not the store's, and no threshold counts."""
    return replace(
        origin,
        test_set=f"{origin.data_set}, with planted cues",
        threshold_rule="",
        thresholds={},
    )


def explained_numbers(
    store: Store, joined: pd.DataFrame, origin: Origin
) -> tuple[dict[str, Exported], dict[str, str]]:
    """All tables of the Explanations page by name, over all images, and why others are left out.

    Parameters
    ----------
    store : Store
    joined : DataFrame
        `fascore.findings.summary.join_samples` of its judged explanations.
    origin : Origin
        Of `explained_origin`.
    """
    metrics = joined["metric"].unique().tolist()
    tests = [test for metric in metrics for test in paired_differences(joined, metric)]
    tables = {
        "claims": _claims(joined),
        "means": pd.concat(
            [summarise(joined, metric).table() for metric in metrics], ignore_index=True
        ),
        "differences": differences_numbers(tests),
        "measures": joined[MEASURES].reset_index(drop=True),
    }
    exported = {name: Exported(rows, origin) for name, rows in tables.items() if len(rows)}
    try:
        planted = read_planted(store)
    except StoreError as err:
        return exported, {"planted": str(err)}
    if planted is not None:
        rows = summarise_planted(planted, store.samples()["subject"])
        exported["planted"] = Exported(rows, planted_origin(origin))
    return exported, {}


def _claims(joined: pd.DataFrame) -> pd.DataFrame:
    """A row for each comparison that a claim of the paper was held against."""
    claims = answer_claims(joined)
    rows = [each.table().assign(claim=key, answer=each.answer) for key, each in claims.items()]
    return pd.concat(rows, ignore_index=True)


def differences_numbers(tests: Sequence[Difference]) -> pd.DataFrame:
    """A row a measure, method and pair of models: `Difference`."""
    rows = [vars(test) | flatten_interval(test.interval, "difference") for test in tests]
    return pd.DataFrame(rows).drop(columns="interval", errors="ignore")
