"""The one camera of every class: exposure, lens, Bayer sensor, phone processing, JPEG."""

from __future__ import annotations

import cv2
import numpy as np

F32 = np.float32
THIRDS = np.full(3, 1 / 3, F32)
JPEG_QUALITY = (50, 92)
MISSED_FOCUS = 0.25  # share of pictures
METER_BOXES = 1.65  # side of the metering square in face boxes
MID_DETAIL, FINE_DETAIL = -5.8, -7.55  # typical log band energies of `band_energy`


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


def _motion_blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    length, angle = int(rng.integers(2, max(3, image.shape[1] // 40))), rng.uniform(0, 3.14)
    kernel = np.zeros((2 * length + 1, 2 * length + 1), F32)
    dx, dy = length / 2 * np.cos(angle), length / 2 * np.sin(angle)
    cv2.line(
        kernel, (int(length - dx), int(length - dy)), (int(length + dx), int(length + dy)), 1.0, 1
    )
    return cv2.filter2D(image, -1, kernel / kernel.sum())


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


def phone_processing(
    image: np.ndarray, rng: np.random.Generator, window: tuple[int, int, int, int], dark: bool
) -> np.ndarray:
    """Auto exposure, contrast, saturation and white balance of a phone, metered on the face window.

    The targets are drawn from ONE distribution for live and attack images alike, so that global
    colour statistics
    do not give the class away. image: sRGB (H,W,3) in 0..1.
    """
    mean = float(np.clip(rng.normal(0.42, 0.07), 0.26, 0.58)) * (0.62 if dark else 1)
    contrast = (
        float(np.clip(rng.normal(0.172, 0.033), 0.08, 0.28))
        * (0.75 if dark else 1)
        * np.exp(rng.normal([0.02, 0, 0], [0.04, 0.01, 0.05])).astype(F32)
    )
    saturation = float(np.exp(rng.normal(np.log(0.13), 0.24)))
    red, blue = float(np.exp(rng.normal(0.11, 0.055))), float(np.exp(rng.normal(-0.12, 0.065)))
    for _ in range(2):
        now = tone_statistics(_crop(image, window))
        gains = np.array([(red / now["red"]) ** 0.6, 1.0, (blue / now["blue"]) ** 0.6], F32)
        image = image * np.clip(gains, 0.7, 1.45)
        grey = (image @ THIRDS)[:, :, None]
        now = tone_statistics(_crop(image, window))
        image = grey + (image - grey) * np.clip(saturation / max(now["saturation"], 0.01), 0.6, 1.6)
        image = np.clip(image, 0, 1)
        gamma = np.clip(
            np.log(mean) / np.log(np.clip(_crop(image, window).mean(), 0.05, 0.95)), 0.45, 2.2
        )
        image = np.power(image, gamma)
        pixels = cv2.resize(_crop(image, window), (64, 64), interpolation=cv2.INTER_AREA).reshape(
            -1, 3
        )
        centre, gain = pixels.mean(0), np.clip(contrast / np.maximum(pixels.std(0), 0.02), 0.6, 1.7)
        # no strong colour contrast changes
        gain = np.clip(gain, gain.mean() * 0.88, gain.mean() * 1.12)
        image = soft_clip((image - centre) * gain + centre)
    return image


def match_detail(
    image: np.ndarray, rng: np.random.Generator, window: tuple[int, int, int, int]
) -> np.ndarray:
    """Sharpness and local contrast of a phone, targets drawn from one distribution for all.

    Splits the picture into base, mid and fine bands and scales the bands. image: sRGB 0..1.
    """
    target_mid = rng.normal(MID_DETAIL, 0.32)
    target_fine = FINE_DETAIL + 0.9 * (target_mid - MID_DETAIL) + rng.normal(0, 0.38)
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


def jpeg(image: np.ndarray, quality: int) -> bytes:
    """JPEG file of an RGB uint8 image."""
    return cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def meter_window(box: tuple[float, float, float, float], width: int) -> tuple[int, int, int, int]:
    """Square of METER_BOXES face boxes around the face, clipped to the frame: x0,y0,x1,y1 px."""
    cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half = METER_BOXES / 2 * max(box[2] - box[0], box[3] - box[1])
    x0, y0 = max(0, int(cx - half)), max(0, int(cy - half))
    return x0, y0, max(min(width, int(cx + half)), x0 + 8), max(min(width, int(cy + half)), y0 + 8)


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
        x = _motion_blur(x, rng)
    iso = float(np.exp(rng.uniform(np.log(0.06), np.log(0.45)))) * (1.8 if dark else 1)
    x = sensor(x, rng, iso)
    y = srgb_from_linear(film_curve(x))
    y = phone_processing(y, rng, meter_window(box, width), dark)
    y = (y * 255 + 0.5).astype(np.uint8)
    if rng.random() < 0.5:  # denoising smear of phone pipelines
        y = cv2.bilateralFilter(y, 5, float(rng.uniform(6, 22)), 2)
    small = cv2.resize(y, (out, out), interpolation=cv2.INTER_AREA).astype(F32) / 255
    small = match_detail(small, rng, meter_window(tuple(v * out / width for v in box), out))
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
