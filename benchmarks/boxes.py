"""MTCNN's boxes against the labelled ones: `python -m benchmarks.boxes [--data ZIP] [--store DIR]`.

The networks are trained on crops around labelled boxes, uploads are cropped around MTCNN's. This
measures how far the two are apart on a data set, the constant part of it (for
`fascore.faces.BOX_SCALE` and `BOX_SHIFT`), and how many verdicts change.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
from tqdm import tqdm

from fascore import faces, images
from fascore.data import open_data
from fascore.data.samples import DataError, FaceData, Sample
from fascore.data.splits import by_split, official_split
from fascore.faces import FaceDetector, face_in_box
from fascore.images import Box
from fascore.store import Store

ROOT = Path(__file__).parents[1]


def detect(source: FaceData, samples: list[Sample], detector: FaceDetector) -> pd.DataFrame:
    """Each sample's labelled box and MTCNN's, uncorrected; NaN where it found no face."""
    rows = []
    for sample in tqdm(samples, desc="detect", unit="image"):
        picture = source.picture(sample)
        label = source.box(sample, picture)
        if label is None:
            raise DataError(f"Expected a data set with labelled boxes. Received: {source.name}.")
        found = face_in_box(detector.detect(picture), label)
        box = _uncorrected(found.box) if found else Box(*[np.nan] * 4)
        rows.append([sample.sample_id, sample.pai_species, *_values(label), *_values(box)])
    columns = [f"{who}_{what}" for who in ("label", "mtcnn") for what in ("x", "y", "w", "h")]
    return pd.DataFrame(rows, columns=["sample_id", "species", *columns])


def _values(box: Box) -> list[float]:
    return [box.x, box.y, box.width, box.height]


def _uncorrected(box: Box) -> Box:
    """The box before `faces.correct_box`."""
    width, height = box.width / faces.BOX_SCALE[0], box.height / faces.BOX_SCALE[1]
    centre_x = box.x + box.width / 2 - faces.BOX_SHIFT[0] * width
    centre_y = box.y + box.height / 2 - faces.BOX_SHIFT[1] * height
    return Box(centre_x - width / 2, centre_y - height / 2, width, height)


def constants(boxes: pd.DataFrame) -> tuple[tuple[float, float], tuple[float, float]]:
    """Median scale (width, height) and shift (x, y, in MTCNN boxes) from MTCNN to label."""
    found = boxes.dropna()
    centre = {
        who: (found[f"{who}_x"] + found[f"{who}_w"] / 2, found[f"{who}_y"] + found[f"{who}_h"] / 2)
        for who in ("label", "mtcnn")
    }
    scale = [(found[f"label_{side}"] / found[f"mtcnn_{side}"]).median() for side in "wh"]
    shift = [
        ((centre["label"][axis] - centre["mtcnn"][axis]) / found[f"mtcnn_{side}"]).median()
        for axis, side in enumerate("wh")
    ]
    return (scale[0], scale[1]), (shift[0], shift[1])


def compare(
    source: FaceData,
    samples: list[Sample],
    boxes: pd.DataFrame,
    store: Store,
    correct: Callable[[Box], Box],
) -> pd.DataFrame:
    """Per model: verdicts that differ between labelled and corrected MTCNN crops, and accuracy.

    Also the crops' mean overlap (intersection over union), the same for all models.
    """
    card = store.card(store.loadable_names[0])
    size, expansion = card.size, card.crop_expansion
    labelled, detected, overlaps = [], [], []
    for (_, row), sample in zip(boxes.iterrows(), samples, strict=True):
        if np.isnan(row["mtcnn_x"]):
            continue
        picture = source.picture(sample)
        pair = [
            Box(*row[["label_x", "label_y", "label_w", "label_h"]]),
            correct(Box(*row[["mtcnn_x", "mtcnn_y", "mtcnn_w", "mtcnn_h"]])),
        ]
        squares = [images.crop_square(picture, box, expansion=expansion) for box in pair]
        overlaps.append(images.overlap(*[Box(s.left, s.top, s.side, s.side) for s in squares]))
        for box, inputs in zip(pair, (labelled, detected), strict=True):
            inputs.append(images.face_input(picture, box, size=size, expansion=expansion))
    truth = np.array([s.label for s, x in zip(samples, boxes["mtcnn_x"], strict=True) if x == x])
    rows = {}
    for name in store.loadable_names:
        model = store.load(name)
        verdicts = [
            model.spoof_scores(np.stack(inputs)) >= model.threshold
            for inputs in (labelled, detected)
        ]
        rows[name] = {
            "verdicts flipped": (verdicts[0] != verdicts[1]).mean(),
            "accuracy, labelled": (verdicts[0] == truth).mean(),
            "accuracy, MTCNN": (verdicts[1] == truth).mean(),
            "crop overlap": np.mean(overlaps),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def main() -> None:
    """Constants from the validation split, their effect on the test split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / "assets/demo/faces.zip")
    parser.add_argument("--store", type=Path, default=ROOT / "assets/models/demo")
    options = parser.parse_args()
    source, store = open_data(options.data), Store(options.store)
    splits = by_split(official_split(source.samples()))
    detector = FaceDetector()
    validation = detect(source, splits["validation"], detector)
    scale, shift = constants(validation)
    print(f"Constants from {len(validation.dropna())} validation images of {source.name}:")
    print(f"  BOX_SCALE = ({scale[0]:.3f}, {scale[1]:.3f})")
    print(f"  BOX_SHIFT = ({shift[0]:.3f}, {shift[1]:.3f})")
    print(f"In use: BOX_SCALE = {faces.BOX_SCALE}, BOX_SHIFT = {faces.BOX_SHIFT}")
    test = detect(source, splits["test"], detector)
    missed = test["mtcnn_x"].isna().groupby(test["species"]).agg(["sum", "size"])
    print("\nTest images without a found face:", missed.to_string(), sep="\n")
    for title, correct in (("as detected", lambda box: box), ("corrected", faces.correct_box)):
        print(f"\nTest split, MTCNN's boxes {title}:")
        print(compare(source, splits["test"], test, store, correct).round(4).to_string())


if __name__ == "__main__":
    main()
