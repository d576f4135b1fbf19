"""Whether two models' explanations differ on the same images."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from fascore.findings.measures import definition_of
from fascore.findings.summary import by_image, owners_of
from fascore.stats.intervals import CONFIDENCE, Interval
from fascore.stats.paired import holm
from fascore.stats.resampling import mean_intervals, sign_flip_p


@dataclass(frozen=True)
class Difference:
    """A metric of the first model minus that of the second, on images where both have it.

    Attributes
    ----------
    metric, method, first, second : str
    interval : Interval
        The mean difference with its 95 % interval, by bootstrap.
    p : float
        Of the sign-flip permutation test, two-sided (`sign_flip_p`).
    p_holm : float
        The same after Holm's correction for all differences that were tested together.
    """

    metric: str
    method: str
    first: str
    second: str
    interval: Interval
    p: float
    p_holm: float

    @property
    def told_apart(self) -> bool:
        """Whether the test finds a difference at 5 %, after correction."""
        return self.p_holm < 1 - CONFIDENCE

    def sentence(self, title: Callable[[str], str] = str) -> str:
        """What the test says, in words; `title` makes a model's name readable."""
        if not self.told_apart:
            return f"Cannot be told apart on these {self.interval.n:,} images."
        higher = self.first if self.interval.estimate > 0 else self.second
        words = {"high": " (better)", "low": " (worse)", "": ""}
        return f"Higher for {title(higher)}{words[definition_of(self.metric).better]}."


def paired_differences(joined: pd.DataFrame, metric: str) -> list[Difference]:
    """The differences of all pairs of models in a metric, method by method.

    Of each pair the model that is registered later comes first, so that a network with attention
    has the plain one taken off. Holm's correction is for all of these tests together. Pairs without
    an image where both are defined are left out.

    Parameters
    ----------
    joined : DataFrame
        From `join_samples`, or what `select` left of it.
    metric : str
        One of `MEASURES`, of a map or of a model alone.
    """
    wide = by_image(joined, metric)
    keys = [
        (method, first, second)
        for method in dict.fromkeys(wide.columns.get_level_values("method"))
        for second, first in combinations([model for model, of in wide.columns if of == method], 2)
    ]
    return _tested(joined, wide, metric, keys)


def _tested(
    joined: pd.DataFrame, wide: pd.DataFrame, metric: str, keys: Sequence[tuple[str, str, str]]
) -> list[Difference]:
    differences = [
        (wide[first, method] - wide[second, method]).to_numpy() for method, first, second in keys
    ]
    some = [i for i, values in enumerate(differences) if not np.isnan(values).all()]
    if not some:
        return []
    # all pairs side by side: every test sees the same draws and the same flips
    values = np.stack([differences[i] for i in some], axis=1)
    owner, _ = owners_of(joined, wide.index)
    p = sign_flip_p(values, owner)
    found = zip(some, mean_intervals(values, owner), p, holm(p.tolist()), strict=True)
    return [
        Difference(metric, *keys[i], interval, float(p_alone), float(corrected))
        for i, interval, p_alone, corrected in found
        if interval is not None
    ]
