"""Do two maps of one image say the same?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from fascore.explain.attribution import Attribution
from fascore.explain.units import on_grid, pixel_values, rank_correlation, top_overlap


def agreement(first: Attribution, second: Attribution, size: int) -> dict[str, float]:
    """`rank`: rank correlation of the maps summed on 8 x 8 cells, in [-1, 1]; `overlap`: pixels in
    both maps' top tenth over pixels in either's, in [0, 1]. NaN where a map is constant.
    """
    pair = [pixel_values(each, size) for each in (first, second)]
    return {
        "rank": rank_correlation(*(on_grid(each) for each in pair)),
        "overlap": top_overlap(*pair),
    }


def pairs_by_model(
    maps: Sequence[Attribution],
) -> list[tuple[Attribution, Attribution]]:
    """Each two methods' maps of one model."""
    return [(a, b) for a, b in combinations(maps, 2) if a.model == b.model]


def pairs_by_method(
    maps: Sequence[Attribution],
) -> list[tuple[Attribution, Attribution]]:
    """Each two models' maps by one method, where they explain the same target."""
    return [
        (a, b)
        for a, b in combinations(maps, 2)
        if a.method == b.method and a.model != b.model and a.target == b.target
    ]
