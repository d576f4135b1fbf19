"""Several models of a store on its test split, each at its threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fascore.errors import FascoreError
from fascore.labels import LIVE, SPOOF
from fascore.models import VARIANTS
from fascore.scores.evaluation import (
    Evaluation,
    ScoreQuality,
    evaluate_scores,
    judged_rightly,
    score_quality,
)
from fascore.scores.thresholds import Threshold, ThresholdChoice, choose_threshold
from fascore.stats.paired import PairedTest, paired_tests
from fascore.stats.ranking import Ranking, bootstrap_ranking
from fascore.store import Card, Store


@dataclass(frozen=True)
class ScoredModel:
    """A model's scores of a store's samples, and what of them needs no threshold.

    Attributes
    ----------
    card : Card
    test : DataFrame
        `Store.scored` of the test split.
    validation : DataFrame or None
        Of the validation split; None without images of both classes.
    quality : ScoreQuality
        Of the test split.
    """

    card: Card
    test: pd.DataFrame
    validation: pd.DataFrame | None
    quality: ScoreQuality


def read_scored(store: Store, name: str) -> ScoredModel:
    """A model's scores.

    Raises
    ------
    FascoreError
        If the tables cannot be used, or the test split lacks a class.
    """
    test = store.scored(name)
    validation = store.scored(name, split="validation")
    both = set(validation["label"]) == {LIVE, SPOOF}
    return ScoredModel(store.card(name), test, validation if both else None, score_quality(test))


@dataclass(frozen=True)
class Comparison:
    """Models by name, their thresholds and numbers on the test split.

    Attributes
    ----------
    models : dict of str to ScoredModel
    thresholds : dict of str to Threshold
    measured : dict of str to Evaluation
    """

    models: Mapping[str, ScoredModel]
    thresholds: Mapping[str, Threshold]
    measured: Mapping[str, Evaluation]

    def chosen(self, names: Sequence[str]) -> Comparison:
        """The same of these models alone."""
        return Comparison(
            {name: self.models[name] for name in names},
            {name: self.thresholds[name] for name in names},
            {name: self.measured[name] for name in names},
        )

    @property
    def compared_first(self) -> list[str]:
        """The models that pages and reports compare unless asked for others: the variants."""
        return [name for name in self.models if name in VARIANTS] or list(self.models)

    def paired_tests(self) -> list[PairedTest]:
        """A paired test for each two models (`fascore.stats.paired`)."""
        subjects = next(iter(self.models.values())).test["subject"].to_list()
        return paired_tests(
            {
                name: judged_rightly(model.test, threshold=self.thresholds[name].value)
                for name, model in self.models.items()
            },
            subjects,
        )


def compare_models(models: Mapping[str, ScoredModel], choice: ThresholdChoice) -> Comparison:
    """Each model's numbers at the threshold that the choice gives it."""
    thresholds = {
        name: choose_threshold(model.card, model.validation, choice)
        for name, model in models.items()
    }
    measured = {
        name: evaluate_scores(model.quality, threshold=thresholds[name].value)
        for name, model in models.items()
    }
    return Comparison(models, thresholds, measured)


def rank_models(models: Mapping[str, ScoredModel]) -> dict[str, Ranking]:
    """AUC and EER of each model with bootstrap intervals."""
    first = next(iter(models.values())).test
    scores = {name: model.test["spoof_score"].to_numpy() for name, model in models.items()}
    return bootstrap_ranking(scores, first["label"].to_numpy(), first["subject"].to_list())


def read_all_scored(store: Store) -> tuple[dict[str, ScoredModel], dict[str, str]]:
    """Each model that can be compared, and of each that cannot the sentence why."""
    models, errors = {}, {}
    for name in store.names:
        try:
            models[name] = read_scored(store, name)
        except FascoreError as err:
            errors[name] = str(err)
    return models, errors
