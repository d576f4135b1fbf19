"""LIME's linear model, solved in closed form, and how sure its ranking of superpixels is.

The model and its kernel are lime's own (Ribeiro et al. 2016, arXiv:1602.04938): a ridge regression
of the logit on which superpixels are shown, pictures that show more of them counting more.
"""

from __future__ import annotations

import math

import numpy as np

from fascore.explain.units import rank_correlation

KERNEL_WIDTH = 0.25  # of lime's kernel, in cosine distance to the whole picture
RIDGE = 1.0  # lime's penalty on the squared weights
FITS = 0.5  # R2; the weights of a worse fit say little
REPEATS = 0.7  # `repeatability`; another run's ranking has less than half in common below it
REDRAWS = 20  # of the weights, to see how far their ranking would move


def fit(shown: np.ndarray, logits: np.ndarray) -> tuple[np.ndarray, float]:
    """Weight of each superpixel (num_superpixels,), and the model's weighted R2.

    Parameters
    ----------
    shown : 0/1 array of shape (n, num_superpixels)
        Which superpixels each picture shows.
    logits : array of shape (n,)
    """
    importance = kernel(shown)
    centred = shown - np.average(shown, axis=0, weights=importance)
    target = logits - np.average(logits, weights=importance)
    weighed = centred.T * importance
    weights = np.linalg.solve(weighed @ centred + RIDGE * np.eye(shown.shape[1]), weighed @ target)
    missed = importance @ (target - centred @ weights) ** 2
    total = importance @ target**2
    return weights, float(1 - missed / total) if total else 1.0


def kernel(shown: np.ndarray) -> np.ndarray:
    """How much each picture counts, in [0, 1]: 1 for the whole one, less the more it hides."""
    # for 0/1 rows the cosine with the row of ones is the root of the share shown
    distance = 1 - np.sqrt(shown.mean(axis=1))
    return np.asarray(np.sqrt(np.exp(-((distance / KERNEL_WIDTH) ** 2))))


def repeatability(shown: np.ndarray, logits: np.ndarray, *, block: int) -> float:
    """Estimated rank correlation of the weights with those of as many other pictures.

    Of two blocks of pictures or more: both halves of the blocks fitted alone, and from the rank
    correlation r of their weights 2 r / (1 + r) for the whole (Spearman 1910, Brown 1910); 0 where
    r is not above 0. Half a block would mix up superpixels that a whole one tells apart, so that
    of one block it is read off `settled_rank`, s. Redrawing adds the noise once more to weights
    that hold it already: with a share p of their variance true, s is the root of 1 / (2 - p), and
    p is what two runs correlate.

    Measured on the demo's faces (50 superpixels from 129 pictures and from 257, 100 from 257): two
    seeds' weights correlate .94, .97 and .93 (medians), and this estimates .96, .96 and .93.

    Parameters
    ----------
    shown : 0/1 array of shape (n, num_superpixels)
        The whole picture, then blocks of `block` rows; the last may be incomplete.
    logits : array of shape (n,)
    block : int

    Returns
    -------
    float
        In [0, 1]; NaN where there are too few pairs to tell, or all weights are the same.
    """
    number = (np.arange(len(shown)) - 1) // block  # of a row's block; the first row is in none
    if len(shown) - 1 < 2 * block:
        paired = len(shown) - (len(shown) - 1) % 2
        settled = settled_rank(shown[:paired], logits[:paired])
        return max(2 - 1 / settled**2, 0.0) if settled else math.nan
    halves = [(number % 2 == half) | (number < 0) for half in (0, 1)]
    r = max(rank_correlation(*(fit(shown[rows], logits[rows])[0] for rows in halves)), 0.0)
    return 2 * r / (1 + r)


def settled_rank(shown: np.ndarray, logits: np.ndarray) -> float:
    """Estimated rank correlation of the weights with those of endlessly many pictures.

    The difference within a pair of pictures that hide each other's superpixels holds no
    interaction of two superpixels. What the weights leave of these differences is their noise; it
    says how far each weight may be off, and redrawn by so much, the weights rank as well with
    themselves as they do with the truth. 0 while there are too few pairs to tell noise from
    weights.

    Parameters
    ----------
    shown : 0/1 array of shape (1 + 2 n, num_superpixels)
        The whole picture, then the pairs.
    logits : array of shape (1 + 2 n,)
    """
    from scipy.stats import rankdata  # slow: commands that only parse import this file too

    halves = (logits[1::2] - logits[2::2]) / 2
    design = shown[1::2] - 0.5
    freedom = len(halves) - design.shape[1]
    if freedom <= 0 or not np.ptp(logits):
        return 0.0
    # of the small square matrix: decomposing the design itself took as long as judging pictures
    inverse = np.linalg.pinv(design.T @ design, hermitian=True)
    weights = inverse @ (design.T @ halves)
    if not np.ptp(weights):
        return 0.0
    variance = ((halves - design @ weights) ** 2).sum() / freedom
    errors = np.sqrt(variance * np.diagonal(inverse))
    redrawn = weights + errors * np.random.default_rng(0).normal(size=(REDRAWS, len(weights)))
    ranks = rankdata(np.vstack([weights, redrawn]), axis=1)
    return float(np.corrcoef(ranks)[0, 1:].mean())
