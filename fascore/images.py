"""Bytes to pixels to network input: the one pixel path of training, evaluation and browser."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fascore.errors import FascoreError

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 50_000_000
MIN_SIDE = 32  # px; below this there is no face to speak of
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
EXPECTED = "a JPEG, PNG, WebP, BMP or TIFF picture"
CROP_EXPANSION = 1.5  # of a build, unless another is asked for; a network's own is in its card
INPUT_SIZE = 64  # px, likewise
ALPHA_GREY = 127  # what shows through transparent pixels


class ImageError(FascoreError):
    """A picture that cannot be used; the message is one sentence for the person who gave it."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture: upright RGB uint8 `pixels` (H, W, 3); `notes` say what was left out."""

    pixels: np.ndarray
    notes: tuple[str, ...] = ()


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


def decode(data: bytes, *, max_bytes: int | None = MAX_BYTES) -> Picture:
    """The picture in a file's bytes, upright, as RGB uint8.

    EXIF orientation is applied, transparency is laid over grey, palette, grey, 16-bit and CMYK
    pictures become RGB, and of several frames the first is taken (with a note).

    Parameters
    ----------
    max_bytes : int or None
        Larger files are refused; None for files that are not uploads.

    Raises
    ------
    ImageError
        If the bytes are not a picture of a known format, are cut short, or are too large or small.
    """
    if not data:
        raise ImageError(f"Expected {EXPECTED}. Received: an empty file. Choose another file.")
    if max_bytes is not None and len(data) > max_bytes:
        raise ImageError(
            f"Expected a file of at most {max_bytes // 2**20} MB. "
            f"Received: {len(data) / 2**20:.1f} MB. Make it smaller first."
        )
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(*image.size)
            frames = getattr(image, "n_frames", 1)
            pixels = _to_rgb(image)
    except ImageError:
        raise
    except UnidentifiedImageError as err:
        raise ImageError(
            f"Expected {EXPECTED}. Received: {_describe(data)}. Choose another file."
        ) from err
    except Image.DecompressionBombError as err:
        raise ImageError(_too_many_pixels("far more")) from err
    except (OSError, SyntaxError, ValueError, EOFError) as err:  # what Pillow raises on damage
        raise ImageError(
            f"Expected {EXPECTED}. Received: a damaged or unfinished file. Save or copy it again."
        ) from err
    single = frames == 1 or image.format == "MPO"
    return Picture(pixels, () if single else (f"First of {frames} frames used.",))


def _too_many_pixels(received: str) -> str:
    return (
        f"Expected at most {MAX_PIXELS // 1_000_000} megapixels. Received: {received}. "
        "Make the picture smaller first."
    )


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageError(_too_many_pixels(f"{width} x {height} pixels"))
    if min(width, height) < MIN_SIDE:
        raise ImageError(
            f"Expected at least {MIN_SIDE} pixels on each side. "
            f"Received: {width} x {height} pixels. Choose a larger picture."
        )


def _describe(data: bytes) -> str:
    """What an unreadable file looks like, in a few words."""
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "an SVG drawing"
    if data[4:8] == b"ftyp":
        return "a HEIC, AVIF or video file"
    if b"\0" not in head:
        return "a text file"
    return "a file of another kind"


def _to_rgb(image: Image.Image) -> np.ndarray:
    """Upright RGB uint8 (H, W, 3) of an opened Pillow image's first frame."""
    ImageOps.exif_transpose(image, in_place=True)  # copies only what it turns
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _grey_to_rgb(np.asarray(image))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        backdrop = Image.new("RGBA", image.size, (ALPHA_GREY,) * 3 + (255,))
        image = Image.alpha_composite(backdrop, image)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _grey_to_rgb(grey: np.ndarray) -> np.ndarray:
    """16-bit integer, or floating-point 0..1, grey as RGB uint8."""
    scale = 255.0 if grey.dtype.kind == "f" else 255 / 65535
    grey8 = np.clip(np.rint(grey * scale), 0, 255).astype(np.uint8)
    return np.repeat(grey8[:, :, None], 3, axis=2)


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
    square = crop_square(image, box, expansion=expansion)
    left, top, side = square.left, square.top, square.side
    height, width = image.shape[:2]
    if 0 <= top <= height - side and 0 <= left <= width - side:  # the usual case, five times faster
        return image[top : top + side, left : left + side].copy()
    rows = _reflect(np.arange(top, top + side), height)
    columns = _reflect(np.arange(left, left + side), width)
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
    crop = np.ascontiguousarray(crop_face(image, box, expansion=expansion))
    return cv2.resize(crop, (size, size), interpolation=cv2.INTER_AREA)


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
