"""Brightness, colour and sharpness as such: what they give away, and pictures without them."""

from __future__ import annotations

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

STATISTICS = (
    "mean red", "mean green", "mean blue", "sd red", "sd green", "sd blue", "saturation",
    "sd saturation", "Laplacian variance", "gradient energy", "brightness", "contrast", "range",
)  # fmt: skip
MEAN, SPREAD = 118.0, 52.0  # grey levels of an equalised channel; a usual photograph's


def global_statistics(image: np.ndarray) -> list[float]:
    """The 13 `STATISTICS` of an RGB uint8 image: colour, brightness and sharpness, no structure."""
    pixels = image.astype(float) / 255
    grey = pixels.mean(2)
    slope_y, slope_x = np.gradient(grey)
    laplacian = cv2.Laplacian(grey, cv2.CV_64F)[1:-1, 1:-1]
    saturation = pixels.max(2) - pixels.min(2)
    low, high = np.percentile(grey, [5, 95])
    return [
        *pixels.mean((0, 1)),
        *pixels.std((0, 1)),
        saturation.mean(),
        saturation.std(),
        laplacian.var(),
        (slope_x**2 + slope_y**2).mean(),
        grey.mean(),
        grey.std(),
        high - low,
    ]


def statistics_regression() -> Pipeline:
    """The logistic regression on `global_statistics` that networks are held against, not fitted."""
    return make_pipeline(
        StandardScaler(), LogisticRegression(max_iter=2000, class_weight="balanced")
    )


def equalised(images: np.ndarray) -> np.ndarray:
    """The images with the same mean and the same spread in each channel, `MEAN` and `SPREAD`.

    What separates the classes in these is neither exposure nor contrast nor a cast.

    Parameters
    ----------
    images : uint8 array (N, H, W, 3)

    Returns
    -------
    uint8 array (N, H, W, 3)
        Rounded and clipped to 0..255. A channel of one grey level is `MEAN` everywhere.
    """
    pixels = images.astype(np.float32)
    centred = pixels - pixels.mean((1, 2), keepdims=True)
    stretched = centred * (SPREAD / np.maximum(pixels.std((1, 2), keepdims=True), 1.0))
    return np.clip(stretched + MEAN, 0, 255).round().astype(np.uint8)
