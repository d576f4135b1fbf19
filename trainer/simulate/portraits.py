"""Photographs of people as the simulator takes them: where the face is, aligned, and cut out."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from fascore.decoding import ImageError, decode
from fascore.errors import FascoreError
from trainer.simulate.mattes import cut_out, refined

SIDE, EXPANSION = 320, 2.8  # px of an aligned portrait, and its side in face boxes
PICTURES = (".jpg", ".jpeg", ".png", ".webp")
SWAP = [1, 0, 2, 4, 3]  # landmarks of a mirrored face


@dataclass(frozen=True)
class PortraitFile:
    """A photograph: its path, the face box x,y,w,h and five landmarks x,y,… in its pixels.

    matte: path of a grey picture of the same size, white on the person; without it, the person is
    cut out here.
    """

    path: str
    box: tuple[float, ...]
    points: tuple[float, ...]
    matte: str | None = None


@dataclass(frozen=True)
class Portrait:
    """A person, upright, at one scale; plane coordinates are face boxes from the box's centre.

    pixels: uint8 (SIDE,SIDE,3); matte: uint8 (SIDE,SIDE), 255 on the person; box: (w,h) and
    points: (5,2) in plane coordinates.
    """

    pixels: np.ndarray
    matte: np.ndarray
    box: tuple[float, float]
    points: np.ndarray

    def mirrored(self) -> Portrait:
        """The person as in a mirror."""
        points = self.points[SWAP] * np.array([-1.0, 1.0])
        return Portrait(self.pixels[:, ::-1], self.matte[:, ::-1], self.box, points)

    def sample(self, layer: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """`pixels` or `matte` as float32 0..1 at plane coordinates u, v (H,W)."""
        scale = SIDE / EXPANSION
        x, y = (SIDE / 2 + each * scale - 0.5 for each in (u, v))
        taken = cv2.remap(
            np.ascontiguousarray(layer),
            x.astype(np.float32),
            y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        return taken.astype(np.float32) / 255


def find_portraits(
    folder: Path, boxes: Path | None = None, mattes: Path | None = None
) -> list[PortraitFile]:
    """The photographs of a folder, one a person, by name; faces from a table or found by MTCNN.

    Parameters
    ----------
    boxes : path, optional
        CSV with the columns file, x, y, w, h and ten more: x and y of the image's left and right
        eye, the nose and both corners of the mouth, in pixels of the photograph.
    mattes : path, optional
        Folder with a grey PNG for each photograph, of its name and size, white on the person.

    Raises
    ------
    FascoreError
        If no photograph has a face, or the table does not fit.
    """
    if not folder.is_dir():
        raise FascoreError(
            f"Expected a folder of photographs. Received: {folder}, which is none. Give its path."
        )
    files = _detected(folder) if boxes is None else _listed(folder, boxes)
    if not files:
        raise FascoreError(
            f"Expected photographs of people in {folder}, {', '.join(PICTURES)}. Received: none "
            "with a face in it. Add photographs, one a person."
        )
    if mattes is not None:
        files = [_with_matte(file, mattes) for file in files]
    return sorted(files, key=lambda each: each.path)


def _with_matte(file: PortraitFile, mattes: Path) -> PortraitFile:
    matte = mattes / Path(file.path).with_suffix(".png").name
    if not matte.is_file():
        raise FascoreError(
            f"Expected a matte for each photograph in {mattes}. Received: no {matte.name}. Make "
            "the ones that are missing, or leave --mattes out."
        )
    return replace(file, matte=str(matte))


def _listed(folder: Path, boxes: Path) -> list[PortraitFile]:
    """The table's rows."""
    try:
        with boxes.open(newline="", encoding="utf-8-sig") as file:
            rows = [(row[0], [float(value) for value in row[1:]]) for row in _body(file)]
    except (OSError, ValueError, IndexError) as err:
        raise FascoreError(
            f"Expected a CSV table file,x,y,w,h and ten numbers of landmarks. Received: {boxes}, "
            f"which does not read so ({err}). Correct it, or leave --boxes out."
        ) from err
    for name, values in rows:
        if len(values) != 14 or not np.isfinite(values).all() or min(values[2:4]) <= 0:
            raise FascoreError(
                f"Expected 14 numbers for {name} in {boxes}: a box with an area and five points. "
                f"Received: {values}. Correct the table."
            )
        if not (folder / name).is_file():
            raise FascoreError(
                f"Expected {name} of {boxes} in {folder}. Received: nothing there. "
                "Give the folder the table is for."
            )
    return [PortraitFile(str(folder / n), tuple(v[:4]), tuple(v[4:])) for n, v in rows]


def _body(file) -> list[list[str]]:
    return [row for row in csv.reader(file) if row][1:]


def _detected(folder: Path) -> list[PortraitFile]:
    """Each photograph's largest face; photographs without one are left out."""
    from fascore.faces import FaceDetector

    detector, found = FaceDetector(), []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in PICTURES:
            continue
        faces = detector.detect(_pixels(str(path)))
        if faces:
            box = faces[0].box
            place = (box.x, box.y, box.width, box.height)
            points = tuple(float(value) for value in faces[0].landmarks.ravel())
            found.append(PortraitFile(str(path), place, points))
    return found


def _pixels(path: str) -> np.ndarray:
    try:
        return decode(Path(path).read_bytes(), max_bytes=None).pixels
    except ImageError as err:
        raise FascoreError(f"{path}: {err}") from err


def read_portrait(file: PortraitFile, *, matte: bool = True) -> Portrait:
    """The photograph, its face centred and at the scale of all; without `matte`, not cut out.

    Raises
    ------
    FascoreError
        If it cannot be read, or the middle of the face's box is not in it.
    """
    pixels, (x, y, width, height) = _pixels(file.path), file.box
    across, down = x + width / 2, y + height / 2
    if not (0 <= across < pixels.shape[1] and 0 <= down < pixels.shape[0]):
        raise FascoreError(
            f"Expected a face box in its photograph. Received: x, y, w, h = {x:g}, {y:g}, "
            f"{width:g}, {height:g} for {file.path}, which has {pixels.shape[1]} x "
            f"{pixels.shape[0]} pixels. Correct the table."
        )
    longer = max(width, height)
    scale = SIDE / (EXPANSION * longer)
    if scale < 0.9:  # keeps detail finer than the aligned portrait's from aliasing
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.45 / scale)
    centre = np.array([across, down])
    shift = SIDE / 2 - centre * scale - 0.5 * (1 - scale)
    place = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    aligned = cv2.warpAffine(pixels, place, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT)
    box = (width / longer, height / longer)
    points = (np.array(file.points).reshape(5, 2) - centre) / longer
    if not matte:
        person = aligned[..., 0]
    elif file.matte is None:
        person = cut_out(aligned, (width * scale, height * scale))
    else:
        grey = _matte(file.matte, pixels.shape[:2])
        rough = cv2.warpAffine(grey, place, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        person = refined(rough, aligned)
    return Portrait(aligned, person, box, points)


def _matte(path: str, shape: tuple[int, ...]) -> np.ndarray:
    """The grey picture of a person (H,W), which has the size of the photograph."""
    grey = _pixels(path)[..., 0]
    if grey.shape != shape:
        raise FascoreError(
            f"Expected a matte of its photograph's size, {shape[1]} x {shape[0]} pixels. "
            f"Received: {path} with {grey.shape[1]} x {grey.shape[0]}. Make it again."
        )
    return grey
