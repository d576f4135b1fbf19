"""Whether a picture is laid out like a network's training pictures, by the map of one layer.

A network that tells skin from paper has no need to know what a face is, and the mean of a channel
says nothing of where. So the same pictures are spoilt, cut too tight, turned, shifted or shuffled,
and a logistic regression tells them from the whole ones by where in the map things are. That it
then knows what is no face, too, is measured in docs/demo.md. The idea is that of Golan and El-Yaniv
2018, "Deep Anomaly Detection Using Geometric Transformations", and of Hendrycks et al. 2019, "Deep
Anomaly Detection with Outlier Exposure".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

PICTURES = 3000  # that are spoilt, at most
COMPONENTS, PENALTY = 300, 0.01  # of the regression: principal components, inverse penalty
ROUNDING = 1e-5  # of the largest component's variance
TIGHT, WINDOW = (0.35, 0.7), (0.2, 0.6)  # side of the middle, and of any part, that is left
NUDGE, SHIFT = 0.05, (0.3, 0.7)  # of the side


@dataclass(frozen=True)
class Layout:
    """How much a map speaks for a picture that is laid out otherwise: `strangeness`.

    Attributes
    ----------
    weights : float32 array of shape (values,)
    bias : float
    limit : float
        The strangeness beyond which a picture is unfamiliar.
    """

    weights: np.ndarray
    bias: float
    limit: float = np.inf

    def strangeness(self, grids: np.ndarray) -> np.ndarray:
        """Log odds of a spoilt picture: float64 (n,).

        Parameters
        ----------
        grids : float array of shape (n, values)
            A layer's map of each picture, place by place.
        """
        return np.asarray(grids.astype(float) @ self.weights + self.bias)


def fit_layout(whole: np.ndarray, spoilt: np.ndarray) -> Layout:
    """What tells whole pictures' maps from spoilt ones': a logistic regression.

    Parameters
    ----------
    whole, spoilt : float arrays of shape (n, values) and (m, values)
    """
    from sklearn.decomposition import PCA  # slow to import
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    grids = np.concatenate([whole, spoilt]).astype(np.float32)
    scaler = StandardScaler(copy=False).fit(grids)
    scaled = scaler.transform(grids)
    count = min(COMPONENTS, *scaled.shape)
    components = PCA(count, svd_solver="randomized", random_state=0).fit(scaled)
    variance = components.explained_variance_
    # what does not vary among these pictures, but by rounding, has no scale
    spread = np.where(variance > ROUNDING * variance.max(), np.sqrt(variance), np.inf)
    labels = np.repeat([0, 1], [len(whole), len(spoilt)])
    regression = LogisticRegression(C=PENALTY, max_iter=500)
    regression.fit(components.transform(scaled) / spread, labels)
    # all of it is linear: one weight a value
    of_scaled = (regression.coef_[0] / spread) @ components.components_
    weights = of_scaled / scaler.scale_
    bias = regression.intercept_[0] - of_scaled @ components.mean_ - weights @ scaler.mean_
    return Layout(weights.astype(np.float32), float(bias))


def spoil(images: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """The same pictures, each spoilt in one of five ways: uint8 (n, size, size, 3).

    Cut too tight around the middle, cut anywhere, turned by right angles, shifted around the edge,
    or shuffled in 4 or 16 squares.

    Parameters
    ----------
    images : uint8 array of shape (n, size, size, 3)
    seed : int

    Examples
    --------
    >>> pictures = np.arange(2 * 16 * 16 * 3).reshape(2, 16, 16, 3).astype(np.uint8)
    >>> spoil(pictures).shape, bool((spoil(pictures) == pictures).all())
    ((2, 16, 16, 3), False)
    """
    rng = np.random.default_rng(seed)
    ways: list[Callable[[np.ndarray, np.random.Generator], np.ndarray]]
    ways = [_tight, _window, _turned, _shifted, _shuffled]
    return np.stack([ways[i % len(ways)](image, rng) for i, image in enumerate(images)])


def _tight(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = len(image)
    side = round(size * rng.uniform(*TIGHT))
    nudge = rng.uniform(-NUDGE, NUDGE, 2) * size
    y, x = np.clip(np.round((size - side) / 2 + nudge), 0, size - side).astype(int)
    return _resized(image[y : y + side, x : x + side], size)


def _resized(image: np.ndarray, size: int) -> np.ndarray:
    # linear: INTER_AREA's blocks in an enlarged picture would tell it from a whole one
    return cv2.resize(np.ascontiguousarray(image), (size, size), interpolation=cv2.INTER_LINEAR)


def _window(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    size = len(image)
    side = max(round(size * rng.uniform(*WINDOW)), 1)
    y, x = rng.integers(0, size - side + 1, 2)
    return _resized(image[y : y + side, x : x + side], size)


def _turned(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.rot90(image, int(rng.integers(1, 4)))


def _shifted(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Along one axis or both; what leaves at one edge comes in at the other."""
    by = np.round(rng.uniform(*SHIFT, 2) * len(image)).astype(int)
    axes = [(0,), (1,), (0, 1)][int(rng.integers(3))]
    return np.roll(image, by[: len(axes)].tolist(), axes)


def _shuffled(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """In 2 x 2 or 4 x 4 squares; what is left of a side that they do not divide stays."""
    squares = int(rng.choice([2, 4]))
    side, shuffled = len(image) // squares, image.copy()
    corners = [(y * side, x * side) for y in range(squares) for x in range(squares)]
    for (y, x), (from_y, from_x) in zip(corners, rng.permutation(corners), strict=True):
        shuffled[y : y + side, x : x + side] = image[from_y : from_y + side, from_x : from_x + side]
    return shuffled
