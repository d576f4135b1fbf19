"""A picture changed before a network sees it: crop, light, blur, noise, JPEG, resolution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import cv2
import numpy as np

from fascore.errors import FascoreError
from fascore.images import Box, Square, crop_square, cut, to_size

WORKING_SIDE = 512  # px; a larger crop is reduced to it before its pixels are changed
NOISE_SEED = 0


@dataclass(frozen=True)
class Change:
    """What is done to a picture, in this order; the defaults change nothing.

    Attributes
    ----------
    scale : float
        Side of the crop over its side as given.
    right, down : float
        How far the crop is moved, as a share of its side as given; negative to the left and up.
    resolution : int
        Side in px that the crop is reduced to, 0 for its own.
    brightness : float
        What every grey level is multiplied by; what exceeds white is white.
    blur : float
        Standard deviation of a Gaussian, as a share of the crop's side.
    jpeg : int
        JPEG quality from 1 to 100 that the crop is stored with once, 0 for not at all.
    noise : float
        Standard deviation in grey levels of what is added to each pixel that the network sees. A
        picture has more pixels than that, and noise in them averages out.
    """

    scale: float = 1.0
    right: float = 0.0
    down: float = 0.0
    resolution: int = 0
    brightness: float = 1.0
    blur: float = 0.0
    jpeg: int = 0
    noise: float = 0.0

    def __post_init__(self) -> None:
        shares = (self.resolution, self.brightness, self.blur, self.noise)
        if self.scale <= 0 or min(shares) < 0 or not 0 <= self.jpeg <= 100:
            raise FascoreError(
                "A change has a scale above 0, a JPEG quality from 0 to 100 and nothing else "
                f"below 0. Received: {self}. Correct it."
            )


AS_GIVEN = Change()


def changed_crop(
    image: np.ndarray, box: Box | None, change: Change, *, expansion: float
) -> np.ndarray:
    """The square crop around a face after a change but for its noise: uint8 (S, S, 3).

    Where the pixels are changed, not just chosen, a crop of more than `WORKING_SIDE` px is reduced
    to that first.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3)
    box, expansion
        Of `fascore.images.crop_square`.
    change : Change
    """
    crop = cut(image, _changed_square(image, box, change, expansion=expansion))
    return _changed(_working(crop), change) if _changes_pixels(change) else crop


def changed_input(
    image: np.ndarray, box: Box | None, change: Change, *, size: int, expansion: float
) -> np.ndarray:
    """What a network sees of a face after a change: uint8 (size, size, 3).

    Without a change it is `fascore.images.face_input`, to the bit.

    Parameters
    ----------
    image, box, change, expansion
        Of `changed_crop`.
    size : int
        Side of the network's input in pixels.

    Examples
    --------
    >>> picture = np.full((100, 80, 3), 100, np.uint8)
    >>> darker = Change(brightness=0.5)
    >>> changed_input(picture, None, darker, size=2, expansion=1.5)[..., 0].tolist()
    [[50, 50], [50, 50]]
    """
    inputs = changed_inputs(image, box, [change], size=size, expansion=expansion)
    return np.asarray(inputs[0])


def changed_inputs(
    image: np.ndarray, box: Box | None, changes: Sequence[Change], *, size: int, expansion: float
) -> np.ndarray:
    """What a network sees of a face after each of these changes: uint8 (n, size, size, 3).

    A square that several changes in a row leave as it is is cut out and reduced once.

    Parameters
    ----------
    image, box, size, expansion
        Of `changed_input`.
    changes : sequence of Change
        n of them.
    """
    crop_of = lru_cache(maxsize=1)(partial(cut, image))
    working_of = lru_cache(maxsize=1)(lambda square: _working(crop_of(square)))
    inputs = np.empty((len(changes), size, size, 3), np.uint8)
    for number, change in enumerate(changes):
        square = _changed_square(image, box, change, expansion=expansion)
        changes_pixels = _changes_pixels(change)
        crop = _changed(working_of(square), change) if changes_pixels else crop_of(square)
        inputs[number] = _noisy(to_size(crop, size), change.noise)
    return inputs


def _changes_pixels(change: Change) -> bool:
    """Whether a change does more than to choose which pixels are in the crop."""
    return (change.resolution, change.brightness, change.blur, change.jpeg) != (0, 1.0, 0.0, 0)


def _working(crop: np.ndarray) -> np.ndarray:
    """A crop at the size at which its pixels are changed."""
    return to_size(crop, WORKING_SIDE) if len(crop) > WORKING_SIDE else crop


def _changed(crop: np.ndarray, change: Change) -> np.ndarray:
    """A crop after what a change does to its pixels before a network sees them."""
    if change.resolution:
        crop = to_size(crop, min(change.resolution, len(crop)))
    if change.brightness != 1.0:
        levels = np.arange(256, dtype=np.float32) * np.float32(change.brightness)
        crop = cv2.LUT(crop, np.clip(np.rint(levels), 0, 255).astype(np.uint8))
    if change.blur:
        crop = cv2.GaussianBlur(crop, (0, 0), change.blur * len(crop))
    return _stored(crop, change.jpeg) if change.jpeg else crop


def _noisy(seen: np.ndarray, deviation: float) -> np.ndarray:
    """What a network sees, with noise of this standard deviation in grey levels."""
    if not deviation:
        return seen
    noise = np.random.default_rng(NOISE_SEED).normal(0, deviation, seen.shape)
    return np.clip(np.rint(seen + noise), 0, 255).astype(np.uint8)


def _changed_square(
    image: np.ndarray, box: Box | None, change: Change, *, expansion: float
) -> Square:
    """The crop's square, scaled around its centre and moved."""
    given = crop_square(image, box, expansion=expansion)
    right, down = change.right * given.side, change.down * given.side
    if box is not None:
        moved = replace(box, x=box.x + right, y=box.y + down)
        return crop_square(image, moved, expansion=expansion * change.scale)
    side = max(1, round(given.side * change.scale))
    middle = (given.side - side) / 2
    return Square(round(given.left + middle + right), round(given.top + middle + down), side)


def _stored(crop: np.ndarray, quality: int) -> np.ndarray:
    """The crop as it comes back from a JPEG file of this quality."""
    bgr = cv2.cvtColor(crop, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return cv2.cvtColor(back, cv2.COLOR_BGR2RGB)
