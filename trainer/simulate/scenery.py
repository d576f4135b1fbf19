"""Lighting and soft, out-of-focus room or outdoor backgrounds, all in linear light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from trainer.simulate.heads.raster import F32, light_directions

Colour = tuple[float, float, float]  # linear RGB
ILLUMINATIONS = ("normal", "strong", "back", "dark")
ILLUMINATION_ODDS = (0.58, 0.16, 0.12, 0.14)


@dataclass
class Lighting:
    """Light around the head.

    radiance: (D,3) per `light_directions()` entry; keys: (direction (3,), colour (3,), sharpness)
    of each lamp or window.
    """

    kind: str
    radiance: np.ndarray
    keys: list[tuple[np.ndarray, np.ndarray, float]]


def uniform(rng: np.random.Generator, low: float, high: float) -> float:
    """Python float drawn uniformly."""
    return float(rng.uniform(low, high))


def cloud_noise(rng: np.random.Generator, height: int, width: int, beta: float = 1.6) -> np.ndarray:
    """Smooth 1/f^beta noise (height,width) with unit standard deviation."""
    n = 64
    freq = np.hypot(np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n)[None])
    spectrum = np.maximum(freq, 1 / n) ** -beta * np.exp(2j * np.pi * rng.random((n, n // 2 + 1)))
    noise = np.fft.irfft2(spectrum, s=(n, n))
    noise = (noise - noise.mean()) / noise.std()
    return cv2.resize(noise.astype(F32), (width, height), interpolation=cv2.INTER_CUBIC)


def light_field(rng: np.random.Generator, size: int, strength: float) -> np.ndarray:
    """Uneven illumination (size,size), multiplicative, around 1: a gradient and a wide spot."""
    yy, xx = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(F32)
    angle, cx, cy, radius = (
        uniform(rng, 0, 6.283),
        uniform(rng, -1, 1),
        uniform(rng, -1, 1),
        uniform(rng, 0.6, 1.6),
    )
    spot = np.exp(-((xx - cx) ** 2 + (yy - cy) ** 2) / (2 * radius**2))
    return np.exp(
        strength * (0.5 * (np.cos(angle) * xx + np.sin(angle) * yy) + 0.8 * (spot - 0.4))
    ).astype(F32)


def sample_lighting(rng: np.random.Generator, kind: str) -> Lighting:
    """Ambient light plus one or two lamps; `kind` is one of ILLUMINATIONS."""
    dirs = light_directions()
    ambient = uniform(rng, 0.3, 0.8) * {"normal": 1, "strong": 0.45, "back": 0.6, "dark": 0.8}[kind]
    sky = np.exp(rng.normal(0, 0.06, 3))
    radiance = (
        ambient
        * sky
        * (0.75 + 0.35 * dirs[:, 1:2] + 0.12 * rng.normal() * dirs[:, 0:1])
        / len(dirs)
        * 2
    )
    keys = []
    for _ in range(int(rng.integers(1, 3))):
        azimuth = uniform(rng, -80, 80) if kind == "strong" else uniform(rng, -60, 60)
        if kind == "back":
            azimuth = float(rng.choice([-1, 1])) * uniform(rng, 95, 125)
        a, e = np.radians(azimuth), np.radians(uniform(rng, 0, 55))
        direction = np.array([np.cos(e) * np.sin(a), np.sin(e), np.cos(e) * np.cos(a)], F32)
        power = uniform(rng, 0.3, 1.1) * {"normal": 1, "strong": 1.6, "back": 1, "dark": 0.8}[kind]
        sharp = float(np.exp(rng.uniform(np.log(4), np.log(20)))) * (2.5 if kind == "strong" else 1)
        weight = np.exp(sharp * (dirs @ direction - 1))
        colour = (power * np.exp(rng.normal(0, 0.07, 3))).astype(F32)
        radiance = radiance + 1.6 * (weight / (weight.sum() + 0.05))[:, None] * colour
        keys.append((direction, colour, sharp))
    return Lighting(kind, np.maximum(radiance, 0).astype(F32), keys)


def defocus(image: np.ndarray, radius: float) -> np.ndarray:
    """Disc-shaped lens blur; radius in pixels."""
    if radius < 0.7:
        return image
    n = int(np.ceil(radius))
    yy, xx = np.mgrid[-n : n + 1, -n : n + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(xx, yy), 0, 1).astype(F32)
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)


def _rgb(values: np.ndarray) -> Colour:
    """Three floats, as OpenCV wants a colour."""
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _tinted(rng: np.random.Generator, level: float, spread: float = 0.10) -> Colour:
    """A muted colour of given brightness, slightly warm on average."""
    warmth = np.array([1.06, 1.0, 0.90]) ** uniform(rng, -0.3, 1.5)
    return _rgb(level * warmth * np.exp(rng.normal(0, spread, 3)))


def _box(image: np.ndarray, x: float, y: float, w: float, h: float, colour: Colour) -> None:
    """Filled rectangle; x, y, w, h as fractions of the image size."""
    s = image.shape[0]
    cv2.rectangle(
        image,
        (int(x * s), int(y * s)),
        (int((x + w) * s), int((y + h) * s)),
        colour,
        -1,
        cv2.LINE_AA,
    )


def _window(rng: np.random.Generator, image: np.ndarray, x: float, y: float) -> None:
    w, h, light = uniform(rng, 0.2, 0.45), uniform(rng, 0.3, 0.6), uniform(rng, 0.9, 2.2)
    frame = _tinted(rng, uniform(rng, 0.1, 0.7), 0.03)
    _box(image, x - 0.02, y - 0.02, w + 0.04, h + 0.04, frame)
    _box(image, x, y, w, h, (light * 0.92, light, light * 1.08))
    _box(
        image,
        x,
        y + h * uniform(rng, 0.55, 0.8),
        w,
        h * 0.2,
        (light * 0.35, light * 0.5, light * 0.3),
    )
    _box(image, x + w / 2 - 0.008, y, 0.016, h, frame)


def _shelf(rng: np.random.Generator, image: np.ndarray, x: float, y: float) -> None:
    w = uniform(rng, 0.25, 0.6)
    wood = _tinted(rng, uniform(rng, 0.08, 0.3), 0.05)
    for level in range(int(rng.integers(1, 4))):
        top, at = y + level * 0.24, x
        while at < x + w:
            bw, bh = uniform(rng, 0.015, 0.05), uniform(rng, 0.10, 0.19)
            _box(image, at, top + 0.2 - bh, bw, bh, _tinted(rng, uniform(rng, 0.03, 0.5), 0.3))
            at += bw + (uniform(rng, 0, 0.08) if rng.random() < 0.3 else 0)
        _box(image, x - 0.01, top + 0.2, w + 0.02, 0.018, wood)


def _room(rng: np.random.Generator, size: int) -> np.ndarray:
    wall = np.array(_tinted(rng, uniform(rng, 0.15, 0.75), 0.12), F32)
    image = np.ones((size, size, 3), F32) * wall
    corner = uniform(rng, -0.5, 1.5)
    if 0 < corner < 1:
        _box(image, corner, 0, 1, 1, _rgb(wall * uniform(rng, 0.6, 0.9)))
    if rng.random() < 0.3:
        _box(image, 0, uniform(rng, 0.75, 0.95), 1, 1, _tinted(rng, uniform(rng, 0.08, 0.4)))
    for _ in range(int(rng.integers(1, 6))):
        x, y, kind = uniform(rng, -0.25, 0.95), uniform(rng, -0.2, 0.5), rng.random()
        if kind < 0.3:
            _window(rng, image, x, y)
        elif kind < 0.5:
            _shelf(rng, image, x, y)
        elif kind < 0.75:  # picture or poster
            w, h = uniform(rng, 0.12, 0.4), uniform(rng, 0.12, 0.4)
            _box(image, x, y, w, h, _tinted(rng, uniform(rng, 0.02, 0.5)))
            _box(
                image,
                x + 0.02,
                y + 0.02,
                w - 0.04,
                h - 0.04,
                _tinted(rng, uniform(rng, 0.1, 0.7), 0.25),
            )
        else:  # door or cupboard
            _box(
                image,
                x,
                y * 0.5,
                uniform(rng, 0.2, 0.4),
                1.2,
                _tinted(rng, uniform(rng, 0.06, 0.6), 0.08),
            )
    if rng.random() < 0.35:
        lamp = uniform(rng, 1.5, 3.5)
        cv2.circle(
            image,
            (int(uniform(rng, 0, 1) * size), int(uniform(rng, 0, 0.4) * size)),
            int(uniform(rng, 0.02, 0.05) * size),
            (lamp, lamp * 0.9, lamp * 0.7),
            -1,
            cv2.LINE_AA,
        )
    return image


def _outdoors(rng: np.random.Generator, size: int) -> np.ndarray:
    yy = np.linspace(0, 1, size, dtype=F32)[:, None, None]
    sky = uniform(rng, 0.7, 1.6)
    image = (
        sky
        * (np.array([0.55, 0.75, 1.05], F32) * (1 - yy) + np.array([0.95, 0.98, 1.0], F32) * yy)
        * np.ones((1, size, 1), F32)
    )
    horizon = uniform(rng, 0.25, 0.7)
    if rng.random() < 0.45:  # buildings with rows of windows
        at = -0.1
        while at < 1:
            w, top, tone = (
                uniform(rng, 0.15, 0.4),
                horizon * uniform(rng, 0.1, 0.9),
                _tinted(rng, uniform(rng, 0.1, 0.5)),
            )
            _box(image, at, top, w, 1, tone)
            for wy in np.arange(top + 0.04, 1, 0.09):
                for wx in np.arange(at + 0.03, at + w - 0.03, 0.08):
                    _box(image, wx, wy, 0.035, 0.045, _rgb(np.array(tone) * 0.4))
            at += w
    if rng.random() < 0.75:  # trees
        leaf = np.array([0.09, 0.16, 0.05], F32) * uniform(rng, 0.6, 2.2)
        line = horizon + 0.13 * cloud_noise(rng, size, size, 1.5)
        crown = np.clip((yy[:, :, 0] - line + 0.12) * 12, 0, 1)[:, :, None]
        image = (
            image * (1 - crown)
            + crown * leaf * np.exp(0.5 * cloud_noise(rng, size, size, 0.9))[:, :, None]
        )
    ground = np.array(_tinted(rng, uniform(rng, 0.1, 0.4)), F32) * np.array([0.95, 1.0, 0.85], F32)
    below = np.clip((yy - uniform(rng, 0.7, 1.1)) * 14, 0, 1)
    image = image * (1 - below) + below * ground
    for _ in range(int(rng.integers(0, 10))):  # sun flecks become bokeh discs
        spark = uniform(rng, 1.5, 5)
        cv2.circle(
            image,
            tuple(int(v) for v in rng.integers(0, size, 2)),
            max(1, size // 90),
            (spark, spark, spark * 0.85),
            -1,
        )
    return image.astype(F32)


def background(
    rng: np.random.Generator, size: int, outdoor: bool, blur: float | None = None
) -> np.ndarray:
    """Defocused scene (size,size,3), linear.

    1 is a white wall in the scene's light. `blur` is the disc radius / size.
    """
    image = np.ascontiguousarray(_outdoors(rng, size) if outdoor else _room(rng, size))
    image *= (
        np.exp(0.07 * cloud_noise(rng, size, size, 1.8))[:, :, None]
        * light_field(rng, size, abs(rng.normal(0, 0.35)))[:, :, None]
    )
    radius = (uniform(rng, 0.05, 0.2) ** 2 if blur is None else blur) * size
    return np.clip(cv2.GaussianBlur(defocus(image, radius), (0, 0), 0.8), 0, 5).astype(F32)
