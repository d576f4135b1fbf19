"""Where the face is: box, five landmarks, and warnings about what was found."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import cv2
import numpy as np

from fascore.building import BUILDING
from fascore.images import Box, crop_square, overlap

DETECTION_SIDE = 640  # px; larger pictures are shrunk to this before detection
MIN_FACE = 64  # px; the networks' own input size
TIGHT_CROP = 0.25  # share of the crop's square outside the image that makes it "already cropped"
MIN_OVERLAP = 0.3  # of a detected face with a labelled box, to be the same face
LANDMARKS = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")

# MTCNN's boxes against the labelled ones, as shares of the MTCNN box: docs/faces.md has the
# measurement, `python -m benchmarks.boxes` repeats it.
BOX_SCALE = (1.036, 1.002)
BOX_SHIFT = (0.033, 0.046)


@dataclass(frozen=True)
class Face:
    """A detected face.

    `landmarks` (5, 2) holds x, y in image pixels in the order of `LANDMARKS` (left is the image's
    left); `confidence` is the detector's, in [0, 1].
    """

    box: Box
    landmarks: np.ndarray
    confidence: float


class FaceDetector:
    """MTCNN, loaded once and guarded by a lock (Zhang et al. 2016, arXiv:1604.02878)."""

    def __init__(self) -> None:
        with BUILDING:
            from mtcnn import MTCNN  # pulls in TensorFlow: only who detects pays for it

            self._detector = MTCNN(device="CPU:0")
        self._lock = threading.Lock()

    def detect(self, image: np.ndarray) -> list[Face]:
        """Faces of an RGB uint8 image (H, W, 3), the largest first; empty if there is none."""
        scale = min(1.0, DETECTION_SIDE / max(image.shape[:2]))
        if scale < 1:
            image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        with self._lock:
            found = self._detector.detect_faces(image, fit_to_image=False)
        faces = [_face(item, 1 / scale) for item in found]
        return sorted(faces, key=lambda face: face.box.longer_side, reverse=True)


def detector_name() -> str:
    """What a found box depends on besides the picture: package, version, size and correction."""
    correction = f"scaled {BOX_SCALE}, shifted {BOX_SHIFT}"
    return f"mtcnn {version('mtcnn')}, {DETECTION_SIDE} px, {correction}"


def _face(item: Mapping[str, Any], scale: float) -> Face:
    """One of the mtcnn package's records, scaled to the picture's pixels and corrected."""
    x, y, width, height = (float(value) * scale for value in item["box"])
    points = [item["keypoints"][name] for name in LANDMARKS]
    box = correct_box(Box(x, y, width, height))
    return Face(box, np.array(points, np.float32) * scale, float(item["confidence"]))


def correct_box(box: Box) -> Box:
    """An MTCNN box moved and scaled onto the labelled boxes' average place and size."""
    width, height = box.width * BOX_SCALE[0], box.height * BOX_SCALE[1]
    centre_x = box.x + box.width * (0.5 + BOX_SHIFT[0])
    centre_y = box.y + box.height * (0.5 + BOX_SHIFT[1])
    return Box(centre_x - width / 2, centre_y - height / 2, width, height)


def face_in_box(faces: Sequence[Face], box: Box | None) -> Face | None:
    """Of the detected faces the one that a labelled box is of: it overlaps the box most.

    Parameters
    ----------
    faces : sequence of Face
        The largest first, as `FaceDetector.detect` gives them.
    box : Box or None
        Without a labelled box the picture is of one face: the largest.

    Returns
    -------
    Face or None
        None if no face shares at least `MIN_OVERLAP` with the box: another person's face tells
        nothing of this one.
    """
    if box is None:
        return faces[0] if faces else None
    best = max(faces, key=lambda face: overlap(face.box, box), default=None)
    return best if best is not None and overlap(best.box, box) >= MIN_OVERLAP else None


def face_warnings(
    image: np.ndarray, faces: Sequence[Face], chosen: int = 0, *, expansion: float
) -> list[str]:
    """Plain sentences on what makes the verdict on this picture less sure; empty if nothing.

    `expansion` is the crop's, as the networks' cards give it.
    """
    if not faces:
        return ["No face found in this picture."]
    warnings = []
    if len(faces) > 1:
        size = "largest" if chosen == 0 else "chosen"
        warnings.append(f"{len(faces)} faces found: the {size} one is judged.")
    box = faces[chosen].box
    if box.longer_side < MIN_FACE:
        warnings.append(
            f"The face is {box.longer_side:.0f} px; under {MIN_FACE} px the networks see "
            "enlarged pixels, not detail."
        )
    if _share_outside(image, box, expansion) > TIGHT_CROP:
        warnings.append(
            "The picture is already a tight crop: what surrounds the face is missing and was "
            "filled by reflection."
        )
    return warnings


def _share_outside(image: np.ndarray, box: Box, expansion: float) -> float:
    """Share of the crop's square that lies outside the image."""
    square = crop_square(image, box, expansion=expansion)
    inside_x = min(square.left + square.side, image.shape[1]) - max(square.left, 0)
    inside_y = min(square.top + square.side, image.shape[0]) - max(square.top, 0)
    return float(1 - max(inside_x, 0) * max(inside_y, 0) / square.side**2)
