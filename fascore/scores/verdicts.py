"""The images behind the numbers: who judged which image how, and how wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from fascore.labels import SPOOF
from fascore.scores.comparison import Comparison
from fascore.scores.evaluation import judged_rightly
from fascore.sentences import joined


@dataclass(frozen=True)
class Verdicts:
    """Several models' verdicts on one test split.

    Attributes
    ----------
    samples : DataFrame
        The samples (`Store.samples`), by sample_id.
    scores : DataFrame
        P(spoof): a row an image, a column a model.
    right : DataFrame of bool
        Whether it is judged rightly, likewise.
    """

    samples: pd.DataFrame
    scores: pd.DataFrame
    right: pd.DataFrame

    def of(self, name: str, *, label: int, right: bool, species: str | None = None) -> pd.Index:
        """The images of one cell of a model's confusion matrix, the most wrong first.

        `species` keeps the attacks of one PAI species only.
        """
        chosen = (self.samples["label"] == label) & (self.right[name] == right)
        if species is not None:
            chosen &= self.samples["pai_species"] == species
        return self._most_wrong_first(self.samples.index[chosen], [name])

    def disagreements(self, names: Sequence[str]) -> pd.Index:
        """The images that some of these models judge rightly and some do not, most wrong first."""
        right = self.right[list(names)]
        differ = right.any(axis=1) & ~right.all(axis=1)
        return self._most_wrong_first(self.samples.index[differ], names)

    def patterns(self, names: Sequence[str]) -> pd.DataFrame:
        """Which models are right on how many of the images they differ on, the commonest first.

        A bool column a model, then `live` and `spoof`, counts of images.
        """
        rows = self.disagreements(names)
        spoof = self.samples.loc[rows, "label"] == SPOOF
        table = self.right.loc[rows, list(names)].assign(live=~spoof, spoof=spoof)
        counts = table.groupby(list(names))[["live", "spoof"]].sum()
        commonest = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
        return counts.loc[commonest].reset_index()

    def _most_wrong_first(self, rows: pd.Index, names: Sequence[str]) -> pd.Index:
        """By the mean distance of the models' scores from the truth, falling."""
        distance = self.scores.loc[rows, list(names)].rsub(self.samples.loc[rows, "label"], axis=0)
        return distance.abs().mean(axis=1).sort_values(ascending=False, kind="stable").index


def verdicts(comparison: Comparison) -> Verdicts:
    """All verdicts of a comparison's models; images are those of the first."""
    models, thresholds = comparison.models, comparison.thresholds
    scores = pd.DataFrame({name: each.test["spoof_score"] for name, each in models.items()})
    right = pd.DataFrame(
        {
            name: judged_rightly(each.test, threshold=thresholds[name].value)
            for name, each in models.items()
        }
    )
    first = next(iter(models.values())).test
    return Verdicts(first.drop(columns="spoof_score"), scores, right)


def verdict_sentence(
    spoof: Mapping[str, bool], *, truth: int | None, title: Callable[[str], str] = str
) -> str:
    """How many networks take one face for an attack, whether rightly, and which say otherwise.

    Parameters
    ----------
    spoof : mapping of str to bool
        Whether each network takes the face for an attack.
    truth : {0, 1} or None
        The face's label; None where it is not known, and nothing is said of what is right.

    Examples
    --------
    >>> verdict_sentence({"a": True, "b": True, "c": False}, truth=1)
    '2 of 3 networks say SPOOF, rightly; c says LIVE.'
    >>> verdict_sentence({"a": False, "b": False}, truth=1)
    'Both networks say LIVE, wrongly.'
    >>> verdict_sentence({"a": True}, truth=None)
    'The network says SPOOF.'
    """
    groups = {
        said: [name for name, is_spoof in spoof.items() if is_spoof == said]
        for said in (True, False)
    }
    most = len(groups[True]) >= len(groups[False])
    word = {True: "SPOOF", False: "LIVE"}
    right = "" if truth is None else f", {'rightly' if most == (truth == SPOOF) else 'wrongly'}"
    if len(spoof) == 1:
        return f"The network says {word[most]}{right}."
    everyone = "Both" if len(spoof) == 2 else f"All {len(spoof)}"
    share = f"{len(groups[most])} of {len(spoof)}" if groups[not most] else everyone
    others = joined([title(name) for name in groups[not most]])
    verb = "says" if len(groups[not most]) == 1 else "say"
    rest = f"; {others} {verb} {word[not most]}" if others else ""
    return f"{share} networks say {word[most]}{right}{rest}."
