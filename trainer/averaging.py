"""The exponential average of a network's weights, which is steadier than the last of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import numpy as np


def moved_average(
    average: Sequence[np.ndarray], weights: Sequence[np.ndarray], *, updates: int, span: float
) -> list[np.ndarray]:
    """The average moved towards `weights`; batch normalisation's statistics are among them.

    Parameters
    ----------
    average : sequence of arrays
        Of before, like `weights`; empty before the first.
    updates : int
        Weights averaged so far.
    span : float
        Share of them that the average reaches back over.

    Examples
    --------
    >>> moved_average([np.array(1.0)], [np.array(2.0)], updates=9, span=1 / 3)
    [np.float64(1.25)]
    """
    kept = updates / (updates + 1 / span)
    old = average or weights
    return [a + (1 - kept) * (w - a) for a, w in zip(old, weights, strict=True)]


@contextmanager
def averaged(network: keras.Model, average: Sequence[np.ndarray]) -> Iterator[None]:
    """The network with the averaged weights for a while; with its own if the average is empty."""
    if not average:
        yield
        return
    weights = network.get_weights()
    network.set_weights(average)
    try:
        yield
    finally:
        network.set_weights(weights)
