"""What is before the camera, and how: people, places and media of attacks on photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trainer.simulate.attacks.media import Sheet, sample_sheet
from trainer.simulate.attacks.plane import transform
from trainer.simulate.camera.everyday import web_picture
from trainer.simulate.camera.light import F32, srgb_from_linear
from trainer.simulate.people import Conditions, stand, surroundings
from trainer.simulate.portraits import Portrait
from trainer.simulate.scenery import light_field, uniform

FRAME = 168  # px, working resolution
FACE = 0.52  # longer side of the face box in frames
CROP = 0.7  # half the side of what a network sees, in face boxes, less a margin
BEYOND = 0.2  # share of sheets and screens so large, or so near, that no edge is seen


@dataclass(frozen=True)
class Shot:
    """Who and what is before the camera.

    victim: whose face is shown; wearer: who wears a cut-out; backdrops: `people.make_backdrops`.
    """

    victim: Portrait
    wearer: Portrait
    conditions: Conditions
    backdrops: np.ndarray


def sample_pose(
    rng: np.random.Generator, *, roll: float, yaw: float = 0.0, pitch: float = 0.0
) -> np.ndarray:
    """Homography from the plane to the frame; degrees, seen by a pinhole 2.5 to 8 faces away."""
    z, y, x = np.radians([rng.normal(0, roll), yaw, pitch])
    turn = (
        np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
        @ np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
        @ np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    )
    distance = uniform(rng, 2.5, 8)
    seen = np.array([distance * turn[0], distance * turn[1], turn[2]]) / distance
    seen[:, 2] = [0, 0, 1]
    corners = transform(seen, np.array([[-0.37, -0.5], [0.37, -0.5], [-0.37, 0.5], [0.37, 0.5]]))
    low, high = corners.min(0), corners.max(0)
    scale = FRAME * FACE * uniform(rng, 0.9, 1.12) / (high - low).max()
    shift = FRAME * (0.5 + rng.normal(0, 0.02, 2)) - scale * (low + high) / 2
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1]]) @ seen


def sample_tilt(rng: np.random.Generator, strong: float) -> dict[str, float]:
    """Yaw and pitch of a held medium; `strong` is the share that is turned far."""
    draw, sign = rng.random(), float(rng.choice([-1, 1]))
    if draw < strong:
        return {"yaw": sign * uniform(rng, 30, 65), "pitch": rng.normal(0, 10)}
    if draw < strong + 0.1:
        return {"yaw": rng.normal(0, 10), "pitch": sign * uniform(rng, 25, 50)}
    return {"yaw": rng.normal(0, 13), "pitch": rng.normal(0, 11)}


def sample_medium(rng: np.random.Generator, kind: str) -> Sheet:
    """A medium; one in a few, and every poster, reaches beyond the picture."""
    sheet = sample_sheet(rng, "photo" if kind == "poster" else kind)
    if kind != "poster" and rng.random() > BEYOND:
        return sheet
    size = (uniform(rng, 1.1, 1.9), uniform(rng, 1.1, 1.9))
    return Sheet(sheet.kind, size, sheet.border, (rng.normal(0, 0.1), 0.0), sheet.corner)


def seen_behind(shot: Shot, rng: np.random.Generator) -> np.ndarray:
    """What is around a held medium: a plain wall or cloth, or a room; linear (FRAME,FRAME,3)."""
    if rng.random() < 0.35:
        colour = uniform(rng, 0.05, 0.8) * np.exp(rng.normal(0, 0.12, 3))
        light = light_field(rng, FRAME, abs(rng.normal(0, 0.5)))[:, :, None]
        return (colour * light).astype(F32)
    return surroundings(rng, shot.backdrops, FRAME) * np.exp(rng.normal(-0.2, 0.5))


def attackers_picture(
    shot: Shot, rng: np.random.Generator, u: np.ndarray, v: np.ndarray
) -> np.ndarray:
    """The attacker's picture of the victim on the plane: sRGB (H,W,3)."""
    # an attacker takes a well-lit picture, if there is one
    light = "normal" if rng.random() < 0.8 else shot.conditions.illumination
    conditions = Conditions(light, shot.conditions.outdoor)
    lit = stand(shot.victim, rng, u, v, conditions=conditions, backdrops=shot.backdrops, flat=True)
    return web_picture(srgb_from_linear(lit), rng)


def edge_band(outer: np.ndarray, pixels: float) -> np.ndarray:
    """Band (H,W) of about 3 px around a medium's outline."""
    return (np.abs(outer) * pixels < 2).astype(F32)


def edge_in_crop(outer: np.ndarray, u: np.ndarray, v: np.ndarray) -> bool:
    """Whether the face crop shows anything beyond the medium's outline.

    Where it does not, the medium's own texture must show: an attack that leaves no trace at all
    would be a wrong label.
    """
    crop = (np.abs(u) < CROP) & (np.abs(v) < CROP)
    return bool((outer[crop] > 0).mean() > 0.02)
