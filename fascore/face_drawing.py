"""Faces drawn into the picture they were found in, and small pictures of them."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import cv2
import numpy as np

from fascore.images import CROP_EXPANSION, Box, Square, face_input

SIDE = 640  # px, of the longer side of what is drawn; no network ever sees it
LINE, DIGIT = 4, 26  # px, of a box's line and of a number's height
THUMBNAIL = 96  # px
# Okabe and Ito's yellow and sky blue; the faces that are not judged are white
BOX_COLOUR, CROP_COLOUR, OTHER_COLOUR = (240, 228, 66), (86, 180, 233), (255, 255, 255)
BLACK = (0, 0, 0)


def face_drawing(
    image: np.ndarray, box: Box | None, crop: Square, *, faces: Sequence[Box] = ()
) -> np.ndarray:
    """The picture with the judged face's box, its crop, and a number at each face.

    Parameters
    ----------
    image : uint8 array of shape (H, W, 3)
    box : Box or None
        Of the face that is judged (yellow), if it has one.
    crop : Square
        What the networks see (blue).
    faces : sequence of Box
        All that were found, numbered from 1; one alone gets no number.

    Returns
    -------
    uint8 array of shape (h, w, 3)
        The longer side is `SIDE` pixels.
    """
    scale = SIDE / max(image.shape[:2])
    picture = resized(image, scale)
    square = Box(crop.left, crop.top, crop.side, crop.side)
    shapes = [(other, OTHER_COLOUR) for other in faces if other != box]
    shapes += [(square, CROP_COLOUR)] + ([(box, BOX_COLOUR)] if box else [])
    for shape, colour in shapes:
        corners = _corners(shape, scale)
        cv2.rectangle(picture, *corners, BLACK, LINE + 2)
        cv2.rectangle(picture, *corners, colour, LINE)
    if len(faces) > 1:
        for number, face in enumerate(faces, start=1):
            colour = BOX_COLOUR if face == box else OTHER_COLOUR
            _write(picture, str(number), _corners(face, scale)[0], colour)
    return picture


def face_thumbnail(image: np.ndarray, box: Box) -> np.ndarray:
    """A small picture of a face: uint8 (`THUMBNAIL`, `THUMBNAIL`, 3)."""
    return face_input(image, box, size=THUMBNAIL, expansion=CROP_EXPANSION)


def jpeg_uri(image: np.ndarray) -> str:
    """An RGB uint8 image (h, w, 3) as the data URI of a JPEG file."""
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()


def resized(image: np.ndarray, scale: float) -> np.ndarray:
    """The image, `scale` times as wide and as high."""
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(image), None, fx=scale, fy=scale, interpolation=how)


def _corners(box: Box, scale: float) -> tuple[tuple[int, int], tuple[int, int]]:
    left, top, right, bottom = (
        round(value * scale) for value in (box.x, box.y, box.x + box.width, box.y + box.height)
    )
    return (left, top), (right, bottom)


def _write(
    picture: np.ndarray, text: str, corner: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    """A number in black on a plate of this colour, above the box if there is room for it."""
    font = cv2.FONT_HERSHEY_SIMPLEX
    size = cv2.getFontScaleFromHeight(font, DIGIT, 2)
    (width, height), _ = cv2.getTextSize(text, font, size, 2)
    plate = (width + 12, height + 12)
    left, top = (
        int(np.clip(at, 0, max(0, side - length)))
        for at, side, length in zip(
            (corner[0], corner[1] - plate[1]), picture.shape[1::-1], plate, strict=True
        )
    )
    cv2.rectangle(picture, (left, top), (left + plate[0], top + plate[1]), colour, cv2.FILLED)
    cv2.putText(picture, text, (left + 6, top + height + 6), font, size, BLACK, 2, cv2.LINE_AA)
