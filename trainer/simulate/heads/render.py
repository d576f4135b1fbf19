"""Renders one person (optionally wearing a mask) in linear light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from trainer.simulate.heads.assets import HeadModel
from trainer.simulate.heads.glasses import draw_glasses
from trainer.simulate.heads.identity import Identity, box_points, express, landmarks
from trainer.simulate.heads.layers import draw, head_layers
from trainer.simulate.heads.maskshell import build_mask_shell
from trainer.simulate.heads.pose import Pose, sample_pose
from trainer.simulate.heads.raster import F32
from trainer.simulate.scenery import Lighting, background, sample_lighting


@dataclass
class Scene:
    """A rendered frame.

    image: (S,S,3) linear RGB; box: x0,y0,x1,y1 px; points: (5,2) px; evidence: (S,S) 0..1,
    mask rim and holes.
    """

    image: np.ndarray
    box: tuple[float, float, float, float]
    points: np.ndarray
    evidence: np.ndarray
    outdoor: bool
    illumination: str


def render_scene(
    model: HeadModel,
    person: Identity,
    rng: np.random.Generator,
    illumination: str = "normal",
    outdoor: bool = False,
    mask: tuple[str, Identity] | None = None,
    size: int = 176,
    supersample: int = 2,
) -> Scene:
    """One frame of `person`; `mask` is (kind, donor identity) for a 3D mask attack."""
    full = size * supersample
    vertices = express(model, person, rng)
    pose = sample_pose(model, vertices, rng, full)
    lighting = sample_lighting(rng, illumination)
    shell = build_mask_shell(model, vertices, mask[1], mask[0], rng) if mask else None
    layers = head_layers(model, person, vertices, shell)
    canvas = draw(model, person, layers, shell, pose, lighting, rng, full)
    image, covered = canvas.image.reshape(full, full, 3), canvas.covered.reshape(full, full)
    if mask:
        worn = canvas.is_mask.reshape(full, full)
        image = _mask_shadow(image, covered, worn, lighting, supersample)
    else:
        image = _put_glasses(image, model, person, vertices, pose, lighting)
    image = _over_background(image, covered, lighting, rng, outdoor)
    evidence = canvas.evidence.reshape(full, full).astype(F32)
    box = pose.project(box_points(model, vertices))[:, :2] / supersample
    low, high = box.min(0), box.max(0)
    return Scene(
        cv2.resize(image.astype(F32), (size, size), interpolation=cv2.INTER_AREA),
        (float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        pose.project(landmarks(model, vertices))[:, :2] / supersample,
        cv2.resize(evidence, (size, size), interpolation=cv2.INTER_AREA),
        outdoor,
        illumination,
    )


def _mask_shadow(
    image: np.ndarray, covered: np.ndarray, is_mask: np.ndarray, lighting: Lighting, scale: int
) -> np.ndarray:
    """Darkens the skin next to the mask."""
    direction, mask = lighting.keys[0][0], is_mask.astype(F32)
    cast = np.roll(mask, (int(direction[1] * 5 * scale), int(-direction[0] * 5 * scale)), (0, 1))
    cast = np.maximum(
        cv2.GaussianBlur(cast, (0, 0), 1.6 * scale),
        0.8 * cv2.GaussianBlur(mask, (0, 0), 2.2 * scale),
    )
    return image * (1 - 0.72 * np.clip(cast * 1.25, 0, 1) * (1 - mask) * covered)[:, :, None]


def _put_glasses(
    image: np.ndarray, model: HeadModel, person: Identity, vertices: np.ndarray, pose: Pose,
    lighting: Lighting,
) -> np.ndarray:  # fmt: skip
    """The head with the person's glasses on, if any."""
    if person.glasses is None:
        return image
    eyes = np.stack([model.eye_centre(vertices, side) for side in "rl"])
    gap = float(np.linalg.norm(eyes[1] - eyes[0]))

    def place(points: np.ndarray) -> np.ndarray:
        return pose.project((points * gap + eyes.mean(0)).astype(F32))[:, :2]

    light = lighting.radiance.sum(0) / 3
    return draw_glasses(image, person.glasses, place, eye_distance=gap * pose.scale, light=light)


def _over_background(
    image: np.ndarray,
    covered: np.ndarray,
    lighting: Lighting,
    rng: np.random.Generator,
    outdoor: bool,
) -> np.ndarray:
    """Puts the head (H,W,3) in front of a background lit by the same light; covered: (H,W) 0/1."""
    light = lighting.radiance.sum(0) / 2.2 * (2.6 if lighting.kind == "back" else 1.0)
    backdrop = background(rng, image.shape[0], outdoor) * light
    image = image * covered[:, :, None] + backdrop * (1 - covered[:, :, None])
    alpha = cv2.GaussianBlur(covered, (0, 0), 0.6)[:, :, None]
    return (image * alpha + backdrop * (1 - alpha)).astype(F32)
