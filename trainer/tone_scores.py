"""Writes how much is tone: a regression on statistics, networks on tone-equalised pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from fascore.errors import FascoreError
from fascore.evaluation_sets import OWN, open_set, scores_record, set_scores
from fascore.files import write_json, write_whole
from fascore.labels import LIVE, SPOOF
from fascore.models import MODELS
from fascore.provenance import differences, listed
from fascore.scores.operating_points import eer_threshold
from fascore.store import Store
from fascore.tone_scores import (
    ABOUT,
    REGRESSION,
    read_regression,
    read_tone,
    regression_path,
    regression_record,
    tone_folder,
)
from trainer.build import Prepared
from trainer.evaluate import EVALUATED, spoof_scores
from trainer.set_images import Batch, cut_words
from trainer.tone import STATISTICS, equalised, global_statistics, statistics_regression

Batches = Callable[[int], Iterable[Batch]]
BATCH = 256


def write_own_tone(build: Prepared, store: Store, *, again: bool = False) -> None:
    """Fits the regression on the build's training pictures, and scores the store's own test split.

    The threshold is that of equal error on the build's validation pictures.

    Raises
    ------
    FascoreError
        If a network was trained on other pictures, or validation lacks a class.
    """
    _check_trained_on(build, store)
    if again or not _fitted_on(build, store):
        write_json(regression_path(store), fit_regression(build))

    def batches(batch_size: int) -> Iterator[Batch]:
        yield from build.batches("test", batch_size)

    names = store.loadable_names
    write_tone(store, OWN, batches, build.count("test"), models=names, again=again)


def fit_regression(build: Prepared) -> dict[str, Any]:
    """The regression as regression.json keeps it: no picture can be made of its numbers."""
    statistics, labels = _statistics(build, "train")
    fitted = statistics_regression().fit(statistics, labels)
    scaler: StandardScaler = fitted[0]
    regression: LogisticRegression = fitted[1]
    about = {
        "statistics": list(STATISTICS),
        "mean": scaler.mean_.tolist(),
        "scale": scaler.scale_.tolist(),
        "coefficients": regression.coef_[0].tolist(),
        "intercept": float(regression.intercept_[0]),
        "cut": cut_words(build.size, build.config.crop_expansion),
        "images": _images(build),
    }
    statistics, labels = _statistics(build, "validation")
    scores = regression_scores(about, statistics)
    threshold = eer_threshold(scores[labels == LIVE], scores[labels == SPOOF])
    return about | {"threshold": threshold, "rule": "equal error rate", "split": "validation"}


def regression_scores(regression: dict[str, Any], statistics: np.ndarray) -> np.ndarray:
    """P(spoof) float64 (n,) of pictures by their 13 statistics (n, 13)."""
    scaled = (statistics - regression["mean"]) / regression["scale"]
    return np.asarray(expit(scaled @ regression["coefficients"] + regression["intercept"]))


def write_tone(
    store: Store,
    name: str,
    batches: Batches,
    total: int,
    *,
    models: Sequence[str],
    again: bool = False,
) -> None:
    """Writes the tone scores of a test set: the regression's, and networks' on equalised pictures.

    What is there of the same regression and weights is used again.
    """
    there, _ = (None, []) if again else read_tone(store, open_set(store, name))
    folder = tone_folder(store, name)
    records: dict[str, Any] = {}
    if there is None or there.regression is None:
        regression = read_regression(store)
        scores = _scores(batches, lambda images: _regress(regression, images))
    else:
        scores = there.regression["spoof_score"]
    path = _write(scores, set_scores(folder, REGRESSION))
    records[REGRESSION] = regression_record(store, path)
    for model in models:
        if there is not None and model in there.equalised:
            scores = there.equalised[model]["spoof_score"]
        else:
            print(f"{MODELS[model].title} on tone-equalised pictures:")
            scores = pd.Series(spoof_scores(store.load(model), _equalised(batches), total))
        path = _write(scores, set_scores(folder, model))
        records[model] = scores_record(store.card(model), path)
        write_json(folder / ABOUT, {"scores": records})
    write_json(folder / ABOUT, {"scores": records})


def _write(scores: pd.Series, path: Any) -> Any:
    table = scores.rename("spoof_score").rename_axis("sample_id").sort_index().to_frame()
    write_whole(path, table.to_csv)
    return path


def _scores(batches: Batches, score: Callable[[np.ndarray], np.ndarray]) -> pd.Series:
    parts = [pd.Series(score(images), index=ids) for ids, images in batches(BATCH)]
    return pd.concat(parts)


def _regress(regression: dict[str, Any], images: np.ndarray) -> np.ndarray:
    return regression_scores(regression, np.array([global_statistics(each) for each in images]))


def _equalised(batches: Batches) -> Batches:
    def equal(batch_size: int) -> Iterator[Batch]:
        for ids, images in batches(batch_size):
            yield ids, equalised(images)

    return equal


def _statistics(build: Prepared, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Statistics (n, 13) and labels (n,) of a build's split."""
    ids: list[str] = []
    rows: list[list[float]] = []
    for names, images in build.batches(split, BATCH):
        ids += names
        rows += [global_statistics(each) for each in images]
    labels = build.samples.loc[ids, "label"].to_numpy()
    if {LIVE, SPOOF} - set(labels):
        raise FascoreError(
            f"Expected {split} pictures of both classes for the regression on statistics. "
            f"Received: {len(labels)} of one. Give --data a build that has both."
        )
    return np.array(rows), labels


def _images(build: Prepared) -> dict[str, Any]:
    return {split: build.data["images"].get(split) for split in ("train", "validation")}


def _fitted_on(build: Prepared, store: Store) -> bool:
    """Whether the store's regression is of these pictures."""
    if not regression_path(store).exists():
        return False
    return not differences(read_regression(store), {"images": _images(build)})


def _check_trained_on(build: Prepared, store: Store) -> None:
    """Refuses a build that is not the networks': the baseline sees the same pictures as they."""
    wanted = {split: build.data["images"].get(split) for split in ("train", *EVALUATED)}
    for name in store.loadable_names:
        if differing := differences(store.card(name).data, {"images": wanted}):
            raise FascoreError(
                f"Expected the build that {name} was trained on, for --tone. Received: one with "
                f"{listed(differing)}. Give --data that build."
            )
