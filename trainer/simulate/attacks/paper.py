"""Ink on paper, and how a sheet bends."""

from __future__ import annotations

import cv2
import numpy as np

from trainer.simulate.camera.light import THIRDS, linear_from_srgb
from trainer.simulate.heads.raster import F32
from trainer.simulate.scenery import cloud_noise, uniform


def halftone(
    image: np.ndarray, u: np.ndarray, v: np.ndarray, dots: float, strength: float
) -> np.ndarray:
    """Soft amplitude-modulated CMYK screen.

    Image: sRGB (H,W,3); u, v: plane coordinates; dots per face height.
    """
    key = np.clip((1 - image.max(2)) * 0.85, 0, 1)
    cmy = np.clip((1 - image - key[:, :, None]) / np.maximum(1 - key[:, :, None], 0.05), 0, 1)
    inks = []
    for channel, degrees in zip(
        (cmy[:, :, 0], cmy[:, :, 1], cmy[:, :, 2], key), (15, 75, 0, 45), strict=True
    ):
        a, f = np.radians(degrees), 2 * np.pi * dots
        screen = (
            np.cos(f * (u * np.cos(a) + v * np.sin(a)))
            + np.cos(f * (v * np.cos(a) - u * np.sin(a)))
        ) * 0.25 + 0.5
        dot = 1 / (1 + np.exp(-(channel - screen) * 12))
        inks.append(channel * (1 - strength) + dot * strength)
    c, m, y, k = inks
    rgb = np.stack(
        [
            (1 - c * 0.93) * (1 - 0.04 * m),
            (1 - m * 0.90) * (1 - 0.10 * c),
            (1 - y * 0.88) * (1 - 0.14 * m),
        ],
        2,
    )
    return (rgb * (1 - 0.94 * k)[:, :, None]).astype(F32)


def _error_diffusion_look(
    image: np.ndarray, rng: np.random.Generator, strength: float
) -> np.ndarray:
    """Inkjet dither: coloured dots with blue-ish noise, about 1.5 px wide."""
    noise = rng.standard_normal(image.shape).astype(F32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.8) - cv2.GaussianBlur(noise, (0, 0), 2.4)
    spread = np.sqrt(np.clip(image * (1 - image), 0, 0.25)) + 0.05
    return image + noise / noise.std() * spread * strength


