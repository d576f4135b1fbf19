"""Where a map puts its weight: parts of the face, what gives an attack away, the border."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

REGIONS = {
    "eyes": "the eyes",
    "nose": "the nose",
    "mouth": "the mouth",
    "rest_of_face": "the rest of the face",
    "outside": "what is outside the face",
    "border": "the picture's border",
}
FEATURES = ("eyes", "nose", "mouth")
EVIDENCE = {
    "features": "eyes, nose and mouth together",
    "evidence": "the attack medium's visible edges",
}
BORDER = 4 / 64  # the border's width as a share of the picture's side


def face_regions(landmarks: np.ndarray, size: int) -> dict[str, np.ndarray]:
    """The picture parted into six regions by five landmarks.

    Sizes of the regions are in units of the distance between the eyes, or of that from the eyes to
    the mouth where it is longer (a face seen from the side). The border is a frame of 1/16 of the
    side. Every pixel belongs to exactly one region.

    Parameters
    ----------
    landmarks : array of shape (5, 2)
        x, y in pixels of the network's input: eyes, nose, corners of the mouth.
    size : int
        The side of the network's input in pixels.

    Returns
    -------
    dict of str to bool array of shape (size, size)
        The regions by the names of `REGIONS`.
    """
    left_eye, right_eye, nose, mouth_left, mouth_right = np.asarray(landmarks, float)
    eyes, mouth = (left_eye + right_eye) / 2, (mouth_left + mouth_right) / 2
    unit = float(max(np.linalg.norm(right_eye - left_eye), np.linalg.norm(mouth - eyes)))
    centre = (eyes + mouth) / 2
    across = right_eye - left_eye
    tilt = float(np.degrees(np.arctan2(across[1], across[0])))
    face = _ellipse(centre, (1.05 * unit, 1.45 * unit), tilt, size)
    masks = {
        "eyes": _ellipse(left_eye, (0.36 * unit, 0.24 * unit), tilt, size)
        | _ellipse(right_eye, (0.36 * unit, 0.24 * unit), tilt, size),
        "nose": _ellipse(
            (nose + eyes) / 2 * 0.35 + nose * 0.65, (0.26 * unit, 0.38 * unit), tilt, size
        ),
        "mouth": _ellipse(
            mouth,
            (float(np.linalg.norm(mouth_right - mouth_left)) / 2 + 0.15 * unit, 0.26 * unit),
            tilt,
            size,
        ),
    }
    border = np.ones((size, size), bool)
    frame = max(1, round(BORDER * size))
    border[frame:-frame, frame:-frame] = False
    taken = border.copy()  # what comes first keeps its pixels: regions must not overlap
    for name, mask in masks.items():
        masks[name] = mask & ~taken
        taken |= masks[name]
    masks["rest_of_face"] = face & ~taken
    masks["outside"] = ~(taken | face)
    return masks | {"border": border}


def weight_ratios(values: np.ndarray, masks: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Share of positive attribution in each region over the region's share of the picture.

    1 means no preference, 0 that nothing lies there. NaN where the map has no positive value or the
    region has no pixel.

    Parameters
    ----------
    values : array of shape (size, size)
        Attribution by pixel.
    masks : mapping of str to bool array of shape (size, size)

    Examples
    --------
    >>> values = np.array([[3.0, 1.0], [-5.0, 0.0]])
    >>> weight_ratios(values, {"top": np.array([[True, True], [False, False]])})
    {'top': 2.0}
    """
    positive = np.maximum(values, 0)
    total = positive.sum(dtype=float)
    ratios = {}
    for name, mask in masks.items():
        area = mask.mean()
        share = positive[mask].sum(dtype=float) / total if total else float("nan")
        ratios[name] = float(share / area) if area else float("nan")
    return ratios


def _ellipse(centre: np.ndarray, radii: tuple[float, float], tilt: float, size: int) -> np.ndarray:
    """A filled ellipse, bool (size, size); centre x, y and radii in pixels, tilt in degrees."""
    mask = np.zeros((size, size), np.uint8)
    fine = 16  # OpenCV takes fractions of a pixel as integers
    cv2.ellipse(
        mask, tuple(np.rint(centre * fine).astype(int).tolist()),
        tuple(max(1, round(r * fine)) for r in radii), tilt, 0, 360, 1, -1, cv2.LINE_8, 4,
    )  # fmt: skip
    return mask.astype(bool)
