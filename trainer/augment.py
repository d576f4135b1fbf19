"""Training images made different every time: place, tone, light, detail, what covers the face."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import tensorflow as tf

SHIFT = 3  # px, of light augmentation
GREY = [0.299, 0.587, 0.114]


def light(image: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """A random flip, and a random shift of up to 3 pixels with the border mirrored."""
    image = tf.image.stateless_random_flip_left_right(image, seed)
    padding = [[SHIFT, SHIFT], [SHIFT, SHIFT], [0, 0]]
    padded = tf.pad(image, padding, "REFLECT")
    return tf.image.stateless_random_crop(padded, tf.shape(image), seed + 1)


@dataclass(frozen=True)
class Strength:
    """How many images are changed, as shares, and how much.

    Attributes
    ----------
    hard_light, uneven_light : float
        Of which light burns out or goes black, and of which it is not the same everywhere.
    blurred, sharpened, sharpest : float
        The last is how much more than a fifth of the detail may be added.
    noisy, loudest : float
        The last in grey levels, above one.
    stored, worst : float
        As JPEG, of this quality or a better one.
    """

    hard_light: float = 0.0
    uneven_light: float = 0.0
    blurred: float = 0.25
    sharpened: float = 0.17
    sharpest: float = 0.6
    noisy: float = 0.2
    loudest: float = 7.0
    stored: float = 0.2
    worst: float = 40.0


STRONG = Strength()
HARD = Strength(
    hard_light=0.12,
    uneven_light=0.2,
    blurred=0.3,
    sharpened=0.2,
    sharpest=0.7,
    noisy=0.35,
    loudest=9.0,
    stored=0.3,
    worst=35.0,
)


def made_new(image: tf.Tensor, seed: tf.Tensor, *, by: Strength) -> tf.Tensor:
    """What another camera, another place and another detector's box would have made of it.

    Crop, tone, light, sharpness, noise, compression and a patch that covers a part; float32 0..255.
    Tone changes by more than live and spoof differ in it: it is of no use for telling them apart.
    """
    x = _moved(tf.cast(image, tf.float32), seed)
    x = _lit(_graded(x / 255, seed + 1), seed + 6, by) * 255
    x = _detailed(x, seed + 2, by)
    x = _noisy(x, seed + 3, by)
    x = _compressed(tf.clip_by_value(x, 0.0, 255.0), seed + 4, by)
    return _covered(x, seed + 5)


AUGMENTATIONS: dict[str, Callable[[tf.Tensor, tf.Tensor], tf.Tensor]] = {
    "none": lambda image, seed: image,
    "light": light,
    "strong": partial(made_new, by=STRONG),
    "hard": partial(made_new, by=HARD),
}


def _uniform(seed: tf.Tensor, count: int) -> list[tf.Tensor]:
    return tf.unstack(tf.random.stateless_uniform([count], seed))


def _normal(seed: tf.Tensor, count: int) -> list[tf.Tensor]:
    return tf.unstack(tf.random.stateless_normal([count], seed))


def _moved(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Scale by up to 17 %, shift by up to 7 % of the side, aspect, a little rotation, flip."""
    side = tf.cast(tf.shape(x)[0], tf.float32)
    zoom, across, down, flip, still, turns = _uniform(seed, 6)
    aspect, angle = _normal(seed, 2)
    scale = tf.exp((zoom - 0.5) * 0.32)
    wide, high = scale * tf.exp(0.04 * aspect), scale / tf.exp(0.04 * aspect)
    angle = tf.where(turns < 0.4, angle * 0.07, 0.0)  # radians
    cosine, sine = tf.cos(angle), tf.sin(angle)
    moved = tf.stack([across - 0.5, down - 0.5]) * 0.14 * side
    # a quarter is not resampled: it keeps the detail of what the network sees later
    still = still < 0.25
    a0, a1 = tf.where(still, 1.0, wide * cosine), tf.where(still, 0.0, -wide * sine)
    b0, b1 = tf.where(still, 0.0, high * sine), tf.where(still, 1.0, high * cosine)
    moved = tf.where(still, tf.round(moved), moved)
    middle = (side - 1) / 2
    a2 = middle + moved[0] - middle * (a0 + a1)
    b2 = middle + moved[1] - middle * (b0 + b1)
    mirror = flip < 0.5  # output x becomes side - 1 - x
    a2 = tf.where(mirror, a2 + a0 * (side - 1), a2)
    b2 = tf.where(mirror, b2 + b0 * (side - 1), b2)
    a0, b0 = tf.where(mirror, -a0, a0), tf.where(mirror, -b0, b0)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=x[None],
        transforms=tf.stack([a0, a1, a2, b0, b1, b2, 0.0, 0.0])[None],
        output_shape=tf.shape(x)[:2],
        interpolation="BILINEAR",
        fill_mode="REFLECT",
        fill_value=0.0,
    )[0]


