"""How a head is turned and where the camera stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.simulate.heads.assets import HeadModel
from trainer.simulate.heads.raster import F32, rotation


@dataclass
class Pose:
    """Head rotation (radians) and a pinhole camera.

    Scale in px per model unit, distance in model units.
    """

    rotation: np.ndarray
    centre: np.ndarray
    scale: float
    distance: float
    origin: tuple[float, float]

    def project(self, points: np.ndarray) -> np.ndarray:
        """(V,3) model points -> (V,3) x px, y px, depth."""
        view = (points - self.centre) @ self.rotation.T
        zoom = self.scale * self.distance / (self.distance - view[:, 2])
        return np.stack(
            [self.origin[0] + view[:, 0] * zoom, self.origin[1] - view[:, 1] * zoom, -view[:, 2]], 1
        ).astype(F32)


def sample_pose(
    model: HeadModel, vertices: np.ndarray, rng: np.random.Generator, size: int
) -> Pose:
    """Near-frontal head pose; the face is about 0.40 to 0.46 of the frame height."""
    turn = rotation(rng.normal(0, 0.20), rng.normal(0, 0.08), rng.normal(0, 0.05))
    centre = (model.eye_centre(vertices, "l") + model.eye_centre(vertices, "r")) / 2 + np.array(
        [0, -0.30, -0.55], F32
    )
    origin = (size * (0.5 + rng.normal(0, 0.015)), size * (0.5 + rng.normal(0, 0.015)))
    return Pose(turn, centre, size * rng.uniform(0.265, 0.30), rng.uniform(10, 22), origin)
