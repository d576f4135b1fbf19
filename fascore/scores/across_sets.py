"""Networks on several test sets: the field's cross-data-set table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fascore.errors import StoreError
from fascore.evaluation_sets import EvaluationSet, open_set, set_names
from fascore.labels import LIVE, SPOOF
from fascore.outside_scores import outside_detectors
from fascore.scores.error_rates import in_range
from fascore.stats.intervals import (
    Interval,
    clustered_rate,
    flatten_interval,
    interval_text,
    owners,
    restore_interval,
)
from fascore.stats.ranking import bootstrap_ranking
from fascore.store import Store

CROSS_METRICS = ("auc", "apcer", "bpcer", "acer", "hter")
WORST = "worst_species"


def set_table(
    scored: Mapping[str, pd.DataFrame], thresholds: Mapping[str, float | None]
) -> pd.DataFrame:
    """Models on one test set, of one class or both: a row a model.

    Columns are those of `CROSS_METRICS` as `fascore.scores.definitions.metric_table` has them, with
    intervals over subjects where they are known, and `worst_species`, the one whose APCER it is.
    What the set's classes do not define is NaN: AUC takes both, APCER attacks, BPCER live images.

    Parameters
    ----------
    scored : mapping of str to DataFrame
        Each model's samples with `spoof_score`, the same images in the same order.
    thresholds : mapping of str to float or None
        From validation: a test set never chooses its own. Without one only AUC is known.

    Raises
    ------
    FascoreError
        If a score is outside [0, 1].
    """
    first = next(iter(scored.values()))
    labels, subjects = first["label"].to_numpy(), first["subject"].to_list()
    rankings = {}
    if {LIVE, SPOOF} <= set(labels):
        scores = {name: table["spoof_score"].to_numpy() for name, table in scored.items()}
        rankings = bootstrap_ranking(scores, labels, subjects)
    rows = {}
    for name, table in scored.items():
        auc = rankings[name].auc if rankings else None
        rates = _rates(table, thresholds[name])
        rows[name] = {**flatten_interval(auc, "auc", prefix="auc_"), **rates}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _rates(scored: pd.DataFrame, threshold: float | None) -> dict[str, float | str]:
    """APCER of the worst species, BPCER and their means, as columns."""
    if threshold is None:
        return {**dict.fromkeys(CROSS_METRICS[1:], np.nan), WORST: ""}
    owner, _ = owners(scored["subject"].to_list())
    labels = scored["label"].to_numpy()
    wrong = (in_range(scored["spoof_score"].to_numpy()) >= threshold) != (labels == SPOOF)

    def rate(rows: np.ndarray) -> Interval | None:
        return clustered_rate(wrong[rows], owner[rows]) if len(rows) else None

    species = scored.groupby("pai_species").indices
    live = rate(np.flatnonzero(labels == LIVE))
    attacks = {str(name): rate(rows) for name, rows in species.items() if labels[rows[0]] == SPOOF}
    accepted = {name: each for name, each in attacks.items() if each}
    worst = max(accepted, key=lambda name: accepted[name].estimate, default="")
    apcer, pooled = accepted.get(worst), rate(np.flatnonzero(labels == SPOOF))
    return {
        **flatten_interval(apcer, "apcer", prefix="apcer_"),
        **flatten_interval(live, "bpcer", prefix="bpcer_"),
        "acer": _mean(apcer, live),
        "hter": _mean(pooled, live),
        WORST: worst,
    }


def _mean(first: Interval | None, second: Interval | None) -> float:
    return np.nan if first is None or second is None else (first.estimate + second.estimate) / 2


@dataclass(frozen=True)
class Tested:
    """A test set, and networks and other detectors on it: `set_table`."""

    tested: EvaluationSet
    table: pd.DataFrame
    rules: Mapping[str, str]  # how detectors from elsewhere chose their thresholds, by title

    @property
    def words(self) -> str:
        """What it is and how large, to stand beside its numbers."""
        return f"{self.tested.title}, {len(self.tested.samples):,} images"


def across_sets(
    store: Store, thresholds: Mapping[str, float], *, only_real: bool = False
) -> list[Tested]:
    """The store's networks on each of its test sets, its own test split first.

    A network without scores on a set is left out of that set's table, a set that no network was
    scored on altogether. Detectors from elsewhere (`fascore.outside_scores`) follow the networks.

    Parameters
    ----------
    thresholds : mapping of str to float
        By network, from the store's own validation: only these networks are looked at.
    only_real : bool
        Leave out what is not recorded as photographs of real faces and attacks.
    """
    found = []
    for name in set_names(store):
        tested, scored = open_set(store, name), {}
        if only_real and not tested.real_presentations:
            continue
        for model in thresholds:
            try:
                scored[model] = tested.scored(model)
            except StoreError:  # of other weights, or not scored on this set
                continue
        if not scored:
            continue
        others = [] if only_real else outside_detectors(store, tested)
        scored |= {each.title: each.scored for each in others}
        limits = {**thresholds, **{each.title: each.threshold for each in others}}
        rules = {each.title: each.rule or "not told" for each in others if each.threshold}
        found.append(Tested(tested, set_table(scored, limits), rules))
    return found


def real_words(real: list[Tested], title: Callable[[str], str] = str) -> str:
    """What was measured on sets of real faces and attacks, of the weakest network on each.

    Says so where nothing was: a network's own test split may be simulated.
    """
    both = [each for each in real if each.table["auc"].notna().all()]
    if not both:
        return "They were never measured on photographs of real faces and real attacks."
    return " ".join(_weakest_words(each, title) for each in both)


def _weakest_words(real: Tested, title: Callable[[str], str]) -> str:
    name = str(real.table["auc"].idxmin())
    row = real.table.loc[name]
    auc, bpcer = (
        interval_text(restore_interval(row, metric, prefix=f"{metric}_"), digits=3)
        for metric in ("auc", "bpcer")
    )
    return (
        f"On {len(real.tested.samples):,} {real.tested.title} the weakest network, {title(name)}, "
        f"has AUC {auc} and rejects {bpcer} of the live faces."
    )
