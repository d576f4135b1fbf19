"""Do two maps of one image say the same?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from fascore.explain.attribution import Attribution
from fascore.explain.units import on_grid, pixel_values, rank_correlation, top_overlap


def agreement(first: Attribution, second: Attribution, size: int) -> dict[str, float]:
    """How alike two maps of one image are, in two ways; NaN where a map is constant.

    Parameters
    ----------
    first, second : Attribution
    size : int
        The image's side in pixels.

    Returns
    -------
    dict of str to float
        `rank`: rank correlation of the maps summed on 8 x 8 cells, in [-1, 1]. `overlap`: pixels in
        the top tenth of both maps over pixels in the top tenth of either, in [0, 1].
    """
    pair = [pixel_values(attribution, size) for attribution in (first, second)]
    return {
        # on cells, because no two methods have the same units
        "rank": rank_correlation(*(on_grid(values) for values in pair)),
        "overlap": top_overlap(*pair),
    }


def pairs_by_model(
    maps: Sequence[Attribution],
) -> list[tuple[Attribution, Attribution]]:
    """All pairs of maps that two methods made of one model."""
    return [(a, b) for a, b in combinations(maps, 2) if a.model == b.model]


def pairs_by_method(
    maps: Sequence[Attribution],
) -> list[tuple[Attribution, Attribution]]:
    """All pairs of maps that one method made of two models which explain the same target.

    A map for live and a map for spoof answer two questions, so they are not compared.
    """
    return [
        (a, b)
        for a, b in combinations(maps, 2)
        if a.method == b.method and a.model != b.model and a.target == b.target
    ]
