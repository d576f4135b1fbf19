"""Whether two models differ on the same images, and what difference a test set could show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar

from fascore.errors import FascoreError
from fascore.stats.intervals import CONFIDENCE


@dataclass(frozen=True)
class PairedTest:
    """Two models' verdicts on the same images.

    Attributes
    ----------
    first, second : str
    first_only, second_only : int
        Images that only the first, only the second judges rightly.
    n : int
        Images both judged.
    difference : float
        Accuracy of the second minus that of the first.
    p : float
        McNemar's exact test, two-sided.
    p_holm : float
        The same after Holm's correction for all pairs tested together.
    smallest : float or None
        The smallest difference in accuracy that the test could have shown with as many images on
        which the two differ (`smallest_difference`); None if none.
    """

    first: str
    second: str
    first_only: int
    second_only: int
    n: int
    difference: float
    p: float
    p_holm: float
    smallest: float | None

    def sentence(self, title: Callable[[str], str] = str, *, alpha: float = 1 - CONFIDENCE) -> str:
        """What the test says, in words; `title` makes a model's name readable."""
        if self.p_holm >= alpha:
            return f"On these {self.n:,} images the two cannot be told apart."
        better = self.second if self.difference > 0 else self.first
        return (
            f"On these {self.n:,} images {title(better)} makes fewer errors, "
            f"by {abs(self.difference):.2%} of the images."
        )


def paired_tests(right: Mapping[str, pd.Series]) -> list[PairedTest]:
    """McNemar's exact test for each pair of models, corrected after Holm.

    Parameters
    ----------
    right : mapping of str to bool Series
        Whether each model judged each image rightly, by sample_id; the same images in the same
        order.

    Raises
    ------
    FascoreError
        If the models were scored on different images.
    """
    _check_same_images(right)
    pairs = list(combinations(right, 2))
    values = {name: each.to_numpy() for name, each in right.items()}
    tables = {
        pair: np.array([[np.sum(a & b), np.sum(a & ~b)], [np.sum(~a & b), np.sum(~a & ~b)]])
        for pair in pairs
        for a, b in [(values[pair[0]], values[pair[1]])]
    }
    if not pairs:
        return []
    p = [float(mcnemar(tables[pair], exact=True).pvalue) for pair in pairs]
    corrected = holm(p)
    return [
        PairedTest(
            *pair,
            first_only=int(tables[pair][0, 1]),
            second_only=int(tables[pair][1, 0]),
            n=int(tables[pair].sum()),
            difference=float((tables[pair][1, 0] - tables[pair][0, 1]) / tables[pair].sum()),
            p=each,
            p_holm=float(p_holm),
            smallest=smallest_difference(
                int(tables[pair].sum()),
                int(tables[pair][0, 1] + tables[pair][1, 0]),
                tests=len(pairs),
            ),
        )
        for pair, each, p_holm in zip(pairs, p, corrected, strict=True)
    ]


def holm(p: Sequence[float]) -> np.ndarray:
    """p-values corrected for being tested together (Holm 1979), in their order.

    statsmodels' multipletests does the same after a garbage collection, 0.2 s in a page's process.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p)
    steps = np.asarray(p)[order] * np.arange(len(p), 0, -1)
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return corrected


def _check_same_images(right: Mapping[str, pd.Series]) -> None:
    indexes = [each.index for each in right.values()]
    if all(index.equals(indexes[0]) for index in indexes[1:]):
        return
    common = reduce(pd.Index.intersection, indexes)
    raise FascoreError(
        f"Paired tests need the same images for every model. Received: {len(common):,} in common "
        f"of {max(map(len, indexes)):,}. Score all models on one test set with "
        "`python -m trainer evaluate --again`."
    )


def smallest_difference(
    n: int, discordant: int, *, tests: int = 1, alpha: float = 1 - CONFIDENCE
) -> float | None:
    """The smallest difference in accuracy that McNemar's exact test could call one.

    Parameters
    ----------
    n : int
        Test images.
    discordant : int
        Images on which the two models differ.
    tests : int
        Pairs tested together: the strictest of Holm's steps is asked for.

    Returns
    -------
    float or None
        As a share of the images; None if no outcome with so few discordant images is significant.

    Examples
    --------
    >>> smallest_difference(2000, 6)
    0.003
    >>> smallest_difference(2000, 5) is None
    True
    """
    tail = alpha / tests / 2
    wins = int(binom.isf(tail, discordant, 0.5)) + 1 if discordant else 1
    if binom.sf(wins - 1, discordant, 0.5) == tail:  # significant is below alpha, not at it
        wins += 1
    return (2 * wins - discordant) / n if wins <= discordant else None
