"""A person of a photograph in new light before new surroundings; live and attacked people alike."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from trainer.simulate.camera.light import F32, linear_from_srgb, srgb_from_linear
from trainer.simulate.portraits import SIDE, Portrait, PortraitFile, read_portrait
from trainer.simulate.scenery import background, cloud_noise, light_field, uniform

BACKDROP = 160  # px
OWN_SURROUNDINGS = 0.4  # share of pictures that keep the photograph's own background
HAT = 0.1  # share of people with a hat


@dataclass(frozen=True)
class Conditions:
    """Light and place of a picture, as `scenery.ILLUMINATIONS` has them."""

    illumination: str
    outdoor: bool


def make_backdrops(seed: int, files: tuple[PortraitFile, ...], *, count: int = 150) -> np.ndarray:
    """Surroundings uint8 (N,BACKDROP,BACKDROP,3): rendered rooms, and what is beside the heads of
    other photographs."""
    rng, made = np.random.default_rng([seed, 7]), list[np.ndarray]()
    for number in range(count):
        blur = float(rng.choice([0.0, 0.004, 0.012, 0.03]))
        light = background(rng, BACKDROP, number % 3 == 0, blur=blur)
        made.append((srgb_from_linear(1 - np.exp(-1.6 * light)) * 255).astype(np.uint8))
    for index in rng.permutation(len(files))[: count // 2]:
        pixels = read_portrait(files[index], matte=False).pixels
        strip = pixels[:, : SIDE // 4] if rng.random() < 0.5 else pixels[:, -SIDE // 4 :]
        top = int(rng.integers(SIDE // 8, SIDE // 3))
        strip = strip[top : top + SIDE // 4]
        made.append(cv2.resize(strip, (BACKDROP, BACKDROP), interpolation=cv2.INTER_CUBIC))
    return np.stack(made)


def surroundings(rng: np.random.Generator, backdrops: np.ndarray, size: int) -> np.ndarray:
    """A part of one of the backdrops, linear (size,size,3)."""
    picture = backdrops[rng.integers(len(backdrops))]
    if rng.random() < 0.5:
        picture = picture[:, ::-1]
    side = int(rng.integers(BACKDROP // 3, BACKDROP))
    x, y = rng.integers(0, BACKDROP - side + 1, 2)
    part = cv2.resize(picture[y : y + side, x : x + side], (size, size))
    return linear_from_srgb(part.astype(F32) / 255)


def _on_plane(
    rng: np.random.Generator, backdrops: np.ndarray, u: np.ndarray, v: np.ndarray
) -> np.ndarray:
    """A backdrop on the plane of the person, as a picture of both shows it: linear (H,W,3)."""
    picture = backdrops[rng.integers(len(backdrops))]
    scale = BACKDROP / uniform(rng, 2.6, 4.5)
    part = cv2.remap(
        picture,
        (BACKDROP / 2 + u * scale).astype(F32),
        (BACKDROP / 2 + v * scale).astype(F32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return linear_from_srgb(part.astype(F32) / 255)


def _turned(
    u: np.ndarray, v: np.ndarray, rng: np.random.Generator, box: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Plane coordinates as a head turned a little shows them: nearer parts move further."""
    depth = np.sqrt(np.clip(1 - (u / (0.8 * box[0])) ** 2 - (v / (0.75 * box[1])) ** 2, 0, 1))
    return u + rng.normal(0, 0.05) * depth, v + rng.normal(0, 0.035) * depth


def _hat(
    rng: np.random.Generator, u: np.ndarray, v: np.ndarray, box: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """A knitted or plain hat: sRGB (H,W,3) and coverage (H,W,1)."""
    brim = -0.30 * box[1] - uniform(rng, 0, 0.1) + uniform(rng, -0.15, 0.25) * u**2
    dome = (u / (uniform(rng, 0.62, 0.72) * box[0])) ** 2 + ((v - brim) / (0.42 * box[1])) ** 2
    cover = np.clip((brim - v) * 60, 0, 1) * np.clip((1 - dome) * 12, 0, 1)
    knit = np.sin(u * uniform(rng, 40, 90)) * uniform(rng, 0, 0.12)
    knit = knit + uniform(rng, 0.02, 0.1) * cloud_noise(rng, len(u), len(u), 1.0)
    round_ = 0.55 + 0.45 * np.sqrt(np.clip(1 - (u / (0.8 * box[0])) ** 2, 0, 1))
    colour = np.clip(rng.beta(1.2, 2, 3) * uniform(rng, 0.4, 1.2), 0.02, 0.95).astype(F32)
    cloth = colour * ((1 + knit) * round_)[:, :, None]
    return np.clip(cloth, 0, 1).astype(F32), cover.astype(F32)[:, :, None]


def stand(
    portrait: Portrait,
    rng: np.random.Generator,
    u: np.ndarray,
    v: np.ndarray,
    *,
    conditions: Conditions,
    backdrops: np.ndarray,
    flat: bool = False,
) -> np.ndarray:
    """Linear light (H,W,3) of the person at plane coordinates u, v.

    Parameters
    ----------
    flat : bool
        The surroundings lie in the plane too, as in a picture of the person.
    """
    turned = _turned(u, v, rng, portrait.box)
    person = portrait.sample(portrait.pixels, *turned)
    matte = portrait.sample(portrait.matte, *turned)[:, :, None]
    if rng.random() < HAT:
        cloth, cover = _hat(rng, *turned, portrait.box)
        person, matte = person * (1 - cover) + cloth * cover, np.maximum(matte, cover)
    strength = 0.8 if conditions.illumination == "strong" else 0.35
    uneven = light_field(rng, u.shape[0], abs(rng.normal(0, strength)))[:, :, None]
    lit = linear_from_srgb(person) * uneven
    if conditions.illumination == "back" or rng.random() > OWN_SURROUNDINGS:
        behind = _on_plane(rng, backdrops, u, v) if flat else surroundings(rng, backdrops, len(u))
        lit = lit * np.exp(rng.normal(0, 0.1, 3)).astype(F32)
        if conditions.illumination == "back":
            lit, behind = lit * uniform(rng, 0.12, 0.45), behind * uniform(rng, 0.9, 2) + 0.3
        else:
            behind = behind * np.exp(rng.normal(-0.2, 0.6))
        lit = lit * matte + behind * (1 - matte)
    return lit.astype(F32)
