"""Maps of different methods made comparable: their own units, values by pixel, on a grid, ranked.

A unit is what carries one value of a map: a cell of a feature map, a superpixel, or a pixel.
"""

from __future__ import annotations

import numpy as np

from fascore.errors import FascoreError
from fascore.explain.attribution import Attribution

GRID = 8  # cells on a side; maps of different methods are compared on such a grid
TOP_SHARE = 0.1  # of the pixels: what counts as the top of a map


def units_of(attribution: Attribution, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The units of an attribution, and the value of each.

    Returns
    -------
    ids : int array of shape (size, size)
        For each pixel of the network's input, the number of the unit it belongs to, from 0.
    values : float array of shape (num_units,)
        The value of each unit, in the order of those numbers.
    """
    if attribution.superpixels is not None:
        ids = attribution.superpixels
        first = np.unique(ids, return_index=True)[1]
        return ids, attribution.values.ravel()[first]
    height, width = attribution.values.shape
    rows, columns = (np.arange(size) * side // size for side in (height, width))
    return rows[:, None] * width + columns, attribution.values.ravel()


def pixel_values(attribution: Attribution, size: int) -> np.ndarray:
    """The attribution's value at each pixel of the network's input: float (size, size)."""
    ids, values = units_of(attribution, size)
    return np.asarray(values[ids])


def pixel_order(ids: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Pixels by the value of their unit, the highest first: indices (size * size,).

    The pixels of one unit stay together.

    Examples
    --------
    >>> pixel_order(np.array([[0, 1], [0, 1]]), np.array([0.2, 0.7])).tolist()
    [1, 3, 0, 2]
    """
    place = np.empty(len(values), int)
    place[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return np.argsort(place[ids.ravel()], kind="stable")


def on_grid(values: np.ndarray, *, cells: int = GRID) -> np.ndarray:
    """Values summed in each cell of a cells x cells grid; the sum of all of them stays the same.

    Raises
    ------
    FascoreError
        If a side is no multiple of `cells`.

    Examples
    --------
    >>> on_grid(np.arange(16.0).reshape(4, 4), cells=2).tolist()
    [[10.0, 18.0], [42.0, 50.0]]
    """
    height, width = values.shape
    if height % cells or width % cells:
        raise FascoreError(
            f"A map's sides are multiples of the grid's {cells} cells. Received: {values.shape}. "
            "Use another number of cells."
        )
    split = values.reshape(cells, height // cells, cells, width // cells)
    return np.asarray(split.sum(axis=(1, 3)))


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of two arrays of one shape, in [-1, 1]; NaN if one is constant.

    Examples
    --------
    >>> round(rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([10.0, 30.0, 20.0])), 2)
    0.5
    """
    from scipy.stats import spearmanr  # slow: commands that only parse import this file too

    if not (np.ptp(first) and np.ptp(second)):
        return float("nan")  # scipy's answer too, but not without a warning
    return float(spearmanr(first, second, axis=None).statistic)


def top_overlap(first: np.ndarray, second: np.ndarray, *, share: float = TOP_SHARE) -> float:
    """Pixels in the top of both maps over pixels in the top of either, in [0, 1].

    NaN if a map is constant. Equal values are taken in reading order.

    Parameters
    ----------
    first, second : arrays of one shape
    share : float
        Share of the pixels that makes up the top.
    """
    if not (np.ptp(first) and np.ptp(second)):
        return float("nan")
    count = max(1, round(share * first.size))
    first_top, second_top = (
        set(pixel_order(np.arange(values.size), values.ravel())[:count].tolist())
        for values in (first, second)
    )
    return len(first_top & second_top) / len(first_top | second_top)
