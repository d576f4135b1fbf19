"""Whether variants differ beyond the luck of a training: several trainings of each, by seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from fascore.errors import FascoreError
from fascore.scores.evaluation import judged_rightly
from fascore.scores.thresholds import ThresholdChoice, choose_threshold
from fascore.stats.blocked import BlockedTest, blocked_test
from fascore.stats.intervals import CONFIDENCE, Interval
from fascore.store import Card, Store


@dataclass(frozen=True)
class SeedDifference:
    """Two variants over the same seeds.

    Attributes
    ----------
    first, second : str
    interval : Interval
        Mean over seeds of the second's accuracy minus the first's: Student's interval, 95 % for
        all pairs together (Bonferroni).
    p : float
        Paired t test, two-sided, corrected for all pairs in the same way: it is below 5 % where the
        interval leaves 0 out.
    """

    first: str
    second: str
    interval: Interval
    p: float


@dataclass(frozen=True)
class TrainingNoise:
    """Accuracy of several runs of each variant.

    Attributes
    ----------
    accuracy : DataFrame
        In [0, 1]; a row a seed, a column a variant; complete rows only.
    means : dict of str to Interval
        Over seeds, Student's interval.
    differences : list of SeedDifference
    spread : float
        Standard deviation of the variants' means.
    noise : float
        Standard deviation of the runs of one variant, pooled over the variants.
    test : BlockedTest
        Whether the variants differ within seeds (`fascore.stats.blocked`).
    """

    accuracy: pd.DataFrame
    means: Mapping[str, Interval]
    differences: list[SeedDifference]
    spread: float
    noise: float
    test: BlockedTest

    def sentence(self, title: Callable[[str], str] = str, *, alpha: float = 1 - CONFIDENCE) -> str:
        """What the runs say, in words; `title` makes a model's name readable."""
        runs = f"Over {len(self.accuracy)} trainings of each variant"
        p, strict = self.test.p, self.test.corrected_f_p
        if self.test.least_p >= alpha:
            return f"{runs}, nothing can be shown: so few runs cannot tell the variants apart."
        if p >= alpha:
            return (
                f"{runs}, no difference between the variants is shown: repeating the training "
                f"alone moves them as much (p = {p:.2g}). With so many trainings a difference of "
                f"{self.test.smallest:.1%} between one variant and the others would be found four "
                "times in five; a smaller one would often be missed."
            )
        if strict >= alpha:
            found = (
                f"there is weak evidence that the variants differ (p = {p:.2g}, permutation within "
                f"seeds; {strict:.2g} by the stricter Greenhouse-Geisser test)"
            )
        else:
            found = f"the variants differ (p = {p:.2g}, permutation within seeds)"
        apart = "; ".join(
            f"{title(pair.second if pair.interval.estimate > 0 else pair.first)} above "
            f"{title(pair.first if pair.interval.estimate > 0 else pair.second)} "
            f"by {abs(pair.interval.estimate):.2%}"
            for pair in self.differences
            if pair.p < alpha
        )
        return f"{runs}, {found}. Pairs told apart: {apart or 'none'}."


def measure_runs(runs: Mapping[int, Store], choice: ThresholdChoice | None = None) -> pd.DataFrame:
    """Test accuracy of each run: a row a seed, a column a model.

    Each run's threshold is chosen on its own validation scores, by equal error rate without a
    `choice`.
    """
    table: dict[int, dict[str, float]] = {}
    for seed, run in runs.items():
        table[seed] = {}
        for name in run.scored_names:
            validation = run.scored(name, split="validation")
            threshold = choose_threshold(run.card(name), validation, choice or ThresholdChoice())
            right = judged_rightly(run.scored(name), threshold=threshold.value)
            table[seed][name] = float(right.mean())
    return pd.DataFrame.from_dict(table, orient="index").rename_axis("seed")


