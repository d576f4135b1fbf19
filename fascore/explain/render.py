"""Attribution and face to picture: one scale a method, colours a colour-blind person can read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Literal

import cv2
import numpy as np
from plotly.colors import get_colorscale, sample_colorscale
from skimage.segmentation import find_boundaries

from fascore.explain import Attribution

SEQUENTIAL, DIVERGING = "Viridis", "RdBu_r"  # read well with every common colour blindness
SCALE_QUANTILE = 0.99  # of absolute values; what lies beyond takes the end's colour
ShapView = Literal["pixels", "grid"]


def limit(attributions: Iterable[Attribution]) -> float:
    """The value at the end of the colour scale for maps drawn together, in logits.

    The 99th percentile of all maps' absolute values, so that they can be compared and a few
    extreme pixels do not fade the rest; the maximum if that is zero, 1.0 if all values are.
    """
    sizes = [np.abs(each.values).ravel() for each in attributions]
    if not sizes:
        return 1.0
    values = np.concatenate(sizes)
    return float(np.quantile(values, SCALE_QUANTILE)) or float(values.max()) or 1.0


def heatmap(values: np.ndarray, *, signed: bool, scale: float) -> np.ndarray:
    """Values as colours: RGB uint8 (h, w, 3).

    Signed values use a diverging scale around zero (red for, blue against the target), others
    a sequential one from zero; both end at `scale`.
    """
    share = np.clip((values / scale + 1) / 2 if signed else values / scale, 0, 1)
    table = _colour_table(DIVERGING if signed else SEQUENTIAL)
    return np.asarray(table[np.rint(share * (len(table) - 1)).astype(int)])


@cache
def _colour_table(name: str, size: int = 256) -> np.ndarray:
    colours = sample_colorscale(
        get_colorscale(name), np.linspace(0, 1, size).tolist(), colortype="tuple"
    )
    return np.asarray(np.rint(np.array(colours) * 255), np.uint8)


def overlay(
    attribution: Attribution, crop: np.ndarray, *, signed: bool, scale: float, opacity: float
) -> np.ndarray:
    """The map laid over the full-resolution crop: RGB uint8 (S, S, 3).

    Activation maps are upsampled smoothly; pixels, superpixels and grid cells keep their edges.
    Superpixel outlines are drawn where the attribution has them.

    Parameters
    ----------
    attribution : Attribution
    crop : uint8 array of shape (S, S, 3)
    signed : bool
        The explainer's `signed`.
    scale : float
        Value at the end of the colour scale (`limit` of the maps shown together).
    opacity : float
        Of the colours, in [0, 1].
    """
    size = crop.shape[1::-1]
    smooth = not signed and attribution.superpixels is None
    values = cv2.resize(
        attribution.values, size, interpolation=cv2.INTER_LINEAR if smooth else cv2.INTER_NEAREST
    )
    colours = heatmap(values, signed=signed, scale=scale)
    # in signed maps, what is near zero stays clear: the face shows where the map says nothing
    alpha = opacity * (np.sqrt(np.minimum(np.abs(values) / scale, 1)) if signed else 1.0)
    alpha = np.broadcast_to(alpha, values.shape)[:, :, None]
    picture = crop * (1 - alpha) + colours * alpha
    if attribution.superpixels is not None:
        segments = cv2.resize(
            attribution.superpixels.astype(np.int32), size, interpolation=cv2.INTER_NEAREST
        )
        outlines = find_boundaries(segments, mode="inner")  # type: ignore[no-untyped-call]
        picture[outlines] = 255
    return np.rint(picture).astype(np.uint8)
