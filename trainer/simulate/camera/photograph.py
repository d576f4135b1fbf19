"""The one camera of every class: exposure, lens, Bayer sensor, phone processing, JPEG."""

from __future__ import annotations

import cv2
import numpy as np

from trainer.simulate.camera.development import (
    develop,
    match_detail,
    meter_window,
    phone_detail,
    phone_tone,
)
from trainer.simulate.camera.light import (
    F32,
    THIRDS,
    auto_expose,
    film_curve,
    jpeg,
    srgb_from_linear,
)

JPEG_QUALITY = (50, 92)
MISSED_FOCUS = 0.25  # share of pictures


def sensor(image: np.ndarray, rng: np.random.Generator, iso: float) -> np.ndarray:
    """RGGB sampling, shot and read noise, bilinear demosaic of linear (H,W,3)."""
    h, w = image.shape[:2]
    raw = np.empty((h, w), F32)
    raw[0::2, 0::2], raw[0::2, 1::2] = image[0::2, 0::2, 0], image[0::2, 1::2, 1]
    raw[1::2, 0::2], raw[1::2, 1::2] = image[1::2, 0::2, 1], image[1::2, 1::2, 2]
    raw = raw + rng.standard_normal((h, w), dtype=F32) * np.sqrt(
        np.clip(raw, 0, 1) * iso * 0.004 + (iso * 0.010) ** 2
    ).astype(F32)
    raw = np.clip(raw * 0.8 * 65535, 0, 65535).astype(np.uint16)
    return cv2.cvtColor(raw, cv2.COLOR_BayerBG2RGB).astype(F32) / 65535 / 0.8


def motion_blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    length, angle = int(rng.integers(2, max(3, image.shape[1] // 40))), rng.uniform(0, 3.14)
    kernel = np.zeros((2 * length + 1, 2 * length + 1), F32)
    dx, dy = length / 2 * np.cos(angle), length / 2 * np.sin(angle)
    cv2.line(
        kernel, (int(length - dx), int(length - dy)), (int(length + dx), int(length + dy)), 1.0, 1
    )
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def photograph(
    scene: np.ndarray,
    rng: np.random.Generator,
    box: tuple[float, float, float, float],
    out: int,
    dark: bool,
) -> bytes:
    """JPEG file (out x out px) of a linear scene (W,W,3); `box` is the face in scene pixels."""
    width = scene.shape[0]
    x = auto_expose(scene, float(rng.uniform(0.10, 0.22)))
    yy, xx = np.mgrid[-1 : 1 : width * 1j, -1 : 1 : width * 1j].astype(F32)
    x = x * (1 - rng.uniform(0, 0.18) * (xx**2 + yy**2) / 2)[:, :, None]
    x = cv2.GaussianBlur(x.astype(F32), (0, 0), float(abs(rng.normal(0.35, 0.3)) + 0.3))
    if rng.random() < MISSED_FOCUS:
        x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.8, 2.0)))
    if rng.random() < 0.15:
        x = motion_blur(x, rng)
    iso = float(np.exp(rng.uniform(np.log(0.06), np.log(0.45)))) * (1.8 if dark else 1)
    x = sensor(x, rng, iso)
    y = srgb_from_linear(film_curve(x))
    y = develop(y, phone_tone(rng, dark), meter_window(box, width))
    y = (y * 255 + 0.5).astype(np.uint8)
    if rng.random() < 0.5:  # denoising smear of phone pipelines
        y = cv2.bilateralFilter(y, 5, float(rng.uniform(6, 22)), 2)
    small = cv2.resize(y, (out, out), interpolation=cv2.INTER_AREA).astype(F32) / 255
    window = meter_window(tuple(v * out / width for v in box), out)
    small = match_detail(small, phone_detail(rng), window)
    return jpeg(
        (np.clip(small, 0, 1) * 255 + 0.5).astype(np.uint8), int(rng.integers(*JPEG_QUALITY))
    )


def source_photo(scene: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The attacker's own picture of the victim: linear scene -> clean sRGB 0..1, same size."""
    x = auto_expose(scene, float(rng.uniform(0.14, 0.22)))
    x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.3, 0.7)))
    x = x + rng.standard_normal(x.shape, dtype=F32) * rng.uniform(0.001, 0.006)
    y = srgb_from_linear(film_curve(x))
    grey = (y @ THIRDS)[:, :, None]
    return np.clip(grey + (y - grey) * rng.uniform(0.95, 1.15), 0, 1).astype(F32)
