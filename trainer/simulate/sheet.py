"""Contact sheet: a row of random pictures for each spoof type."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from fascore.data import open_data
from fascore.data.samples import FaceData, Sample
from fascore.labels import SPOOF_TYPES
from trainer.simulate.layout import ANNOTATIONS, EVIDENCE, FACES


def contact_sheet(
    folder: Path, *, columns: int = 12, side: int = 128, seed: int = 0, evidence: bool = False
) -> np.ndarray:
    """Rows of pictures of one type each, live twice: RGB uint8.

    With `evidence`, attack evidence is red, landmarks are green dots, boxes are blue.
    """
    source = open_data(folder / FACES)
    rng, rows = np.random.default_rng(seed), []
    samples = source.samples()
    for spoof_type in [0, *sorted({sample.spoof_type for sample in samples})]:
        chosen = [sample for sample in samples if sample.spoof_type == spoof_type]
        picks = rng.choice(len(chosen), min(columns, len(chosen)), replace=False)
        tiles = [_tile(source, chosen[i], side, folder if evidence else None) for i in picks]
        blank = np.full_like(tiles[0], 255)
        rows.append(np.hstack([*tiles, *[blank] * (columns - len(tiles))]))
    return np.vstack(rows)


def _tile(source: FaceData, sample: Sample, side: int, folder: Path | None) -> np.ndarray:
    picture = source.picture(sample).copy()
    if folder is not None:
        _mark(picture, source, sample, folder)
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC)


def _mark(picture: np.ndarray, source: FaceData, sample: Sample, folder: Path) -> None:
    """Draws box, landmarks and evidence in place."""
    if SPOOF_TYPES[sample.spoof_type] != "live":
        path = sample.sample_id.replace("Data/", "Evidence/", 1).replace(".jpg", ".png")
        with zipfile.ZipFile(folder / EVIDENCE) as archive:
            mask = np.asarray(Image.open(io.BytesIO(archive.read(path))))
        picture[mask] = picture[mask] // 2 + np.array([127, 0, 0], np.uint8)
    note = json.loads(source.read(ANNOTATIONS))[sample.sample_id]
    x, y, width, height = (round(value) for value in note["box"])
    cv2.rectangle(picture, (x, y), (x + width, y + height), (0, 90, 255), 1)
    for column, row in note["landmarks"]:
        cv2.circle(picture, (round(column), round(row)), 1, (0, 255, 0), -1)
