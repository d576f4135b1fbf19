"""Several models of a store on one of its test sets, each at its threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fascore.errors import FascoreError
from fascore.evaluation_sets import EvaluationSet, open_set
from fascore.labels import LIVE, SPOOF
from fascore.models import VARIANTS
from fascore.scores.error_rates import checked
from fascore.scores.evaluation import (
    Evaluation,
    ScoreQuality,
    evaluate_scores,
    judged_rightly,
    score_quality,
)
from fascore.scores.thresholds import (
    Threshold,
    ThresholdChoice,
    choose_threshold,
    live_scores,
    spoof_scores,
)
from fascore.stats.intervals import UNDEFINED
from fascore.stats.paired import PairedTest, paired_tests, told_worst
from fascore.stats.ranking import Ranking, bootstrap_ranking
from fascore.stats.rates import owners
from fascore.store import Card, Store


@dataclass(frozen=True)
class ScoredModel:
    """A model's scores of a test set, and what of them needs no threshold.

    Attributes
    ----------
    card : Card
    test : DataFrame
        `EvaluationSet.scored`.
    validation : DataFrame or None
        `Store.scored` of the store's own validation, whatever the test set; None without images
        of both classes.
    quality : ScoreQuality
        Of the test set.
    """

    card: Card
    test: pd.DataFrame
    validation: pd.DataFrame | None
    quality: ScoreQuality


def read_scored(store: Store, name: str, tested: EvaluationSet | None = None) -> ScoredModel:
    """A model's scores of a test set of the store, its own test split unless another is given.

    Raises
    ------
    FascoreError
        If the tables cannot be used, or the store's own test split lacks a class.
    """
    tested = tested or open_set(store)
    test = tested.scored(name)
    if tested.is_own:
        checked(live_scores(test), spoof_scores(test))
    validation = store.scored(name, split="validation")
    both = set(validation["label"]) == {LIVE, SPOOF}
    return ScoredModel(store.card(name), test, validation if both else None, score_quality(test))


@dataclass(frozen=True)
class Comparison:
    """Models by name, their thresholds and numbers on one test set.

    Attributes
    ----------
    models : dict of str to ScoredModel
    thresholds : dict of str to Threshold
    measured : dict of str to Evaluation
    tested : EvaluationSet or None
        What they were measured on; None for scores that are in no store.
    """

    models: Mapping[str, ScoredModel]
    thresholds: Mapping[str, Threshold]
    measured: Mapping[str, Evaluation]
    tested: EvaluationSet | None = None

    def chosen(self, names: Sequence[str]) -> Comparison:
        """The same of these models alone."""
        return Comparison(
            {name: self.models[name] for name in names},
            {name: self.thresholds[name] for name in names},
            {name: self.measured[name] for name in names},
            self.tested,
        )

    @property
    def compared_first(self) -> list[str]:
        """The models that pages and reports compare unless asked for others: the variants."""
        return [name for name in self.models if name in VARIANTS] or list(self.models)

    @property
    def is_own(self) -> bool:
        """Whether the images are the test split of the networks' own data set."""
        return self.tested is None or self.tested.is_own

    @property
    def set_title(self) -> str:
        """What to call the images beside a number."""
        if self.tested is not None:
            return self.tested.title
        return ", ".join(sorted({model.card.data["name"] for model in self.models.values()}))

    @property
    def num_images(self) -> int:
        """How many images were judged."""
        return len(next(iter(self.models.values())).test)

    @property
    def classes(self) -> frozenset[int]:
        """The labels that the images have: both, or one alone in a test set of one class."""
        return frozenset(next(iter(self.models.values())).test["label"])

    @property
    def one_class_note(self) -> str:
        """What of the numbers exists, where the images are of one class; "" where of both."""
        if self.classes == {LIVE}:
            return "All images are bona fide: accuracy and BPCER exist, all else is undefined."
        if self.classes == {SPOOF}:
            return "All images are attacks: accuracy and APCER exist, all else is undefined."
        return ""

    def paired_tests(self, *, label: int | None = None) -> list[PairedTest]:
        """A paired test for each two models (`fascore.stats.paired`), on one class if named."""
        tables = {
            name: model.test if label is None else model.test[model.test["label"] == label]
            for name, model in self.models.items()
        }
        return paired_tests(
            {
                name: judged_rightly(table, threshold=self.thresholds[name].value)
                for name, table in tables.items()
            },
            next(iter(tables.values()))["subject"].to_list(),
        )

    def told_worst(self) -> dict[str, str]:
        """By metric, the model that paired tests tell from every other as the worst.

        Only accuracy and BPCER are looked at: they are shares of images that all models judged.
        APCER is of a species that differs from model to model, and the others are no shares.

        Raises
        ------
        FascoreError
            If the models were scored on different images.
        """
        tests = {"accuracy": self.paired_tests()}
        if LIVE in self.classes:
            tests["bpcer"] = self.paired_tests(label=LIVE)
        found = {metric: told_worst(of_metric) for metric, of_metric in tests.items()}
        return {metric: name for metric, name in found.items() if name is not None}


def compare_models(
    models: Mapping[str, ScoredModel],
    choice: ThresholdChoice,
    tested: EvaluationSet | None = None,
) -> Comparison:
    """Each model's numbers on `tested` at the threshold that the choice gives it."""
    thresholds = {
        name: choose_threshold(model.card, model.validation, choice)
        for name, model in models.items()
    }
    measured = {
        name: evaluate_scores(model.quality, threshold=thresholds[name].value)
        for name, model in models.items()
    }
    return Comparison(models, thresholds, measured, tested)


def rank_models(models: Mapping[str, ScoredModel]) -> dict[str, Ranking]:
    """AUC and EER of each model with bootstrap intervals (`rank_tables`)."""
    return rank_tables({name: model.test for name, model in models.items()})


def rank_tables(scored: Mapping[str, pd.DataFrame]) -> dict[str, Ranking]:
    """AUC and EER of scored tables of the same images; undefined where these are of one class."""
    first = next(iter(scored.values()))
    labels, subjects = first["label"].to_numpy(), first["subject"].to_list()
    if not {LIVE, SPOOF} <= set(labels):
        return dict.fromkeys(scored, Ranking(UNDEFINED, UNDEFINED, owners(subjects)[1]))
    scores = {name: table["spoof_score"].to_numpy() for name, table in scored.items()}
    return bootstrap_ranking(scores, labels, subjects)


def read_all_scored(
    store: Store, tested: EvaluationSet | None = None
) -> tuple[dict[str, ScoredModel], dict[str, str]]:
    """Each model that can be compared on a test set, and of each that cannot the sentence why."""
    models, errors = {}, {}
    for name in store.names:
        try:
            models[name] = read_scored(store, name, tested)
        except FascoreError as err:
            errors[name] = str(err)
    return models, errors
