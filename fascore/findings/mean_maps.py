"""Mean maps as pictures on one scale."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from fascore.explain.render import SCALE_QUANTILE, heatmap
from fascore.findings.results import MeanMap


def shared_limit(maps: Iterable[MeanMap]) -> float:
    """Value at the end of the colour scale of mean maps drawn together, as `render.limit`'s."""
    sizes = np.concatenate([np.abs(mean_map.values).ravel() for mean_map in maps])
    return float(np.quantile(sizes, SCALE_QUANTILE)) or float(sizes.max()) or 1.0


def mean_map_png(mean_map: MeanMap, *, signed: bool, scale: float) -> bytes:
    """A mean map in colours: a PNG with one pixel for each value.

    Parameters
    ----------
    mean_map : MeanMap
    signed : bool
        Whether some of the maps drawn together show evidence against the target.
    scale : float
        Value at the end of the colour scale (`shared_limit` of the maps drawn together).
    """
    colours = heatmap(mean_map.values, signed=signed, scale=scale)
    _, encoded = cv2.imencode(".png", cv2.cvtColor(colours, cv2.COLOR_RGB2BGR))
    return encoded.tobytes()
