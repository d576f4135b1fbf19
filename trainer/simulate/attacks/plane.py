"""The plane of a 2-D attack: coordinates in face heights, the face centre at the origin."""

from __future__ import annotations

import numpy as np

from trainer.simulate.camera.light import F32


def transform(homography: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (N, 2) after a 3x3 homography."""
    out = np.c_[points, np.ones(len(points))] @ homography.T
    return out[:, :2] / out[:, 2:]


def plane_maps(homography: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Plane coordinates u, v (width,width) of every frame pixel."""
    yy, xx = np.mgrid[0:width, 0:width].astype(F32) + 0.5
    inv = np.linalg.inv(homography)
    depth = inv[2, 0] * xx + inv[2, 1] * yy + inv[2, 2]
    return (
        ((inv[0, 0] * xx + inv[0, 1] * yy + inv[0, 2]) / depth).astype(F32),
        ((inv[1, 0] * xx + inv[1, 1] * yy + inv[1, 2]) / depth).astype(F32),
    )


def coverage(distance: np.ndarray, pixels_per_unit: float) -> np.ndarray:
    """Anti-aliased inside mask (H,W) of a signed distance in face heights."""
    return np.clip(0.5 - distance * pixels_per_unit, 0, 1).astype(F32)


def pixels_per_unit(homography: np.ndarray) -> float:
    """Frame px per face height at the middle of the medium."""
    return float(np.sqrt(abs(np.linalg.det(homography[:2, :2]))))
