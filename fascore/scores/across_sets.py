"""Networks on several test sets: the field's cross-data-set table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fascore.errors import FascoreError, StoreError
from fascore.evaluation_sets import EvaluationSet, open_set, set_names
from fascore.outside_scores import OutsideDetector, lost_imports, outside_detectors
from fascore.scores.comparison import rank_tables
from fascore.scores.definitions import WORST, metric_columns, metric_table
from fascore.scores.evaluation import evaluate_scores, score_quality
from fascore.stats.intervals import percent_text, restore_interval
from fascore.store import Store
from fascore.tone_scores import RULE, TITLE, read_tone, tone_table

CROSS_METRICS = ("auc", "apcer", "bpcer", "acer", "hter")


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
    rankings = rank_tables(scored)
    rows = {}
    for name, table in scored.items():
        threshold = thresholds[name]
        # AUC asks for no threshold; the rates of one that nobody chose are taken out again
        result = evaluate_scores(score_quality(table), threshold=threshold or 0.0)
        row = metric_table({name: result}, rankings).loc[name]
        row = row[[column for column in (*metric_columns(CROSS_METRICS), WORST) if column in row]]
        rows[name] = dict(row)
        if threshold is None:
            rates = [column for column in row.index if not column.startswith("auc")]
            rows[name] |= {**dict.fromkeys(rates, math.nan), WORST: ""}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


@dataclass(frozen=True)
class Tested:
    """A test set, and networks and other detectors on it: `set_table`."""

    tested: EvaluationSet
    table: pd.DataFrame
    rules: Mapping[str, str]  # how detectors from elsewhere chose their thresholds, by title

    @property
    def words(self) -> str:
        """What it is and how large, to stand beside its numbers."""
        return self.tested.words


def across_sets(
    store: Store, thresholds: Mapping[str, float], *, only_real: bool = False
) -> tuple[list[Tested], list[str]]:
    """The store's networks on each of its test sets, its own test split first.

    A network without scores on a set is left out of that set's table, a set that no network was
    scored on altogether. Detectors from elsewhere (`fascore.outside_scores`) follow the networks.
    What is damaged takes only itself away.

    Parameters
    ----------
    thresholds : mapping of str to float
        By network, from the store's own validation: only these networks are looked at.
    only_real : bool
        Leave out what is not recorded as photographs of real faces and attacks.

    Returns
    -------
    list of Tested
    list of str
        A sentence for each set, and each imported detector, that cannot be used.
    """
    found, problems = [], []
    for name in set_names(store):
        try:
            tested = open_set(store, name)
            if only_real and not tested.real_presentations:
                continue
            others, unusable = ([], []) if only_real else outside_detectors(store, tested)
            problems += unusable
            each = _tested(tested, thresholds, others)
            if each and not only_real:
                each, unusable = _with_tone(store, each)
                problems += unusable
            if each:
                found.append(each)
        except FascoreError as err:
            place = f"The test set {name}" if name else "The networks' own test split"
            problems.append(f"{place} is left out. {err}")
    problems += [] if only_real else lost_imports(store)
    return found, list(dict.fromkeys(problems))  # a record that cannot be read names no set


def _tested(
    tested: EvaluationSet, thresholds: Mapping[str, float], others: Sequence[OutsideDetector]
) -> Tested | None:
    """A set's table; None where no network was scored on it."""
    scored = {}
    for model in thresholds:
        try:
            scored[model] = tested.scored(model)
        except StoreError:  # of other weights, or not scored on this set
            continue
    if not scored:
        return None
    scored |= {each.title: each.scored for each in others}
    limits = {**thresholds, **{each.title: each.threshold for each in others}}
    rules = {each.title: each.rule or "not told" for each in others if each.threshold is not None}
    return Tested(tested, set_table(scored, limits), rules)


def _with_tone(store: Store, found: Tested) -> tuple[Tested, list[str]]:
    """The same with the regression on statistics as a row, and `TONE_COLUMNS`, where scored."""
    tone, problems = read_tone(store, found.tested)
    if tone is None:
        return found, problems
    table, rules = found.table, dict(found.rules)
    if tone.regression is not None:
        row = set_table({TITLE: tone.regression}, {TITLE: tone.threshold})
        table = pd.concat([table, row])
        rules[TITLE] = RULE
    return Tested(found.tested, tone_table(table, tone), rules), problems


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
        percent_text(restore_interval(row, metric, prefix=f"{metric}_"))
        for metric in ("auc", "bpcer")
    )
    return (
        f"On {len(real.tested.samples):,} {real.tested.title} the weakest network, {title(name)}, "
        f"scores an attack above a live face in {auc} % of pairs and rejects {bpcer} % of the "
        "live faces (in brackets 95 % intervals)."
    )
