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
CROP_EXPANSION = 1.5
INPUT_SIZE = 64
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


def crop_face(image: np.ndarray, box: Box, *, expansion: float = CROP_EXPANSION) -> np.ndarray:
    """The square crop around a face, at the image's own resolution.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3)
    box : Box
    expansion : float
        Side of the square over the longer side of the box.

    Returns
    -------
    uint8 array of shape (S, S, 3), S = round(expansion x longer side)
        Padded by reflection where the square leaves the image.

    Raises
    ------
    FascoreError
        If the box has no area.
    """
    if box.width <= 0 or box.height <= 0:
        raise FascoreError(f"A face box has a width and a height above 0. Received: {box}.")
    left, top, side = crop_square(box, expansion=expansion)
    height, width = image.shape[:2]
    if 0 <= top <= height - side and 0 <= left <= width - side:  # the usual case, five times faster
        return image[top : top + side, left : left + side].copy()
    rows = _reflect(np.arange(top, top + side), height)
    columns = _reflect(np.arange(left, left + side), width)
    return np.asarray(image[rows[:, None], columns])


def crop_square(box: Box, *, expansion: float = CROP_EXPANSION) -> tuple[int, int, int]:
    """Left, top and side of the crop's square in image pixels; it may reach outside the image."""
    side = max(1, round(expansion * box.longer_side))
    left = round(box.x + box.width / 2 - side / 2)
    top = round(box.y + box.height / 2 - side / 2)
    return left, top, side


def _reflect(indices: np.ndarray, length: int) -> np.ndarray:
    """Indices folded back into 0..length-1, mirrored at the border pixels' centres."""
    if length == 1:
        return np.zeros_like(indices)
    folded = np.abs(indices) % (2 * (length - 1))
    return np.asarray(np.minimum(folded, 2 * (length - 1) - folded))


def network_input(crop: np.ndarray, *, size: int = INPUT_SIZE) -> np.ndarray:
    """The crop area-resized to what a network sees: uint8 (size, size, 3)."""
    return cv2.resize(np.ascontiguousarray(crop), (size, size), interpolation=cv2.INTER_AREA)


def input_points(
    points: np.ndarray, box: Box, *, expansion: float = CROP_EXPANSION, size: int = INPUT_SIZE
) -> np.ndarray:
    """Points (N, 2), x and y in the picture's pixels, in the pixels of `network_input`'s result.

    Examples
    --------
    >>> input_points(np.array([[10.0, 20.0]]), Box(10, 20, 64, 64), expansion=1).tolist()
    [[0.0, 0.0]]
    """
    left, top, side = crop_square(box, expansion=expansion)
    return (points - (left, top) + 0.5) * size / side - 0.5


def whole_picture_box(image: np.ndarray, *, expansion: float = CROP_EXPANSION) -> Box:
    """The box whose crop is the largest centred square of the image: "use the whole picture"."""
    height, width = image.shape[:2]
    side = min(height, width)
    face = side / expansion
    return Box((width - face) / 2, (height - face) / 2, face, face)
