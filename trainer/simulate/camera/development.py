"""What a phone makes of a picture: tone and detail, brought to targets."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from trainer.simulate.camera.light import F32, THIRDS, soft_clip

METER_BOXES = 1.65  # side of the metering square in face boxes
MID_DETAIL, FINE_DETAIL = -5.8, -7.55  # typical log band energies of `band_energy`


def tone_statistics(view: np.ndarray) -> dict[str, float]:
    """Mean, contrast, mean saturation and channel casts of an sRGB view (H,W,3 in 0..1)."""
    view = cv2.resize(view, (64, 64), interpolation=cv2.INTER_AREA)
    grey, means = view @ THIRDS, view.reshape(-1, 3).mean(0)
    return {
        "mean": float(grey.mean()),
        "contrast": float(grey.std()),
        "saturation": float((view.max(2) - view.min(2)).mean()),
        "red": float(means[0] / max(means[1], 0.02)),
        "blue": float(means[2] / max(means[1], 0.02)),
    }


def band_energy(view: np.ndarray) -> tuple[float, float]:
    """Log energy of fine and of mid-scale detail of a view resized to 64 x 64."""
    grey = cv2.resize(view, (64, 64), interpolation=cv2.INTER_AREA) @ THIRDS
    near, far = cv2.GaussianBlur(grey, (0, 0), 0.9), cv2.GaussianBlur(grey, (0, 0), 3.0)
    return float(np.log(((grey - near) ** 2).mean() + 1e-6)), float(
        np.log(((near - far) ** 2).mean() + 1e-6)
    )


def _crop(image: np.ndarray, window: tuple[int, int, int, int]) -> np.ndarray:
    x0, y0, x1, y1 = window
    return image[y0:y1, x0:x1]


@dataclass(frozen=True)
class Tone:
    """Targets of `develop`: sRGB mean, contrast (3,) a channel, mean saturation, casts of red and
    blue against green."""

    mean: float
    contrast: np.ndarray
    saturation: float
    red: float
    blue: float


def phone_tone(rng: np.random.Generator, dark: bool) -> Tone:
    """Auto exposure, contrast, saturation and white balance of a phone.

    The targets are drawn from ONE distribution for live and attack images alike, so that global
    colour statistics do not give the class away.
    """
    mean = float(np.clip(rng.normal(0.42, 0.07), 0.26, 0.58)) * (0.62 if dark else 1)
    contrast = (
        float(np.clip(rng.normal(0.172, 0.033), 0.08, 0.28))
        * (0.75 if dark else 1)
        * np.exp(rng.normal([0.02, 0, 0], [0.04, 0.01, 0.05])).astype(F32)
    )
    saturation = float(np.exp(rng.normal(np.log(0.13), 0.24)))
    red, blue = float(np.exp(rng.normal(0.11, 0.055))), float(np.exp(rng.normal(-0.12, 0.065)))
    return Tone(mean, contrast, saturation, red, blue)


def develop(image: np.ndarray, tone: Tone, window: tuple[int, int, int, int]) -> np.ndarray:
    """The sRGB picture (H,W,3) in 0..1 brought to the targets, metered on the face window."""
    for _ in range(2):
        now = tone_statistics(_crop(image, window))
        gains = np.array(
            [(tone.red / now["red"]) ** 0.6, 1.0, (tone.blue / now["blue"]) ** 0.6], F32
        )
        image = image * np.clip(gains, 0.7, 1.45)
        grey = (image @ THIRDS)[:, :, None]
        now = tone_statistics(_crop(image, window))
        image = grey + (image - grey) * np.clip(
            tone.saturation / max(now["saturation"], 0.01), 0.6, 1.6
        )
        image = np.clip(image, 0, 1)
        gamma = np.clip(
            np.log(tone.mean) / np.log(np.clip(_crop(image, window).mean(), 0.05, 0.95)), 0.45, 2.2
        )
        image = np.power(image, gamma)
        pixels = cv2.resize(_crop(image, window), (64, 64), interpolation=cv2.INTER_AREA).reshape(
            -1, 3
        )
        centre, gain = (
            pixels.mean(0),
            np.clip(tone.contrast / np.maximum(pixels.std(0), 0.02), 0.6, 1.7),
        )
        # no strong colour contrast changes
        gain = np.clip(gain, gain.mean() * 0.88, gain.mean() * 1.12)
        image = soft_clip((image - centre) * gain + centre)
    return image


def phone_detail(rng: np.random.Generator) -> tuple[float, float]:
    """Log energy of mid-scale and of fine detail (`band_energy`), one distribution for all."""
    mid = rng.normal(MID_DETAIL, 0.32)
    return mid, FINE_DETAIL + 0.9 * (mid - MID_DETAIL) + rng.normal(0, 0.38)


def match_detail(
    image: np.ndarray, targets: tuple[float, float], window: tuple[int, int, int, int]
) -> np.ndarray:
    """The sRGB picture in 0..1 with its bands of detail scaled towards `phone_detail`'s targets."""
    target_mid, target_fine = targets
    scale = max((window[2] - window[0]) / 64, 1.0)
    for _ in range(3):
        fine, mid = band_energy(_crop(image, window))
        near, far = (
            cv2.GaussianBlur(image, (0, 0), 0.9 * scale),
            cv2.GaussianBlur(image, (0, 0), 3.0 * scale),
        )
        fine_gain, mid_gain = (
            float(np.clip(np.exp(0.5 * d), 0.62, top))
            for d, top in ((target_fine - fine, 1.22), (target_mid - mid, 1.15))
        )
        image = np.clip(far + mid_gain * (near - far) + fine_gain * (image - near), 0, 1)
    return image


def meter_window(box: tuple[float, float, float, float], width: int) -> tuple[int, int, int, int]:
    """Square of METER_BOXES face boxes around the face, clipped to the frame: x0,y0,x1,y1 px."""
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half = METER_BOXES / 2 * max(box[2] - box[0], box[3] - box[1])
    x0, y0 = max(0, int(cx - half)), max(0, int(cy - half))
    return x0, y0, max(min(width, int(cx + half)), x0 + 8), max(min(width, int(cy + half)), y0 + 8)