def _graded(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Gamma, contrast, brightness, white balance and saturation of four images in five."""
    gamma, contrast, bright, colour, *gains = _normal(seed, 7)
    draw, grey_only = _uniform(seed, 2)
    y = tf.pow(tf.clip_by_value(x, 0.0, 1.0), tf.exp(0.25 * gamma))
    mean = tf.reduce_mean(y)
    y = (y - mean) * tf.exp(0.22 * contrast) + mean * tf.exp(0.15 * bright)
    y = y * tf.exp(0.08 * tf.stack(gains))
    grey = tf.tensordot(y, tf.constant(GREY), 1)[..., None]
    y = grey + (y - grey) * tf.where(grey_only < 0.05, 0.0, tf.exp(0.3 * colour))
    return tf.where(draw < 0.8, y, x)


def _lit(x: tf.Tensor, seed: tf.Tensor, by: Strength) -> tf.Tensor:
    """Some in hard light, which burns out or goes black; some lit more at one place.

    A person before a window is dark before white, with an edge as sharp as that of a cut-out.
    """
    hard, contrast, middle, uneven, angle, kind, across, down = _uniform(seed, 8)
    x = tf.where(hard < by.hard_light, (x - 0.3 - 0.4 * middle) * (1.2 + 1.3 * contrast) + 0.5, x)
    side = tf.shape(x)[0]
    place = (tf.range(tf.cast(side, tf.float32)) + 0.5) / tf.cast(side, tf.float32)
    angle = 2 * math.pi * angle
    ramp = tf.cos(angle) * (place[None] - 0.5) + tf.sin(angle) * (place[:, None] - 0.5)
    glow = 0.5 - tf.sqrt((place[None] - across) ** 2 + (place[:, None] - down) ** 2)
    light = tf.where(kind < 0.5, ramp, glow)[..., None]
    strength = 1.6 * (0.2 + 2 * tf.abs(kind - 0.5))
    return tf.where(uneven < by.uneven_light, x * tf.exp(strength * light), x)


def _detailed(x: tf.Tensor, seed: tf.Tensor, by: Strength) -> tf.Tensor:
    """Some are blurred, some sharpened."""
    draw, amount = _uniform(seed, 2)
    kernel = tf.constant([0.0614, 0.2448, 0.3877, 0.2448, 0.0614])  # Gaussian, sd 1 px
    kernel = tf.tile((kernel[:, None] * kernel[None])[..., None, None], [1, 1, 3, 1])
    padded = tf.pad(x, [[2, 2], [2, 2], [0, 0]], "REFLECT")[None]
    smooth = tf.nn.depthwise_conv2d(padded, kernel, [1, 1, 1, 1], "VALID")[0]
    sharper = tf.where(draw < by.blurred + by.sharpened, 0.2 + by.sharpest * amount, 0.0)
    return x + tf.where(draw < by.blurred, -amount, sharper) * (x - smooth)


def _noisy(x: tf.Tensor, seed: tf.Tensor, by: Strength) -> tf.Tensor:
    """Some get noise of one grey level and more."""
    draw, amount = _uniform(seed, 2)
    spread = tf.where(draw < by.noisy, 1 + by.loudest * amount, 0.0)
    return x + spread * tf.random.stateless_normal(tf.shape(x), seed)


def _compressed(x: tf.Tensor, seed: tf.Tensor, by: Strength) -> tf.Tensor:
    """Some are stored as JPEG of a quality up to 95."""
    draw, amount = _uniform(seed, 2)

    def stored() -> tf.Tensor:
        quality = tf.cast(by.worst + (95 - by.worst) * amount, tf.int32)
        data = tf.cast(tf.round(x), tf.uint8)
        return tf.cast(tf.image.adjust_jpeg_quality(data, quality), tf.float32)

    return tf.cond(draw < by.stored, stored, lambda: x)


def _covered(x: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """A fifth has a rectangle of one colour on it, an eighth to two fifths of the side long."""
    draw, wide, high, left, top, *colour = _uniform(seed, 8)
    side = tf.shape(x)[0]
    places = (tf.range(tf.cast(side, tf.float32)) + 0.5) / tf.cast(side, tf.float32)
    wide, high = 0.125 + 0.275 * wide, 0.125 + 0.275 * high
    columns = tf.abs(places - wide / 2 - left * (1 - wide)) < wide / 2
    rows = tf.abs(places - high / 2 - top * (1 - high)) < high / 2
    covered = tf.logical_and(rows[:, None], columns[None])[..., None]
    covered = tf.logical_and(covered, draw < 0.2)
    return tf.where(covered, tf.stack(colour) * 255, x)