def recipe_note(runs: Mapping[int, Store], store: Store) -> str:
    """In what a study's runs were trained otherwise than the store's own networks, in a sentence.

    Read from the cards of the models that both have; settings that only one side's cards record
    are passed over. Empty where nothing differs.
    """
    pairs = [
        (run.card(name), store.card(name))
        for run in runs.values()
        for name in run.scored_names
        if name in store.names
    ]
    theirs, ours = (_settings(cards) for cards in zip(*pairs, strict=True)) if pairs else ({}, {})
    parts = [
        f"{name.replace('_', ' ')} {values}, not {ours[name]}"
        for name, values in theirs.items()
        if ours.get(name, values) != values
    ]
    if not parts:
        return ""
    return (
        f"The runs were trained otherwise than the store's networks: {'; '.join(parts)}. "
        "They tell how much training varies by that recipe."
    )


def _settings(cards: Sequence[Card]) -> dict[str, str]:
    """How models were trained, each setting's values in one text."""
    settings = [_setting(card) for card in cards]
    return {
        name: " or ".join(dict.fromkeys(str(each[name]) for each in settings if name in each))
        for name in dict.fromkeys(name for each in settings for name in each)
    }


def _setting(card: Card) -> dict[str, Any]:
    training, counts = card.training, card.data.get("counts", {})
    images = {"training_images": sum(counts["train"].values())} if "train" in counts else {}
    # those that go on from trained networks do so each from its own
    start = "a trained network's" if card.goes_on_from else training["initial_weights"]
    kept = {"epochs": training["epochs"], "initial_weights": start}
    config = {
        name: "none" if value is None else value
        for name, value in training.get("config", {}).items()
        if name != "name"
    }
    return kept | config | images  # of epochs the planned number: a run may have stopped early


def training_noise(accuracy: pd.DataFrame) -> TrainingNoise:
    """Compares variants over runs; seeds that lack a variant are left out.

    Parameters
    ----------
    accuracy : DataFrame
        As `measure_runs` makes it.

    Raises
    ------
    FascoreError
        If fewer than two seeds are complete, or there is one variant only.
    """
    complete = accuracy.dropna()
    if len(complete) < 2 or len(complete.columns) < 2:
        raise FascoreError(
            "Training noise needs at least two variants trained from the same two seeds. Received: "
            f"{len(complete.columns)} variants, {len(complete)} complete seeds. "
            "Run `python -m trainer study`."
        )
    columns = {name: complete[name].to_numpy() for name in complete}
    pairs = list(combinations(columns, 2))
    gaps = [columns[second] - columns[first] for first, second in pairs]
    together = 1 - (1 - CONFIDENCE) / len(pairs)
    return TrainingNoise(
        accuracy=complete,
        means={name: _of_a_share(mean_interval(values)) for name, values in columns.items()},
        differences=[
            SeedDifference(
                *pair,
                mean_interval(gap, confidence=together),
                min(_paired_p(gap) * len(pairs), 1.0),
            )
            for pair, gap in zip(pairs, gaps, strict=True)
        ],
        spread=float(complete.mean().std(ddof=1)),
        noise=float(np.sqrt(complete.var(ddof=1).mean())),
        test=blocked_test(complete.to_numpy(), alpha=1 - CONFIDENCE),
    )


def _of_a_share(interval: Interval) -> Interval:
    """The interval within [0, 1], which Student's leaves where seeds are few and far apart."""
    return replace(interval, low=max(interval.low, 0.0), high=min(interval.high, 1.0))


def mean_interval(values: np.ndarray, *, confidence: float = CONFIDENCE) -> Interval:
    """Mean of at least two values, with Student's interval.

    Examples
    --------
    >>> interval = mean_interval(np.array([0.90, 0.92, 0.94]))
    >>> round(interval.low, 3), round(interval.estimate, 3), round(interval.high, 3)
    (0.87, 0.92, 0.97)
    """
    mean = float(values.mean())
    half = float(stats.sem(values) * stats.t.ppf((1 + confidence) / 2, len(values) - 1))
    return Interval(mean, mean - half, mean + half, len(values))


def _paired_p(gaps: np.ndarray) -> float:
    """Paired t test of differences; exactly alike in every seed is no evidence."""
    if np.ptp(gaps) == 0:
        return 1.0 if gaps[0] == 0 else 0.0
    return float(stats.ttest_1samp(gaps, 0).pvalue)
