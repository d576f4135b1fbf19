"""A map and a face made a picture: one scale for each method, colours for colour-blind eyes too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Literal

import cv2
import numpy as np
from plotly.colors import get_colorscale, sample_colorscale

from fascore.explain import Attribution, Explainer
from fascore.explain.attribution import CELLS, PIXELS, SUPERPIXELS
from fascore.explain.units import on_grid
from fascore.labels import CLASS_NAMES

SEQUENTIAL, DIVERGING = "Viridis", "RdBu_r"  # read well with every common colour blindness
SCALE_QUANTILE = 0.99  # of absolute values; what lies beyond takes the end's colour
MAP_SIDE = 420  # px; a map's side as it is drawn on pages and in exported files
PixelView = Literal["pixels", "grid"]
# cells are blurred samples of the picture; what has edges of its own keeps them
INTERPOLATION = {
    CELLS: cv2.INTER_LINEAR,
    SUPERPIXELS: cv2.INTER_NEAREST,
    PIXELS: cv2.INTER_NEAREST,
}


def shown_map(attribution: Attribution, explainer: Explainer, view: PixelView) -> Attribution:
    """The map as it is drawn: where `view` is "grid", a map of pixels summed on 8 x 8 cells."""
    if explainer.kind != PIXELS or view == "pixels":
        return attribution
    return replace(attribution, values=on_grid(attribution.values))


def limit(attributions: Iterable[Attribution]) -> float:
    """The value at the end of the colour scale for one method's maps of several models.

    The 99th percentile of all maps' absolute values, in the method's unit: the maps share a scale,
    and a few extreme pixels do not fade the rest. The maximum if that percentile is zero, 1.0 if
    all values are. Maps of two methods need two scales, for their units are not the same.
    """
    sizes = [np.abs(attribution.values).ravel() for attribution in attributions]
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
    attribution: Attribution,
    crop: np.ndarray,
    explainer: Explainer | type[Explainer],
    *,
    scale: float,
    opacity: float,
    signed: bool | None = None,
) -> np.ndarray:
    """The map laid over the full-resolution crop: RGB uint8 (S, S, 3).

    Cells of a feature map are upsampled smoothly; pixels and superpixels keep their edges.
    Superpixels are outlined.

    Parameters
    ----------
    attribution : Attribution
    crop : uint8 array of shape (S, S, 3)
    explainer : Explainer or its class
        What made the map: its `kind` and `signed` say how it is drawn.
    scale : float
        Value at the end of the colour scale (`limit` of the maps shown together).
    opacity : float
        Opacity of the colours, in [0, 1].
    signed : bool, optional
        Whether values below zero mean something: the explainer's, unless it is a difference.
    """
    size, signed = crop.shape[1::-1], explainer.signed if signed is None else signed
    values = cv2.resize(attribution.values, size, interpolation=INTERPOLATION[explainer.kind])
    colours = heatmap(values, signed=signed, scale=scale)
    # in signed maps, what is near zero stays clear: the face shows where the map says nothing
    alpha = opacity * (np.sqrt(np.minimum(np.abs(values) / scale, 1)) if signed else 1.0)
    alpha = np.broadcast_to(alpha, values.shape)[:, :, None]
    picture = crop * (1 - alpha) + colours * alpha
    if attribution.superpixels is not None and opacity > 0:
        from skimage.segmentation import find_boundaries  # slow: Start's text needs no superpixels

        segments = cv2.resize(
            attribution.superpixels.astype(np.int32), size, interpolation=cv2.INTER_NEAREST
        )
        outlines = find_boundaries(segments, mode="inner")  # type: ignore[no-untyped-call]
        picture[outlines] = 255
    return np.rint(picture).astype(np.uint8)


def picture_of(
    attribution: Attribution,
    crop: np.ndarray,
    explainer: Explainer | type[Explainer],
    *,
    scale: float,
    opacity: float,
    signed: bool | None = None,
) -> np.ndarray:
    """The `overlay` at the size it is drawn: RGB uint8 (MAP_SIDE, MAP_SIDE, 3).

    A map that is zero everywhere has no colours: it is the crop alone.
    """
    face = at_size(crop, MAP_SIDE)
    if not attribution.values.any():
        return face
    return overlay(attribution, face, explainer, scale=scale, opacity=opacity, signed=signed)


def at_size(crop: np.ndarray, side: int) -> np.ndarray:
    """A square crop at another size, so that a map's edges stay sharp on a small face."""
    how = cv2.INTER_AREA if len(crop) > side else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(crop), (side, side), interpolation=how)


def scale_colours(*, signed: bool, stops: int = 9) -> list[tuple[int, int, int]]:
    """The colour scale from its lower end to its upper one, as RGB."""
    places = np.linspace(-1 if signed else 0, 1, stops)[None]
    colours = heatmap(places, signed=signed, scale=1.0)[0]
    return [(int(red), int(green), int(blue)) for red, green, blue in colours]


def scale_ends(scale: float, *, signed: bool, target: int) -> tuple[str, str]:
    """What the two ends of a colour scale mean.

    Examples
    --------
    >>> scale_ends(1.234, signed=True, target=1)
    ('≤ −1.2 against spoof', 'for spoof ≥ +1.2')
    >>> scale_ends(1.234, signed=False, target=1)
    ('0', 'for spoof ≥ 1.2')
    """
    name = CLASS_NAMES[target]
    if signed:
        return f"≤ −{scale:.2g} against {name}", f"for {name} ≥ +{scale:.2g}"
    return "0", f"for {name} ≥ {scale:.2g}"
