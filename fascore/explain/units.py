"""Maps on one footing: an attribution's own units, its values by pixel, on a grid, in order."""

from __future__ import annotations

import numpy as np

from fascore.errors import FascoreError
from fascore.explain.attribution import Attribution

GRID = 8  # cells a side on which maps of different methods are compared
TOP_SHARE = 0.1  # of the pixels: a map's top


def units_of(attribution: Attribution, size: int) -> tuple[np.ndarray, np.ndarray]:
    """What an attribution gives one value each: cells, superpixels or pixels.

    Returns
    -------
    ids : int array of shape (size, size)
        Whose each pixel is, from 0.
    values : float array of shape (num_units,)
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
    """Pixels by their unit's value, the highest first: indices (size * size,).

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
    """Values summed in each cell of a cells x cells grid: what is shared out stays the same.

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
    from scipy.stats import rankdata  # slow: commands that only parse import this file too

    ranks = [rankdata(each) - (each.size + 1) / 2 for each in (first, second)]
    sizes = [np.sqrt((each**2).sum()) for each in ranks]
    if not all(sizes):
        return float("nan")
    return float((ranks[0] * ranks[1]).sum() / (sizes[0] * sizes[1]))


def top_overlap(first: np.ndarray, second: np.ndarray, *, share: float = TOP_SHARE) -> float:
    """Pixels in both maps' top over pixels in either's, in [0, 1]; NaN if a map is constant.

    Parameters
    ----------
    first, second : arrays of one shape
    share : float
        Of the pixels that make up the top.
    """
    if not (np.ptp(first) and np.ptp(second)):
        return float("nan")
    count = max(1, round(share * first.size))
    tops = [
        set(pixel_order(np.arange(each.size), each.ravel())[:count].tolist())
        for each in (first, second)
    ]
    return len(tops[0] & tops[1]) / len(tops[0] | tops[1])
