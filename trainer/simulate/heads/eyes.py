"""Eyeballs painted on the base mesh's own helper eyes: sclera, iris, pupil."""

from __future__ import annotations

import numpy as np

from trainer.simulate.heads.raster import F32

# linear albedo, dark brown to grey; the first four are the common ones
IRIS_PALETTE = np.array(
    [[.030, .016, .010], [.055, .030, .016], [.090, .052, .026], [.120, .085, .040],
     [.070, .100, .060], [.090, .130, .170], [.130, .160, .180]]
)  # fmt: skip
SCLERA = np.array([0.62, 0.58, 0.55], F32)
IRIS_RADIUS, PUPIL_RADIUS = 0.50, 0.20  # of the eyeball's radius


def eye_albedo(local: np.ndarray, iris: int, pupil_size: float = 1.0) -> np.ndarray:
    """Linear albedo (N, 3) at points `local` (N, 3) of a unit eyeball that looks along +z."""
    radius = np.hypot(local[:, 0], local[:, 1])
    angle = np.arctan2(local[:, 1], local[:, 0])
    fibres = 0.85 + 0.3 * np.sin(angle * 23 + 3 * np.sin(angle * 7)) * np.clip(radius * 3, 0, 1)
    colour = IRIS_PALETTE[iris] * (fibres * (0.7 + 0.9 * radius))[:, None]
    limbus = np.exp(-(((radius - IRIS_RADIUS) / 0.06) ** 2))[:, None]
    sclera = SCLERA * (1 - 0.25 * np.clip(radius - 0.6, 0, 1))[:, None]
    inside = _step(IRIS_RADIUS - radius)
    colour = sclera * (1 - inside) + colour * inside
    pupil = _step(PUPIL_RADIUS * pupil_size - radius)
    return (colour * (1 - 0.6 * limbus) * (1 - pupil) + 0.004 * pupil).astype(F32)


def _step(distance: np.ndarray) -> np.ndarray:
    """Soft 0..1 (N, 1) of a signed distance."""
    return (1 / (1 + np.exp(-distance * 60)))[:, None]