def print_reflectance(
    picture: np.ndarray, u: np.ndarray, v: np.ndarray, kind: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Ink on paper: sRGB picture (H,W,3) -> (linear reflectance (H,W,3), paper white (3,))."""
    good = kind == "photo" and rng.random() < 0.7
    grey = (picture @ THIRDS)[:, :, None]
    saturation = (
        0 if rng.random() < 0.03 else uniform(rng, 0.9, 1.25) if good else uniform(rng, 0.65, 1.15)
    )
    ink = np.clip(
        (grey + (picture - grey) * saturation - 0.5) * uniform(rng, 0.92, 1.12) + 0.5, 0, 1
    )
    if rng.random() < (0.45 if kind == "photo" else 0.75):
        ink = halftone(
            ink,
            u,
            v,
            uniform(rng, 24, 62),
            uniform(rng, 0.05, 0.35) if kind == "photo" else uniform(rng, 0.1, 0.55),
        )
    else:
        ink = _error_diffusion_look(
            ink, rng, uniform(rng, 0.06, 0.32) if kind == "photo" else uniform(rng, 0.1, 0.45)
        )
    if rng.random() < 0.5:  # print-head banding
        across = v if rng.random() < 0.5 else u
        ink = (
            ink
            * (
                1
                + uniform(rng, 0.02, 0.06)
                * np.sin(2 * np.pi * across * uniform(rng, 8, 26) + uniform(rng, 0, 6))
            )[:, :, None]
        )
    black = uniform(rng, 0.008, 0.02) if good else uniform(rng, 0.015, 0.045)
    white = uniform(rng, 0.74, 0.92) * np.array(
        [1, uniform(rng, 0.985, 1.0), uniform(rng, 0.93, 1.04)], F32
    )
    fibre = rng.standard_normal(u.shape).astype(F32)
    fibre = cv2.GaussianBlur(fibre, (0, 0), 1.2) - cv2.GaussianBlur(fibre, (0, 0), 4)
    rough = (
        (uniform(rng, 0.01, 0.05) if kind == "photo" else uniform(rng, 0.03, 0.14))
        * fibre
        / fibre.std()
        * 0.5
    )
    paper = (black + (white - black) * linear_from_srgb(ink)) * (1 + rough[:, :, None])
    return np.clip(paper, 0, 1).astype(F32), white


def paper_slope(
    rng: np.random.Generator, u: np.ndarray, v: np.ndarray, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Surface slope of a bent sheet (H,W) and thin crease lines (H,W)."""
    angle, bend = uniform(rng, 0, 3.14), rng.normal(0, 0.35 if kind == "photo" else 0.65)
    along = np.cos(angle) * u + np.sin(angle) * v
    slope = bend * np.sin(along * uniform(rng, 0.8, 2.6) + uniform(rng, -1, 1))
    wave = 0.14 if kind == "A4" else 0.04
    slope = slope + wave * uniform(rng, 0.2, 1.2) * cloud_noise(rng, u.shape[0], u.shape[1], 2.2)
    crease = np.zeros_like(slope)
    if rng.random() < (0.12 if kind == "photo" else 0.45):
        for _ in range(int(rng.integers(1, 3))):
            b = uniform(rng, 0, 3.14) if rng.random() < 0.4 else float(rng.choice([0, 1.57]))
            d = np.cos(b) * u + np.sin(b) * v - uniform(rng, -0.5, 0.5)
            crease += (
                uniform(rng, 0.2, 0.5) * float(rng.choice([-1, 1])) * np.exp(-((d / 0.012) ** 2))
            )
            crease += np.sign(d) * np.exp(-np.abs(d) / 0.18) * uniform(rng, -0.22, 0.22)
    return slope.astype(F32), crease.astype(F32)


def print_photograph(
    picture: np.ndarray,
    u: np.ndarray,
    v: np.ndarray,
    rng: np.random.Generator,
    *,
    dotted: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """A photograph as a printer or a photo shop prints it; its dots may be too fine to be seen
    unless it is to be `dotted`.

    sRGB picture (H,W,3) -> (linear reflectance (H,W,3), paper white (3,)). Inks reach fewer
    colours than screens do, and their black is no black.
    """
    grey = (picture @ THIRDS)[:, :, None]
    saturation = 0 if rng.random() < 0.05 else uniform(rng, 0.45, 1.1)
    ink = np.clip(grey + (picture - grey) * saturation, 0, 1)
    ink = np.clip((ink - 0.5) * uniform(rng, 0.75, 1.1) + 0.5 + rng.normal(0, 0.04), 0, 1)
    ink = (ink ** np.exp(rng.normal(0, 0.15))).astype(F32)
    screen, least = rng.random() * (0.6 if dotted else 1), 0.15 if dotted else 0.03
    if screen < 0.35:
        ink = halftone(ink, u, v, uniform(rng, 22, 70), uniform(rng, least, 0.45))
    elif screen < 0.6:
        ink = _error_diffusion_look(ink, rng, uniform(rng, least, 0.35))
    if rng.random() < 0.2:  # print-head banding
        phase = 2 * np.pi * (v if rng.random() < 0.5 else u) * uniform(rng, 6, 30)
        ink = ink * (1 + uniform(rng, 0.02, 0.08) * np.sin(phase + uniform(rng, 0, 6)))[:, :, None]
    black = float(np.exp(rng.uniform(*np.log((0.012, 0.14))))) * np.exp(rng.normal(0, 0.12, 3))
    white = uniform(rng, 0.6, 0.92) * np.array(
        [uniform(rng, 0.93, 1.02), 1, uniform(rng, 0.9, 1.08)]
    )
    fibre = rng.standard_normal(u.shape).astype(F32)
    fibre = cv2.GaussianBlur(fibre, (0, 0), uniform(rng, 0.5, 1.5)) - cv2.GaussianBlur(
        fibre, (0, 0), 4
    )
    rough = 1 + uniform(rng, 0, 0.08) * fibre / fibre.std()
    paper = (black + (white - black) * linear_from_srgb(ink)) * rough[:, :, None]
    return np.clip(paper, 0, 1).astype(F32), white.astype(F32)
