"""Cuts people out of photographs for `simulate --mattes`, with MediaPipe's selfie segmentation.

python tools/mattes.py PORTRAITS BOXES.csv MATTES

MediaPipe wants older versions of what fascore stands on, so it lives in an environment of its own:
`pip install mediapipe==0.10.14`. Its network is inside the package; nothing is fetched.
"""

import csv
import sys
from pathlib import Path

import cv2
import mediapipe
import numpy as np

SIDES = (2.6, 3.4)  # of the squares looked at, in face boxes


def matte(image: np.ndarray, box: list[float], segment) -> np.ndarray:
    """Grey picture uint8 (H,W), white on the person whose face box is x,y,w,h in RGB (H,W,3).

    The mean over squares of two sizes around the head and shoulders, and over their mirror images.
    """
    (height, width), (x, y, w, h) = image.shape[:2], box
    across, down = x + w / 2, y + 0.75 * h
    total, looks = np.zeros((height, width)), np.zeros((height, width))
    for side in SIDES:
        half = side * max(w, h) / 2
        left, right = max(0, int(across - half)), min(width, int(across + half))
        top, bottom = max(0, int(down - half)), min(height, int(down + half))
        part = np.ascontiguousarray(image[top:bottom, left:right])
        person = segment(part) + segment(np.ascontiguousarray(part[:, ::-1]))[:, ::-1]
        total[top:bottom, left:right] += person
        looks[top:bottom, left:right] += 2
    return (255 * total / np.maximum(looks, 1)).round().astype(np.uint8)


def main(portraits: Path, boxes: Path, out: Path) -> None:
    """Writes a PNG for each row of the table."""
    network = mediapipe.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
    out.mkdir(parents=True, exist_ok=True)
    with boxes.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row][1:]
    for name, *values in rows:
        image = np.ascontiguousarray(cv2.imread(str(portraits / name))[:, :, ::-1])
        box = [float(value) for value in values[:4]]
        person = matte(image, box, lambda part: network.process(part).segmentation_mask)
        cv2.imwrite(str(out / Path(name).with_suffix(".png").name), person)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
