"""Fingers that hold a medium: painted, shaded, with nails and creases."""

from __future__ import annotations

import cv2
import numpy as np

from trainer.simulate.attacks.media import Sheet
from trainer.simulate.attacks.plane import transform
from trainer.simulate.heads.identity import SKIN_PALETTE
from trainer.simulate.heads.raster import F32
from trainer.simulate.scenery import uniform


def _finger_shape(
    size: tuple[int, int], tip: np.ndarray, inward: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance behind the tip in radii (H,W), sideways distance in px and half width in px of a
    finger pointing `inward`."""
    yy, xx = np.mgrid[0 : size[0], 0 : size[1]].astype(F32)
    t = -((xx - tip[0]) * inward[0] + (yy - tip[1]) * inward[1]) / radius
    side = -(xx - tip[0]) * inward[1] + (yy - tip[1]) * inward[0]
    rounded = np.sqrt(np.clip(1 - (1 - np.clip(t, 0, 1.15) / 1.15) ** 2, 0, 1))
    shaft = (
        1
        + 0.10 * np.exp(-(((t - 2.7) / 0.8) ** 2))
        + 0.05 * (t - 1.15)
        + 0.16 * np.clip(t - 4, 0, 4)
    )  # knuckle, then the ball of the thumb
    return t, side, np.where(t < 1.15, rounded, shaft) * radius


def _nail(
    colour: np.ndarray,
    t: np.ndarray,
    side: np.ndarray,
    radius: float,
    skin: np.ndarray,
    facing: np.ndarray,
) -> np.ndarray:
    """Adds a paler plate, its outline and a highlight to a finger's colour (H,W,3)."""
    oval = np.sqrt((side / (0.62 * radius)) ** 2 + ((t - 0.95) / 0.72) ** 2)
    plate = np.clip((1 - oval) * radius * 0.5, 0, 1)[:, :, None]
    colour = colour * (1 - plate) + plate * (
        skin * np.array([1.12, 1.08, 1.10], F32) * (0.5 + 0.9 * facing)[:, :, None]
    )
    colour = colour * (1 - 0.22 * np.exp(-(((oval - 1) / 0.10) ** 2)))[:, :, None]
    return (
        colour
        + (0.18 * np.exp(-(((side / radius + 0.2) / 0.13) ** 2) - ((t - 0.9) / 0.4) ** 2))[
            :, :, None
        ]
    )


def _finger(
    image: np.ndarray,
    tip: np.ndarray,
    inward: np.ndarray,
    radius: float,
    skin: np.ndarray,
    light: np.ndarray,
    nail: bool,
    reach: float,
) -> np.ndarray:
    """Paints one shaded finger in place and returns its coverage (H,W).

    Tip: px; inward: unit vector; reach: visible length / radius.
    """
    t, side, width = _finger_shape(image.shape[:2], tip, inward, radius)
    cover = (
        np.clip((width - np.abs(side)) * 0.8 + 0.5, 0, 1)
        * np.clip((t + 0.05) * radius, 0, 1)
        * np.clip((reach - t) * radius * 0.5, 0, 1)
    )
    if cover.max() <= 0:
        return cover
    shadow = cv2.GaussianBlur(
        np.roll(cover, (int(radius * 0.25), int(radius * 0.2)), (0, 1)), (0, 0), radius * 0.35
    )
    image *= (1 - 0.45 * shadow * (1 - cover))[:, :, None]
    nx, ny = np.clip(side / np.maximum(width, 1), -1, 1), np.clip(1 - t, 0, 1) * 0.8
    nz = np.sqrt(np.clip(1 - nx**2 - ny**2, 0.05, 1))
    facing = np.clip(nx * light[0] + ny * light[1] + nz * light[2], 0, 1)
    blush = np.exp(-(((t - 0.3) / 0.9) ** 2))[:, :, None] * np.array([0.06, -0.03, -0.02], F32)
    crease = (
        1 - 0.16 * np.exp(-(((t - 2.55) / 0.10) ** 2)) - 0.12 * np.exp(-(((t - 2.95) / 0.10) ** 2))
    )
    colour = skin * (1 + blush) * ((0.42 + 0.95 * facing) * crease)[:, :, None]
    if nail:
        colour = _nail(colour, t, side, radius, skin, facing)
    image[:] = image * (1 - cover[:, :, None]) + colour.astype(F32) * cover[:, :, None]
    return cover.astype(F32)


def _edge_point(sheet: Sheet, side: str, along: float) -> tuple[np.ndarray, np.ndarray]:
    """Point on the medium's outer edge and the inward direction, in plane coordinates.

    Side: l, r or b; along: -1..1.
    """
    left, top, right, bottom = sheet.border
    (cx, cy), (w, h) = sheet.offset, sheet.picture
    if side == "b":
        return np.array([cx + along * w, cy + h + bottom]), np.array([0.0, -1.0])
    if side == "l":
        return np.array([cx - w - left, cy + along * h]), np.array([1.0, 0.0])
    return np.array([cx + w + right, cy + along * h]), np.array([-1.0, 0.0])


def _plan_grips(rng: np.random.Generator, kind: str) -> list[tuple[str, float, bool]]:
    """(side, position along the edge, thumb?) of every visible finger."""
    if kind in ("phone", "pad"):
        thumb = str(rng.choice(["l", "r"]))
        other, start = ("r" if thumb == "l" else "l"), uniform(rng, -0.1, 0.5)
        count = int(rng.integers(2, 4)) if kind == "phone" else 0
        return [(thumb, uniform(rng, 0.1, 0.7), True)] + [
            (other, start + 0.30 * i, False) for i in range(count)
        ]
    sides = [str(s) for s in rng.choice(["l", "r", "b"], int(rng.integers(1, 3)), replace=False)]
    return [
        (s, uniform(rng, -0.1, 0.75) if s != "b" else uniform(rng, -0.6, 0.6), True) for s in sides
    ]


def hold(
    image: np.ndarray,
    sheet: Sheet,
    homography: np.ndarray,
    rng: np.random.Generator,
    brightness: float,
) -> np.ndarray:
    """Paints the holder's fingers over the medium's edges in place; returns their coverage."""
    skin = SKIN_PALETTE[int(rng.integers(0, 4))] * np.exp(rng.normal(0, 0.1)) * brightness
    skin = skin.mean() + (skin - skin.mean()) * 0.6  # hands are paler than faces
    light = np.array([rng.normal(0, 0.4), rng.normal(0, 0.3), 1.0])
    light /= np.linalg.norm(light)
    cover = np.zeros(image.shape[:2], F32)
    thickness = uniform(rng, 0.075, 0.10) * (1.2 if sheet.kind == "phone" else 1.0)
    for side, along, thumb in _plan_grips(rng, sheet.kind):
        edge, inward = _edge_point(sheet, side, along)
        lean = rng.normal(0, 0.3) if thumb else rng.normal(0, 0.12)
        inward = np.array(
            [
                inward[0] * np.cos(lean) - inward[1] * np.sin(lean),
                inward[0] * np.sin(lean) + inward[1] * np.cos(lean),
            ]
        )
        radius = thickness * (1.0 if thumb else 0.82)
        tip = edge + inward * radius * (uniform(rng, 1.6, 3.0) if thumb else uniform(rng, 0.6, 1.3))
        a, b = transform(homography, np.stack([tip, tip + inward * 0.05]))
        step = b - a
        pixels = float(np.linalg.norm(step)) / 0.05
        finger = _finger(
            image,
            a,
            step / max(np.linalg.norm(step), 1e-6),
            radius * pixels,
            skin.astype(F32),
            light,
            thumb,
            30.0 if thumb else 4.5,
        )
        cover = np.maximum(cover, finger)
    return cover
