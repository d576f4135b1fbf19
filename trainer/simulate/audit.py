"""What gives the class away without looking at structure: a data set's shortcut check."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pandas as pd

from fascore.data.samples import DataError, FaceData, Sample
from fascore.data.splits import by_split
from fascore.images import CROP_EXPANSION
from fascore.labels import LIVE, SPOOF
from fascore.scores.classification import auc_by_species
from trainer.tone import global_statistics, statistics_regression

SIDE = 64  # px, both views


def audit(source: FaceData) -> pd.DataFrame:
    """AUC of a logistic regression on global statistics, fitted on train, scored on test.

    Rows: the whole picture, the face crop. Columns: all spoofs, then each PAI species against
    the live faces. 0.5 says that colour, brightness and sharpness alone know nothing.

    Raises
    ------
    DataError
        If the data set's train or test lacks a class, or an image a labelled face box.
    """
    samples = source.samples()
    _check(source, samples)
    rows = {}
    for view in ("whole picture", "face crop"):
        features = np.array([_features(source, sample, view) for sample in samples])
        rows[view] = _separability(samples, features)
    return pd.DataFrame.from_dict(rows, orient="index")


def _check(source: FaceData, samples: Sequence[Sample]) -> None:
    """Refuses what the regression cannot be fitted on, or the face crop not be made of."""
    for split, there in by_split(samples).items():
        if split != "validation" and {sample.label for sample in there} != {LIVE, SPOOF}:
            raise DataError(
                f"Expected live and spoof images in the {split} split of {source.name}. Received: "
                f"{len(there)} images. Name their splits by folders or in a column."
            )
    boxless = [sample.sample_id for sample in samples if not source.has_box(sample)]
    if boxless:
        raise DataError(
            f"Expected a labelled face box for each image of {source.name}. Received: "
            f"{len(boxless):,} without, such as {boxless[0]}. Add columns x,y,w,h to its table."
        )


def _features(source: FaceData, sample: Sample, view: str) -> list[float]:
    if view == "face crop":
        return global_statistics(source.face_input(sample, size=SIDE, expansion=CROP_EXPANSION))
    picture = source.picture(sample)
    return global_statistics(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA))


def _separability(samples: Sequence[Sample], features: np.ndarray) -> dict[str, float]:
    train = np.array([sample.split == "train" for sample in samples])
    labels = np.array([sample.label for sample in samples])
    model = statistics_regression().fit(features[train], labels[train])
    scores = model.predict_proba(features)[:, SPOOF]
    species = np.array([sample.pai_species for sample in samples])
    return auc_by_species(scores[~train], labels[~train], species[~train])
