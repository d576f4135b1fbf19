"""Glasses: a frame of curves in front of the eyes, drawn over the rendered head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from trainer.simulate.heads.raster import F32

SHIFT = 4  # fractional bits of OpenCV's sub-pixel coordinates


@dataclass(frozen=True)
class Glasses:
    """Sizes in eye distances; `colour` is linear RGB."""

    width: float
    height: float
    squareness: float
    thickness: float
    colour: tuple[float, float, float]

    def curves(self) -> list[np.ndarray]:
        """Rims, bridge and temples as polylines (K, 3) in face coordinates."""
        angle = np.linspace(0, 2 * np.pi, 40)
        power = 2 / self.squareness
        x = self.width * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** power
        y = self.height * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** power - 0.05
        depth = 0.34 - 0.10 * np.abs(x)  # the rims follow the face backwards
        rims = [np.stack([side * 0.5 + x, y, depth], 1) for side in (-1, 1)]
        inner = 0.5 - self.width
        bridge = np.array([[-inner, 0.03, 0.34], [0, 0.08, 0.40], [inner, 0.03, 0.34]])
        outer = 0.5 + self.width
        temples = [
            np.array([[side * outer, 0.06, 0.28], [side * 1.12, 0.08, -0.35]]) for side in (-1, 1)
        ]
        return [*rims, bridge, *temples]


def sample_glasses(rng: np.random.Generator) -> Glasses | None:
    """Glasses for about one person in five."""
    if rng.random() > 0.2:
        return None
    dark = rng.random() < 0.7
    tone = rng.uniform(0.01, 0.04) if dark else rng.uniform(0.2, 0.4)
    red, green, blue = (float(v) for v in tone * np.exp(rng.normal(0, 0.2, 3)))
    return Glasses(
        width=float(rng.uniform(0.33, 0.40)),
        height=float(rng.uniform(0.22, 0.32)),
        squareness=float(rng.uniform(2.0, 4.0)),
        thickness=float(rng.uniform(0.025, 0.06)),
        colour=(red, green, blue),
    )


def draw_glasses(
    image: np.ndarray,
    glasses: Glasses,
    place: Callable[[np.ndarray], np.ndarray],
    *,
    eye_distance: float,
    light: np.ndarray,
) -> np.ndarray:
    """The linear image (H, W, 3) with glasses on.

    `place` takes face coordinates (K, 3) to pixels (K, 2); `eye_distance` is in pixels; `light`
    (3,) is what a white surface would send back.
    """
    frame, lenses = np.zeros(image.shape[:2], F32), np.zeros(image.shape[:2], F32)
    thickness = max(1, round(glasses.thickness * eye_distance))
    for number, curve in enumerate(glasses.curves()):
        points = np.rint(place(curve) * 2**SHIFT).astype(np.int32)[:, None]
        cv2.polylines(frame, [points], number < 2, 1.0, thickness, cv2.LINE_AA, SHIFT)
        if number < 2:
            cv2.fillPoly(lenses, [points], 1.0, cv2.LINE_AA, SHIFT)
    soft = cv2.GaussianBlur(np.clip(frame, 0, 1), (0, 0), 0.6)[:, :, None]
    tint = lenses[:, :, None]
    image = image * (1 - 0.08 * tint) + 0.015 * light * tint
    return image * (1 - soft) + np.asarray(glasses.colour, F32) * light * soft
