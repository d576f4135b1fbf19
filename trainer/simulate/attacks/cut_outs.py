"""Outlines of paper cut-outs: signed distances (H,W) in face boxes, negative on the paper."""

from __future__ import annotations

import numpy as np

from trainer.simulate.camera.light import F32
from trainer.simulate.portraits import EXPANSION, SIDE, Portrait
from trainer.simulate.scenery import uniform


def _eye_holes(
    distance: np.ndarray,
    victim: Portrait,
    u: np.ndarray,
    v: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """The outline with both eyes cut out."""
    radius = uniform(rng, 0.03, 0.055)
    for x, y in victim.points[:2]:
        hole = np.hypot((u - x) / 1.6, v - y) - radius
        distance = np.maximum(distance, -hole)
    return distance


def cut_face(
    victim: Portrait, u: np.ndarray, v: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """An oval along the face, cut by hand; one in three with holes for the eyes."""
    around = np.arctan2(v, u)
    wobble = sum(
        uniform(rng, 0, 0.05) * np.cos(n * around + uniform(rng, 0, 6)) for n in range(2, 7)
    )
    width, height = uniform(rng, 0.38, 0.62), uniform(rng, 0.5, 0.75)
    distance = (np.hypot(u / width, v / height) / (1 + wobble) - 1) * 0.45
    if rng.random() < 0.35:
        distance = _eye_holes(distance, victim, u, v, rng)
    return distance.astype(F32)


def cut_upper_body(
    victim: Portrait, u: np.ndarray, v: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Head and shoulders cut out along the person, with a margin of paper."""
    matte = victim.sample(victim.matte, u, v)
    slope = SIDE / EXPANSION * 0.02  # of the soft matte, about one in so many face boxes
    margin = uniform(rng, -0.02, 0.08)
    return ((0.5 - matte) * 0.12 / slope - margin).astype(F32)


def cut_region(
    victim: Portrait, u: np.ndarray, v: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """A strip with a part of the face, from the eyes alone to all but the chin; eyes often cut."""
    half_width = uniform(rng, 0.42, 0.75)
    top, bottom = uniform(rng, 0.25, 0.8), uniform(rng, 0.05, 0.75)
    lean = rng.normal(0, 0.08)
    x, y = u + lean * v, v - lean * u
    distance = np.maximum(np.maximum(np.abs(x) - half_width, -y - top), y - bottom)
    if rng.random() < 0.6:
        distance = _eye_holes(distance, victim, u, v, rng)
    return distance.astype(F32)
