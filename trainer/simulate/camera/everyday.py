"""Any camera people have, from a sharp web portrait's to a dim webcam: one for every class.

No parameter depends on the class. What global statistics could tell (brightness, contrast,
colour, sharpness) is brought to targets drawn alike for all.
"""

from __future__ import annotations

import cv2
import numpy as np

from fascore.decoding import decode
from trainer.simulate.camera.development import (
    FINE_DETAIL,
    MID_DETAIL,
    Tone,
    develop,
    match_detail,
    meter_window,
)
from trainer.simulate.camera.light import (
    F32,
    THIRDS,
    auto_expose,
    film_curve,
    jpeg,
    srgb_from_linear,
)
from trainer.simulate.camera.photograph import motion_blur, sensor
from trainer.simulate.scenery import uniform

FACE_PIXELS = (36.0, 260.0)  # longer side of the face box in the camera's own picture
CLEAR = 0.4  # share of cameras that are sharp, clean and compress little
JPEG_QUALITY, CLEAR_QUALITY = (35, 97), (60, 97)


def take_picture(
    scene: np.ndarray,
    rng: np.random.Generator,
    box: tuple[float, float, float, float],
    *,
    dark: bool,
) -> tuple[bytes, int]:
    """JPEG of a linear scene (W,W,3), and its side in px; `box` is the face x0,y0,x1,y1 in it.

    A face larger than the scene shows it is taken at the scene's own size, with so much less
    noise and compression as its pixels would have averaged out.
    """
    width, clear = scene.shape[0], rng.random() < CLEAR
    face = float(np.exp(rng.uniform(*np.log(FACE_PIXELS))))
    there = max(box[2] - box[0], box[3] - box[1])
    side = 2 * int(np.clip(face / there, 40 / width, 1) * width / 2)
    spare = max(face / there, 1.0)  # camera's pixels for one of the scene
    x = _through_lens(auto_expose(scene, uniform(rng, 0.08, 0.28)), rng, clear)
    if side < width:
        x = cv2.resize(x, (side, side), interpolation=cv2.INTER_AREA)
    y = _on_sensor(x, rng, clear, spare, dark)
    window = meter_window((box[0], box[1], box[2], box[3]), width)
    window = tuple(int(value * side / width) for value in window)  # type: ignore[assignment]
    y = match_detail(develop(y, any_tone(rng, dark), window), any_detail(rng), window)
    pixels = _processed(y, rng)
    for _ in range(1 if rng.random() < 0.75 else 2):
        quality = int(rng.integers(*(CLEAR_QUALITY if clear else JPEG_QUALITY)))
        data = jpeg(pixels, round(100 - (100 - quality) / spare))
        pixels = decode(data).pixels
    return data, side


def any_tone(rng: np.random.Generator, dark: bool) -> Tone:
    """Targets of brightness, contrast and colour, much wider than one phone's."""
    mean = float(np.clip(rng.normal(0.46, 0.10), 0.18, 0.74)) * (0.6 if dark else 1)
    contrast = float(np.clip(rng.normal(0.21, 0.06), 0.08, 0.38)) * (0.75 if dark else 1)
    by_channel = np.exp(rng.normal([0.02, 0, 0], [0.06, 0.02, 0.07])).astype(F32)
    saturation = float(np.exp(rng.normal(np.log(0.12), 0.45)))
    red, blue = float(np.exp(rng.normal(0.08, 0.10))), float(np.exp(rng.normal(-0.06, 0.11)))
    return Tone(mean, contrast * by_channel, saturation, red, blue)


def any_detail(rng: np.random.Generator) -> tuple[float, float]:
    """Targets of mid-scale and fine detail, from a blurred webcam's to a sharpened portrait's."""
    mid = rng.normal(MID_DETAIL + 0.1, 0.6)
    return mid, FINE_DETAIL + 0.9 * (mid - MID_DETAIL) + rng.normal(0, 0.6)


def _through_lens(x: np.ndarray, rng: np.random.Generator, clear: bool) -> np.ndarray:
    """Veiling light, blur and motion."""
    if rng.random() < (0.1 if clear else 0.3):
        x = x + uniform(rng, 0, 0.05) * np.exp(rng.normal(0, 0.1, 3)).astype(F32)
    if clear:
        blur = abs(rng.normal(0, 0.4))
    else:
        blur = float(np.clip(np.exp(rng.normal(-0.25, 0.65)), 0, 3.2))
    if blur > 0.25:
        x = cv2.GaussianBlur(x, (0, 0), blur)
    return motion_blur(x, rng) if rng.random() < (0.04 if clear else 0.15) else x


def _on_sensor(
    x: np.ndarray, rng: np.random.Generator, clear: bool, spare: float, dark: bool
) -> np.ndarray:
    """Noise and the sensor's response: linear to sRGB 0..1."""
    iso = float(np.exp(rng.uniform(np.log(0.02), np.log(0.12 if clear else 0.5))))
    iso *= (1.6 if dark else 1) / spare
    if clear or rng.random() < 0.4:
        spread = np.sqrt(np.clip(x, 0, 1) * iso * 0.003 + (iso * 0.008) ** 2)
        x = x + rng.standard_normal(x.shape, dtype=F32) * spread.astype(F32)
    else:
        x = sensor(np.clip(x, 0, 30).astype(F32), rng, iso)
    return srgb_from_linear(film_curve(x) if rng.random() < 0.6 else x)


def _processed(y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Sharpening and denoising, as uint8."""
    if rng.random() < 0.35:
        y = y + uniform(rng, 0.2, 1.0) * (y - cv2.GaussianBlur(y, (0, 0), uniform(rng, 0.7, 1.6)))
    pixels = (np.clip(y, 0, 1) * 255 + 0.5).astype(np.uint8)
    if rng.random() < 0.35:
        pixels = cv2.bilateralFilter(pixels, 5, uniform(rng, 8, 35), 2)
    return pixels


def web_picture(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An attacker's picture of the victim as found on the web: sRGB (H,W,3) 0..1, graded."""
    y = np.clip(picture, 0, 1) ** np.exp(rng.normal(0, 0.15))
    mean = y.mean()
    y = (y - mean) * np.exp(rng.normal(0.03, 0.12)) + mean
    grey = (y @ THIRDS)[:, :, None]
    y = grey + (y - grey) * np.exp(rng.normal(0.05, 0.18))
    return np.clip(y * np.exp(rng.normal(0, 0.05, 3)), 0, 1).astype(F32)
