"""3-D mask shells.

Another person's moulded face worn over the real one, with eye holes, a rim and its own material.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from trainer.simulate.heads.assets import HeadModel, load_texture
from trainer.simulate.heads.identity import Identity
from trainer.simulate.heads.raster import F32, sample_texture, vertex_normals
from trainer.simulate.scenery import cloud_noise

MASK_KINDS = ("paper", "plastic", "resin", "silicone")
SMOOTHING = {"paper": 12, "plastic": 6, "resin": 2, "silicone": 2}
# half sizes of the eye holes, in eye distances: a careful maker leaves less to see
EYE_WIDTH = {
    "paper": (0.29, 0.42), "plastic": (0.28, 0.40), "resin": (0.26, 0.36), "silicone": (0.25, 0.33),
}  # fmt: skip
EYE_HEIGHT = {
    "paper": (0.14, 0.25), "plastic": (0.13, 0.23), "resin": (0.11, 0.19), "silicone": (0.09, 0.16),
}  # fmt: skip
MIN_MASK_ALBEDO = 0.18
TEXTURE_BLUR = {"paper": 0.8, "plastic": 5.0, "resin": 2.0, "silicone": 2.5}


@dataclass
class MaskShell:
    """Geometry and cut-outs of a mask. Cut-out sizes are in eye distances (face coordinates)."""

    kind: str
    donor: Identity
    vertices: np.ndarray  # (V,3), same topology as the head
    triangles: np.ndarray
    uv_triangles: np.ndarray
    eye_size: tuple[float, float]
    outline: float
    wobble: float
    phase: np.ndarray
    open_mouth: bool
    paint: np.ndarray  # base colour (3,)
    paint_share: float  # 0 printed face .. 1 uniform paint
    roughness: float

    def cutouts(self, q: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Signed margins (N,) at face coordinates q.

        Inside the outline, outside the eye holes, outside the mouth slit.
        """
        angle = np.arctan2(q[:, 1] + 0.55, q[:, 0])
        wave = 1 + self.wobble * (
            np.sin(3 * angle + self.phase[0]) + 0.6 * np.sin(7 * angle + self.phase[1])
        )
        radius = (
            np.sqrt((q[:, 0] / 1.16) ** 2 + ((q[:, 1] + 0.42) / 1.52) ** 2) / wave / self.outline
        )
        dx = np.abs(q[:, 0]) - 0.5
        ring = 1 + self.wobble * np.sin(5 * np.arctan2(q[:, 1], dx) + self.phase[2])
        eyes = (
            np.sqrt((dx / self.eye_size[0]) ** 2 + ((q[:, 1] - 0.02) / self.eye_size[1]) ** 2)
            * ring
        )
        mouth = (
            np.sqrt((q[:, 0] / 0.40) ** 2 + ((q[:, 1] + 1.13) / 0.09) ** 2)
            if self.open_mouth
            else np.full(len(q), 9.0)
        )
        return (1 - radius) * 3.2, (eyes - 1) * 0.9, (mouth - 1) * 0.7


