"""A picture file's bytes to upright RGB pixels, or one sentence on why not."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fascore import heic
from fascore.errors import FascoreError

MAX_BYTES = 10 * 2**20  # of an upload
MAX_PIXELS = 50_000_000
MIN_SIDE = 32  # px; below this there is no face to speak of
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")  # Pillow's; HEIC beside them
SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif",
    ".heic", ".heif", ".hif",
)  # fmt: skip
NAMES = f"JPEG, PNG, WebP, BMP, GIF{', HEIC' if heic.AVAILABLE else ''} or TIFF"
EXPECTED = f"a {NAMES} picture"
ALPHA_GREY = 127  # what shows through transparent pixels
BITS_PER_SAMPLE, PHOTOMETRIC, SAMPLE_FORMAT = 258, 262, 339  # TIFF tags


class ImageError(FascoreError):
    """A picture that cannot be used; the message is one sentence for the person who gave it."""


@dataclass(frozen=True)
class Picture:
    """A decoded picture: upright RGB uint8 `pixels` (H, W, 3); `notes` say what was left out."""

    pixels: np.ndarray
    notes: tuple[str, ...] = ()


def decode(data: bytes, *, max_bytes: int | None = MAX_BYTES) -> Picture:
    """The picture in a file's bytes, upright, as RGB uint8.

    EXIF orientation is applied, transparency is laid over grey, palette, grey, 12-bit, 16-bit,
    floating-point and CMYK pictures become RGB, and of several frames the first is taken (with a
    note).

    Parameters
    ----------
    max_bytes : int or None
        Larger files are refused; None for files that are not uploads.

    Raises
    ------
    ImageError
        If the bytes are not a picture of a known format, are damaged or cut short, are too large or
        too small, or hold values whose range is not known.
    """
    if not data:
        raise ImageError(f"Expected {EXPECTED}. Received: an empty file. Choose another file.")
    if max_bytes is not None:
        check_bytes(len(data), max_bytes=max_bytes)
    try:
        return _read_heic(data) if heic.is_heic(data) else _read(data)
    except ImageError:
        raise
    except UnidentifiedImageError as err:
        raise ImageError(f"Expected {EXPECTED}. {_unknown(data)}") from err
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as err:
        raise ImageError(_too_many_pixels("far more")) from err
    except Exception as err:  # a decoder may raise anything on damaged bytes, TypeError included
        kind = "HEIC file" if heic.is_heic(data) else "file"
        raise ImageError(
            f"Expected {EXPECTED}. Received: a damaged or unfinished {kind}. Save or copy it again."
        ) from err


def check_bytes(size: int, *, max_bytes: int = MAX_BYTES) -> None:
    """Refuses a file of more bytes with an ImageError, also before it is unpacked."""
    if size > max_bytes:
        raise ImageError(
            f"Expected a file of at most {max_bytes // 2**20} MB. "
            f"Received: {size / 2**20:,.1f} MB. Make it smaller first."
        )


def _read(data: bytes) -> Picture:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        _check_size(*image.size)
        frames = getattr(image, "n_frames", 1)
        pixels = _to_rgb(image)
    single = frames == 1 or image.format == "MPO"  # MPO: other views of the same moment
    return Picture(pixels, () if single else (f"First of {frames} frames used.",))


def _read_heic(data: bytes) -> Picture:
    if not heic.AVAILABLE:
        raise ImageError(
            f"Expected {EXPECTED}. Received: a HEIC picture, which cannot be opened here. Save it "
            "as JPEG (iPhone: Settings, Camera, Formats, Most Compatible), or install pi-heif."
        )
    width, height, pixels = heic.read_heic(data, max_pixels=MAX_PIXELS)
    _check_size(width, height)
    assert pixels is not None  # it is not too large
    return Picture(pixels)


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


def _unknown(data: bytes) -> str:
    """What an unreadable file looks like, and what to do about it."""
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        kind = "an SVG drawing"
    elif data[4:8] == b"ftyp":
        kind = "an AVIF or video file"
    elif b"\0" not in head:
        kind = "a text file"
    else:
        kind = "a file of another kind"
    return f"Received: {kind}. Choose another file, or save it as JPEG."


def _to_rgb(image: Image.Image) -> np.ndarray:
    """Upright RGB uint8 (H, W, 3) of an opened Pillow image's first frame."""
    ImageOps.exif_transpose(image, in_place=True)  # copies only what it turns
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        grey = _grey(np.asarray(image), getattr(image, "tag_v2", {}))
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        backdrop = Image.new("RGBA", image.size, (ALPHA_GREY,) * 3 + (255,))
        image = Image.alpha_composite(backdrop, image)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _grey(values: np.ndarray, tags: Mapping[int, Any]) -> np.ndarray:
    """Deep grey as uint8 (H, W), by the range that the file's own numbers have."""
    bits, signed = tags.get(BITS_PER_SAMPLE, (16,))[0], tags.get(SAMPLE_FORMAT, (1,))[0] == 2
    low, high = float(values.min()), float(values.max())
    if values.dtype.kind == "f":
        top = 1 if high <= 1 else 255
    else:
        top = (
            2 ** (bits - signed) - 1 if bits <= 16 else 0
        )  # 32-bit integers are counts or depths, not grey
    if not 0 <= low <= high <= top:  # NaN is in no range
        raise ImageError(
            "Expected grey values of 8 to 16 bits, or floating-point ones from 0 to 1 or 0 to 255. "
            f"Received: {bits}-bit values from {low:g} to {high:g}. Save it as 8-bit."
        )
    grey = np.rint(values * (255 / top)).astype(np.uint8)
    return 255 - grey if tags.get(PHOTOMETRIC) == 0 else grey  # 0: white is 0
