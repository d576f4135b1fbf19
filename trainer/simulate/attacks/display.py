"""Screens: emission, sub-pixels, moire, interface and reflections."""

from __future__ import annotations

import cv2
import numpy as np

from fascore.decoding import decode
from trainer.simulate.attacks.media import Sheet
from trainer.simulate.camera.light import THIRDS, jpeg, linear_from_srgb
from trainer.simulate.heads.raster import F32
from trainer.simulate.scenery import cloud_noise, light_field, uniform


def compress_video(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Frame compression on the attacker's device; sRGB 0..1 in and out."""
    data = jpeg((picture * 255).astype(np.uint8), int(rng.integers(22, 75)))
    return decode(data).pixels.astype(F32) / 255


def pixel_lattice(
    u: np.ndarray, v: np.ndarray, pixels: float, rng: np.random.Generator
) -> np.ndarray:
    """Transmission (H,W,3) of the display's sub-pixels.

    `pixels` per face height. Aliasing with the camera gives moire.
    """
    depth, x, y = uniform(rng, 0.2, 0.8), u * pixels, v * pixels
    if rng.random() < 0.7:  # RGB stripes and black matrix
        stripes = np.stack([1 + depth * np.cos(2 * np.pi * (x - p)) for p in (0, 1 / 3, 2 / 3)], 2)
        return np.clip(
            stripes * (1 + 0.55 * depth * np.cos(2 * np.pi * y))[:, :, None], 0, None
        ).astype(F32)
    diamond = [
        1 + depth * np.cos(2 * np.pi * (x + y)),
        1 + depth * 0.9 * np.cos(2 * np.pi * x) * np.cos(2 * np.pi * y),
        1 + depth * np.cos(2 * np.pi * (x - y)),
    ]
    return np.clip(np.stack(diamond, 2), 0, None).astype(F32)


def moire(size: int, rng: np.random.Generator) -> np.ndarray:
    """Curved coloured beat pattern (size,size,3), multiplicative around 1."""
    yy, xx = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(F32)
    angle = uniform(rng, 0, 3.14)
    phase = (
        np.pi
        * uniform(rng, 5, 24)
        * (
            np.cos(angle) * xx
            + np.sin(angle) * yy
            + rng.normal(0, 0.4) * xx * yy
            + 0.25 * rng.normal() * (xx**2 - yy**2)
        )
    )
    amount, shift = uniform(rng, 0.02, 0.16), uniform(rng, 0.3, 2.1)
    beats = np.stack([np.cos(phase), np.cos(phase + shift), np.cos(phase + 2 * shift)], 2)
    patch = (
        1.0
        if rng.random() < 0.5
        else np.clip(0.65 + 0.4 * cloud_noise(rng, size, size, 2), 0, 1.4)[:, :, None]
    )
    return (1 + amount * beats * patch).astype(F32)


def user_interface(
    screen: np.ndarray, sheet: Sheet, u: np.ndarray, v: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Adds letterbox bars, a status bar or a window frame to the displayed sRGB image (H,W,3)."""
    bar = uniform(rng, 0.04, 0.11)
    top, bottom = v - (sheet.offset[1] - sheet.picture[1]), (sheet.offset[1] + sheet.picture[1]) - v
    tone = uniform(rng, 0.03, 0.15) if rng.random() < 0.6 else uniform(rng, 0.75, 0.95)
    style = rng.random()
    if style < (0.6 if sheet.kind == "phone" else 0.35):
        screen = np.where((top < bar)[:, :, None], tone, screen)
        icons = (
            (np.sin(u * 60) > 0.2)
            & (np.abs(top - bar / 2) < bar * 0.18)
            & (np.abs(u - sheet.offset[0]) > 0.3)
        )
        screen = np.where(icons[:, :, None], 1 - tone, screen)
    if style > 0.5:
        screen = np.where((bottom < bar * 1.3)[:, :, None], tone, screen)
        knob = np.hypot((u - sheet.offset[0]) * 1.0, bottom - bar * 0.65) < bar * 0.3
        screen = np.where(
            knob[:, :, None],
            np.array([0.3, 0.6, 0.9], F32) if rng.random() < 0.4 else 1 - tone,
            screen,
        )
    return screen.astype(F32)


def display_emission(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Light of a backlit screen for an sRGB image (H,W,3) -> linear, with its own gamma, white
    point and black level."""
    grey = (picture @ THIRDS)[:, :, None]
    shown = np.clip(grey + (picture - grey) * uniform(rng, 0.95, 1.25), 0, 1)
    shown = np.clip((shown - 0.5) * uniform(rng, 0.92, 1.12) + 0.5, 0, 1)
    light = linear_from_srgb(shown) ** uniform(rng, 0.88, 1.15)
    white = np.array([1 - uniform(rng, -0.04, 0.10), 1.0, 1 + uniform(rng, -0.05, 0.16)], F32)
    return (light * white + uniform(rng, 0.002, 0.02) * np.array([0.85, 0.95, 1.1], F32)).astype(
        F32
    )


def glass_reflection(size: int, rng: np.random.Generator, strong: bool) -> np.ndarray:
    """Mirror image of windows and lamps on glass (size,size,3), linear, 1 is about the screen's
    median."""
    out = np.zeros((size, size, 3), F32)
    for _ in range(int(rng.integers(1, 4))):
        layer = np.zeros((size, size), F32)
        centre = (uniform(rng, 0, size), uniform(rng, 0, size))
        if rng.random() < 0.6:
            box = cv2.boxPoints(
                (
                    centre,
                    (uniform(rng, 0.06, 0.35) * size, uniform(rng, 0.06, 0.3) * size),
                    uniform(rng, 0, 180),
                )
            )
            cv2.fillConvexPoly(layer, box.astype(np.int32), 1.0)
        else:
            cv2.circle(
                layer,
                (int(centre[0]), int(centre[1])),
                int(uniform(rng, 0.02, 0.10) * size) + 1,
                1.0,
                -1,
            )
        colour = np.exp(rng.normal(0, 0.10, 3)) * uniform(rng, 0.15, 1.0) * (2.0 if strong else 1)
        out += cv2.GaussianBlur(layer, (0, 0), uniform(rng, 1, size / 20))[
            :, :, None
        ] * colour.astype(F32)
    return out * light_field(rng, size, 0.3)[:, :, None]