def _smooth(vertices: np.ndarray, triangles: np.ndarray, rounds: int) -> np.ndarray:
    """Laplacian smoothing: moulding loses fine relief."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    a, b = np.r_[edges[:, 0], edges[:, 1]], np.r_[edges[:, 1], edges[:, 0]]
    degree = np.bincount(a, minlength=len(vertices))[:, None]
    for _ in range(rounds):
        total = np.stack([np.bincount(a, vertices[b, axis], len(vertices)) for axis in range(3)], 1)
        vertices = np.where(
            degree > 0, vertices * 0.4 + 0.6 * total / np.maximum(degree, 1), vertices
        ).astype(F32)
    return vertices


def _shell_triangles(model: HeadModel) -> np.ndarray:
    """Boolean (F,): outer surface of the face, without mouth cavity and eye sockets."""
    q = model.face_coords[model.triangles]
    near = (
        (q[:, :, 2] > -1.45).all(1)
        & (np.abs(q[:, :, 0]) < 1.6).all(1)
        & (q[:, :, 1] > -2.2).all(1)
        & (q[:, :, 1] < 1.75).all(1)
    )
    return near & (model.visibility[model.triangles].mean(2).max(1) > 0.12)


def build_mask_shell(
    model: HeadModel,
    wearer_vertices: np.ndarray,
    donor: Identity,
    kind: str,
    rng: np.random.Generator,
) -> MaskShell:
    """Fits the donor's face over the wearer (V,3) and draws the cut-outs and the material."""

    def eyes(v: np.ndarray) -> tuple[np.ndarray, float]:
        left, right = model.eye_centre(v, "l"), model.eye_centre(v, "r")
        return (left + right) / 2, float(np.linalg.norm(left - right))

    (centre, gap), (donor_centre, donor_gap) = eyes(wearer_vertices), eyes(donor.vertices)
    shape = (donor.vertices - donor_centre) * (gap / donor_gap * rng.uniform(1.03, 1.10))
    shape = _smooth(shape.astype(F32), model.triangles, SMOOTHING[kind])
    if kind == "paper":
        shape[:, 2] = shape[:, 2] * rng.uniform(0.65, 0.9) + 0.08
    normal = vertex_normals(shape, model.triangles)
    shift = np.array([0, rng.normal(0, 0.012), rng.uniform(0.03, 0.07)], F32)
    vertices = (shape + centre + normal * rng.uniform(0.03, 0.06) + shift).astype(F32)
    chosen = _shell_triangles(model)
    palette = np.array(
        [[0.55, 0.36, 0.27], [0.74, 0.72, 0.69], [0.16, 0.16, 0.17], [0.60, 0.50, 0.40]]
    )
    paint = (
        palette[rng.choice(4, p=[0.35, 0.35, 0.12, 0.18])]
        * rng.uniform(0.75, 1.05)
        * np.exp(rng.normal(0, 0.06, 3))
    )
    share = {
        "paper": 0,
        "plastic": rng.uniform(0.5, 0.95),
        "resin": rng.uniform(0.15, 0.4),
        "silicone": rng.uniform(0, 0.25),
    }[kind]
    rough = {
        "paper": 0.8,
        "plastic": rng.uniform(0.15, 0.3),
        "resin": rng.uniform(0.22, 0.4),
        "silicone": rng.uniform(0.28, 0.4),
    }[kind]
    return MaskShell(
        kind,
        donor,
        vertices,
        model.triangles[chosen],
        model.uv_triangles[chosen],
        (float(rng.uniform(*EYE_WIDTH[kind])), float(rng.uniform(*EYE_HEIGHT[kind]))),
        float(rng.uniform(0.86, 1.0)),
        float(rng.uniform(0, 0.03)),
        rng.random(4) * 6.28,
        bool(rng.random() < 0.3),
        paint.astype(F32),
        float(share),
        float(rough),
    )


def mask_albedo(
    model: HeadModel,
    shell: MaskShell,
    uv: np.ndarray,
    q: np.ndarray,
    edge: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Linear albedo (N,3) of mask fragments; `edge` (N,) is the distance to the nearest cut."""
    donor = shell.donor
    texture = cv2.GaussianBlur(load_texture(donor.skins[0])[0], (0, 0), TEXTURE_BLUR[shell.kind])
    ratio = sample_texture(texture, uv) / model.skin_means[donor.skins[0]]
    # cast skin is never as dark as the donor's: below this, rim and holes could not be seen
    skin = donor.skin_colour * max(1.0, MIN_MASK_ALBEDO / float(donor.skin_colour.mean()))
    albedo = skin * np.clip(ratio, 0.1, 2.2)
    flat = albedo * (1 - shell.paint_share) + shell.paint * shell.paint_share
    x = np.abs(q[:, 0]) - 0.52
    brow = np.exp(-((x / 0.30) ** 4) - ((q[:, 1] - 0.38 - 0.06 * np.cos(x * 3)) / 0.07) ** 2)[
        :, None
    ]
    lips = np.exp(-((q[:, 0] / 0.36) ** 4) - ((q[:, 1] + 1.13) / 0.12) ** 2)[:, None]
    strength = {"paper": 0.85, "plastic": 0.35, "resin": 0.7, "silicone": 0.45}[shell.kind]
    flat = flat * (1 - strength * brow) + 0.02 * strength * brow
    flat = flat * (1 - 0.45 * lips) + 0.45 * lips * flat * np.array([1.0, 0.45, 0.45])
    if shell.kind == "paper":
        grey = flat.mean(1, keepdims=True)
        flat = (grey + (flat - grey) * 0.8) * 0.85 + 0.05
    elif shell.kind == "resin":
        flat = flat * (1 + 0.03 * rng.normal(size=(len(flat), 1)))
    cut = np.clip(1 - edge / 0.075, 0, 1)[:, None] * (0.3 if shell.kind == "silicone" else 0.75)
    cut_colour = (
        np.array([0.80, 0.78, 0.75]) if shell.kind in ("paper", "plastic") else flat.mean(0) * 0.45
    )
    return (flat * (1 - cut) + cut_colour * cut).astype(F32)


def paper_folds(seed: int, q: np.ndarray) -> np.ndarray:
    """Normal perturbation (N,3) of a bent paper mask."""
    slope_y, slope_x = np.gradient(cloud_noise(np.random.default_rng([5, seed]), 64, 64, 1.9))
    at = np.clip(((q[:, :2] / 4 + 0.5) * 63).astype(int), 0, 63)
    x, y = slope_x[at[:, 1], at[:, 0]], slope_y[at[:, 1], at[:, 0]]
    return np.stack([x, y, 0 * x], 1).astype(F32) * 0.35
