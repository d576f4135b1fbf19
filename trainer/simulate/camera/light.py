"""Light and its codes: linear, sRGB, film, JPEG."""

from __future__ import annotations

import cv2
import numpy as np

F32 = np.float32
THIRDS = np.full(3, 1 / 3, F32)


def linear_from_srgb(x: np.ndarray) -> np.ndarray:
    """sRGB 0..1 -> linear light 0..1."""
    x = np.clip(x, 0, 1)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(F32)


def srgb_from_linear(x: np.ndarray) -> np.ndarray:
    """Linear light 0..1 -> sRGB 0..1."""
    x = np.clip(x, 0, 1)
    return np.where(
        x <= 0.0031308, 12.92 * x, 1.055 * np.power(np.maximum(x, 1e-6), 1 / 2.4) - 0.055
    ).astype(F32)


def luminance(x: np.ndarray) -> np.ndarray:
    """Rec. 709 luminance of (...,3)."""
    return x @ np.array([0.2126, 0.7152, 0.0722], F32)


def film_curve(x: np.ndarray) -> np.ndarray:
    """Linear scene light -> linear 0..1 with a soft shoulder that keeps highlights."""
    return 1 - np.exp(-1.35 * np.maximum(x, 0))


def soft_clip(x: np.ndarray) -> np.ndarray:
    """Clips to 0..1 with a knee above .8 and below .06."""
    x = np.where(x > 0.8, 0.8 + 0.2 * np.tanh((x - 0.8) / 0.2), x)
    return np.where(x < 0.06, 0.06 * np.exp((x - 0.06) / 0.06), x).astype(F32)


def auto_expose(image: np.ndarray, target: float) -> np.ndarray:
    """Scales linear light so that the centre's log-mean luminance equals `target`."""
    image = np.maximum(image, 0)
    h, w = image.shape[:2]
    centre = luminance(image[h // 5 : 4 * h // 5, w // 5 : 4 * w // 5])
    return image * (target / max(float(np.exp(np.log(centre + 0.01).mean())), 0.004))


def jpeg(image: np.ndarray, quality: int) -> bytes:
    """JPEG file of an RGB uint8 image."""
    return cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
