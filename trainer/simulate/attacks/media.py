"""The 2D attacks' media as rectangles; plane coordinates are in face heights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.simulate.heads.raster import F32
from trainer.simulate.scenery import uniform


@dataclass
class Sheet:
    """A rectangular medium. Sizes are half extents in face heights; the face centre is the plane's
    origin.

    kind: photo, A4, PC, pad or phone; picture: (w,h) of the image area; border: (left, top, right,
    bottom) around it
    (paper margin or bezel); offset: centre of the image area; corner: corner radius.
    """

    kind: str
    picture: tuple[float, float]
    border: tuple[float, float, float, float]
    offset: tuple[float, float]
    corner: float

    def distance(self, u: np.ndarray, v: np.ndarray, outer: bool) -> np.ndarray:
        """Signed distance (negative inside) to the image area, or to the medium if `outer`."""
        left, top, right, bottom = self.border if outer else (0, 0, 0, 0)
        cx, cy = self.offset[0] + (right - left) / 2, self.offset[1] + (bottom - top) / 2
        radius = self.corner if outer else self.corner * 0.6
        dx = np.abs(u - cx) - (self.picture[0] + (left + right) / 2) + radius
        dy = np.abs(v - cy) - (self.picture[1] + (top + bottom) / 2) + radius
        return (
            np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
            + np.minimum(np.maximum(dx, dy), 0)
            - radius
        ).astype(F32)


def sample_sheet(rng: np.random.Generator, kind: str) -> Sheet:
    """Random size of a medium; most sizes leave at least one edge near the face."""
    corner = 0.0
    if kind == "photo":
        half_h = uniform(rng, 0.70, 1.05)
        half_w = half_h * uniform(rng, 0.70, 0.92)
        border = (uniform(rng, 0.02, 0.06),) * 4 if rng.random() < 0.6 else (0.0,) * 4
    elif kind == "A4":
        half_h = uniform(rng, 0.68, 1.10)
        half_w = half_h * uniform(rng, 0.72, 0.95)
        side = uniform(rng, 0.06, 0.20)
        border = (side, side * uniform(rng, 0.8, 1.6), side, side * uniform(rng, 1, 3))
    elif kind == "PC":
        half_h, half_w, corner = uniform(rng, 0.60, 0.85), uniform(rng, 0.60, 1.05), 0.01
        if min(half_h, half_w) > 0.74:  # keep a bezel within a 1.5x crop of the face
            half_h = uniform(rng, 0.62, 0.74)
        rim = uniform(rng, 0.06, 0.14)
        border = (rim, rim, rim, rim * uniform(rng, 1, 2))
    elif kind == "pad":
        half_h = uniform(rng, 0.68, 0.98)
        half_w, corner, rim = half_h * uniform(rng, 0.75, 0.95), 0.05, uniform(rng, 0.07, 0.15)
        border = (rim,) * 4
    else:
        half_h, half_w, corner, rim = (
            uniform(rng, 0.85, 1.15),
            uniform(rng, 0.56, 0.76),
            0.12,
            uniform(rng, 0.03, 0.06),
        )
        border = (rim, rim * 1.5, rim, rim * 1.5)
    offset = (
        uniform(rng, -0.25, 0.25) * max(half_w - 0.5, 0.05),
        uniform(rng, -0.3, 0.3) * max(half_h - 0.55, 0.05),
    )
    return Sheet(kind, (half_w, half_h), border, offset, corner)
