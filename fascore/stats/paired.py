"""Whether two models differ on the same images, and what difference a test set could show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations

import numpy as np
import pandas as pd
from statsmodels.stats.contingency_tables import mcnemar

from fascore.errors import FascoreError
from fascore.stats.intervals import CONFIDENCE
from fascore.stats.rates import owners

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
        The smallest difference in accuracy that this test could have shown with subjects (images)
        whose verdicts differ by as much as these (`smallest_difference`); None if none.
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
    gains = [
        np.bincount(owner, values[second].astype(float) - values[first]).astype(int)
        for first, second in pairs
    ]
    p = mcnemar_p if unit == "images" else [sign_flips(gain) for gain in gains]
    p_holm, mcnemar_holm = holm(p), holm(mcnemar_p)
    return [
        PairedTest(
            *pair,
            *alone[i],
            n=n,
            difference=(alone[i][1] - alone[i][0]) / n,
            test=MCNEMAR if unit == "images" else SIGN_FLIPS,
            p=p[i],
            p_holm=float(p_holm[i]),
            mcnemar_holm=float(mcnemar_holm[i]),
            smallest=smallest_difference(n, gains[i], tests=len(pairs)),
        )
        for i, pair in enumerate(pairs)
    ]


def told_worst(tests: Sequence[PairedTest], *, alpha: float = 1 - CONFIDENCE) -> str | None:
    """The model that its tests against every other tell to make more errors; None without one."""
    names = {name for test in tests for name in (test.first, test.second)}
    lost = Counter(
        test.first if test.difference > 0 else test.second for test in tests if test.p_holm < alpha
    )
    return next((name for name, pairs in lost.items() if pairs == len(names) - 1), None)


def _right_alone(first: np.ndarray, second: np.ndarray) -> tuple[int, int]:
    """Images that only the first, and only the second judges rightly."""
    return int(np.sum(first & ~second)), int(np.sum(~first & second))


def sign_flips(gains: np.ndarray) -> float:
    """p of a sum being zero were each term's sign a coin's: two-sided, over all flips.

    With terms of 1 and -1 it is McNemar's exact test. scipy's `permutation_test` tries all flips of
    up to a dozen terms and draws some of more; sums of whole numbers need no draws.

    Parameters
    ----------
    gains : int array of shape (n_subjects,)
        Of each subject, how many images more the second model judges rightly.

    Examples
    --------
    >>> round(sign_flips(np.array([2, 2, 1, 0, 1])), 4)  # all of four one way: 2 / 2 ** 4
    0.125
    """
    sizes = np.abs(gains)
    return min(1.0, 2 * float(_losses(sizes)[: (sizes.sum() - abs(gains.sum())) // 2 + 1].sum()))


def _losses(sizes: np.ndarray) -> np.ndarray:
    """Chances that terms of these sizes that a coin turns down sum to 0, 1, … all of them.

    The product of the terms' generating functions, (1 + x ** size) / 2, by Fourier transform.
    """
    length = int(sizes.sum()) + 1
    angles = np.pi * np.arange(length // 2 + 1) / length
    counts = np.bincount(sizes)
    spectrum = np.exp(-1j * angles * (length - 1))
    for size in np.flatnonzero(counts[1:]) + 1:
        spectrum *= np.cos(angles * size) ** counts[size]
    return np.clip(np.fft.irfft(spectrum, length), 0, None)  # rounding leaves -1e-17


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
    n: int, gains: np.ndarray, *, tests: int = 1, alpha: float = 1 - CONFIDENCE
) -> float | None:
    """The smallest difference in accuracy that `sign_flips` could call one.

    Parameters
    ----------
    n : int
        Test images.
    gains : int array of shape (n_subjects,)
        As `sign_flips` takes them; their sizes are kept, their signs could have been others.
    tests : int
        Pairs tested together: the strictest of Holm's steps is asked for.

    Returns
    -------
    float or None
        As a share of the images; None if no signs of gains so small are significant.

    Examples
    --------
    >>> smallest_difference(2000, np.ones(6, int))
    0.003
    >>> smallest_difference(2000, np.ones(5, int)) is None
    True
    """
    chances = _losses(np.abs(gains))
    possible = chances > 1e-15  # some sums no signs give, but for rounding
    enough = np.flatnonzero(possible & (2 * np.cumsum(chances) < alpha / tests))
    return float(len(chances) - 1 - 2 * enough[-1]) / n if len(enough) else None
