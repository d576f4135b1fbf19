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
from fascore.stats.intervals import CONFIDENCE, owners
from fascore.stats.resampling import sign_flip_p

SIGN_FLIPS, MCNEMAR = "sign flips by subject", "McNemar's exact test"


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
    test : {"sign flips by subject", "McNemar's exact test"}
        What `p` is of: sign flips where subjects are known, for then images are not independent.
    p : float
        Two-sided.
    p_holm : float
        The same after Holm's correction for all pairs tested together.
    mcnemar_holm : float
        McNemar's exact test, two-sided, after the same correction: right only if no two images
        show one person.
    smallest : float or None
        The smallest difference in accuracy that McNemar's test could have shown with as many images
        on which the two differ (`smallest_difference`); None if none.
    """

    first: str
    second: str
    first_only: int
    second_only: int
    n: int
    difference: float
    test: str
    p: float
    p_holm: float
    mcnemar_holm: float
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


def paired_tests(
    right: Mapping[str, pd.Series], subjects: Sequence[str] | None = None
) -> list[PairedTest]:
    """A paired test for each two models, corrected after Holm.

    Parameters
    ----------
    right : mapping of str to bool Series
        Whether each model judged each image rightly, by sample_id; the same images in the same
        order.
    subjects : sequence of str, optional
        Whose each image is; "" where it is not known.

    Raises
    ------
    FascoreError
        If the models were scored on different images.
    """
    _check_same_images(right)
    pairs = list(combinations(right, 2))
    if not pairs:
        return []
    values = {name: of_model.to_numpy(bool) for name, of_model in right.items()}
    alone = [_right_alone(values[first], values[second]) for first, second in pairs]
    mcnemar_p = [float(mcnemar([[0, a], [b, 0]], exact=True).pvalue) for a, b in alone]
    n = len(next(iter(values.values())))
    owner, unit = owners([""] * n if subjects is None else list(subjects))
    name, p = MCNEMAR, mcnemar_p
    if unit == "subjects":
        gaps = [values[second].astype(float) - values[first] for first, second in pairs]
        name, p = SIGN_FLIPS, sign_flip_p(np.stack(gaps, axis=1), owner).tolist()
    return [
        PairedTest(
            *pair,
            first_only=first_only,
            second_only=second_only,
            n=n,
            difference=(second_only - first_only) / n,
            test=name,
            p=own_p,
            p_holm=float(corrected),
            mcnemar_holm=float(of_images),
            smallest=smallest_difference(n, first_only + second_only, tests=len(pairs)),
        )
        for pair, (first_only, second_only), own_p, corrected, of_images in zip(
            pairs, alone, p, holm(p), holm(mcnemar_p), strict=True
        )
    ]


def _right_alone(first: np.ndarray, second: np.ndarray) -> tuple[int, int]:
    """Images that only the first, and only the second judges rightly."""
    return int(np.sum(first & ~second)), int(np.sum(~first & second))


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
