"""Pixels to network input: the one pixel path of training, evaluation and browser."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from fascore.errors import FascoreError

CROP_EXPANSION = 1.5  # of a build, unless another is asked for; a network's own is in its card
INPUT_SIZE = 64  # px, likewise


@dataclass(frozen=True)
class Box:
    """A face box in image pixels: left, top, width, height. It may reach outside the image."""

    x: float
    y: float
    width: float
    height: float

    @property
    def longer_side(self) -> float:
        """The longer of width and height, in pixels."""
        return max(self.width, self.height)


@dataclass(frozen=True)
class Square:
    """The square a network sees, in image pixels. It may reach outside the image."""

    left: int
    top: int
    side: int


def crop_square(image: np.ndarray, box: Box | None, *, expansion: float) -> Square:
    """The square around a face; without a box the largest centred one of the image.

    Parameters
    ----------
    image : array of shape (H, W, ...)
    box : Box or None
    expansion : float
        Side of the square over the longer side of the box.

    Raises
    ------
    FascoreError
        If the box has no area.
    """
    height, width = image.shape[:2]
    if box is None:
        side = min(height, width)
        return Square((width - side) // 2, (height - side) // 2, side)
    if box.width <= 0 or box.height <= 0:
        raise FascoreError(
            f"A face box has a width and a height above 0. Received: {box}. Correct the box."
        )
    side = max(1, round(expansion * box.longer_side))
    left = round(box.x + box.width / 2 - side / 2)
    top = round(box.y + box.height / 2 - side / 2)
    return Square(left, top, side)


def crop_face(image: np.ndarray, box: Box | None, *, expansion: float) -> np.ndarray:
    """The square crop around a face, at the image's own resolution.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3) or (H, W)
    box, expansion
        Of `crop_square`.

    Returns
    -------
    uint8 array of shape (S, S, 3) or (S, S)
        Padded by reflection where the square leaves the image.
    """
    return cut(image, crop_square(image, box, expansion=expansion))


def cut(image: np.ndarray, square: Square) -> np.ndarray:
    """A square of the image, (S, S, 3) or (S, S), padded by reflection where it leaves it."""
    height, width = image.shape[:2]
    bottom, right = square.top + square.side, square.left + square.side
    top, left = max(0, square.top), max(0, square.left)
    inside = image[top : min(height, bottom), left : min(width, right)]
    missing = (
        top - square.top,
        max(0, bottom - height),
        left - square.left,
        max(0, right - width),
    )
    if min(inside.shape[:2]) > max(missing):  # the usual case, 30 to 60 times faster
        return np.asarray(cv2.copyMakeBorder(inside, *missing, cv2.BORDER_REFLECT_101))
    rows = _reflect(np.arange(square.top, bottom), height)
    columns = _reflect(np.arange(square.left, right), width)
    return np.asarray(image[rows[:, None], columns])


def _reflect(indices: np.ndarray, length: int) -> np.ndarray:
    """Indices folded back into 0..length-1, mirrored at the border pixels' centres."""
    if length == 1:
        return np.zeros_like(indices)
    folded = np.abs(indices) % (2 * (length - 1))
    return np.asarray(np.minimum(folded, 2 * (length - 1) - folded))


def face_input(image: np.ndarray, box: Box | None, *, size: int, expansion: float) -> np.ndarray:
    """What a network sees of a face: its crop, area-resized to uint8 (size, size, 3).

    Training, evaluation and pages all come here, so that they see the same to the bit.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3) or (H, W)
    box, expansion
        Of `crop_square`.
    size : int
        Side of the network's input in pixels.

    Examples
    --------
    >>> picture = np.zeros((100, 80, 3), np.uint8)
    >>> face_input(picture, Box(20, 30, 40, 50), size=64, expansion=1.5).shape
    (64, 64, 3)
    """
    return to_size(crop_face(image, box, expansion=expansion), size)


def to_size(crop: np.ndarray, size: int) -> np.ndarray:
    """A crop, area-resized to (size, size, 3): what a network of this input size sees of it."""
    return cv2.resize(np.ascontiguousarray(crop), (size, size), interpolation=cv2.INTER_AREA)


def reduced(image: np.ndarray, factor: int) -> np.ndarray:
    """An image, each of its pixels the mean of factor² before: (H // factor, W // factor, 3).

    What is left over at the right and at the bottom is cut off.
    """
    height, width = image.shape[0] // factor, image.shape[1] // factor
    whole = image[: height * factor, : width * factor]
    return cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)


def input_points(points: np.ndarray, square: Square, *, size: int) -> np.ndarray:
    """Points (N, 2), x and y in the picture's pixels, in the pixels of `face_input`'s result.

    Examples
    --------
    >>> input_points(np.array([[10.0, 20.0]]), Square(10, 20, 64), size=64).tolist()
    [[0.0, 0.0]]
    """
    return (points - (square.left, square.top) + 0.5) * size / square.side - 0.5


def overlap(first: Box, second: Box) -> float:
    """Intersection over union of two boxes, in [0, 1].

    Examples
    --------
    >>> overlap(Box(0, 0, 2, 2), Box(1, 0, 2, 2)) == 2 / 6
    True
    """
    across = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    down = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    shared = max(across, 0) * max(down, 0)
    return shared / (first.width * first.height + second.width * second.height - shared)
