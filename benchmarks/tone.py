"""How much is tone: `python -m benchmarks.tone --store S --data B [--root SET ...]`.

The networks of a store on its own test split and on other data sets, beside a logistic regression
on 13 global statistics that is fitted on the same training images; each at its threshold of equal
error on the same validation images. Then the networks on the same images with the mean and spread
of each colour channel made equal. APCER is pooled; the regression's is also given at each
network's BPCER.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd

from fascore.data import open_data
from fascore.data.samples import EntryError
from fascore.labels import LIVE, SPOOF
from fascore.scores.classification import auc
from fascore.scores.error_rates import eer_threshold
from fascore.store import Store
from trainer.build import Prepared
from trainer.tone import equalised, global_statistics, statistics_regression

Scorer = Callable[[np.ndarray], np.ndarray]


def split_images(build: Prepared, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images uint8 (n, size, size, 3) and labels of a build's split."""
    ids, images = [], []
    for names, batch in build.batches(split, 256):
        ids += names
        images.append(batch.copy())
    return np.concatenate(images), build.samples.loc[ids, "label"].to_numpy()


def set_images(root: Path, build: Prepared) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of a data set: its test split, or all of it where it has one split."""
    source = open_data(root)
    samples = source.samples()
    samples = [each for each in samples if each.split == "test"] or samples
    images, labels = [], []
    for sample in samples:
        try:
            images.append(
                source.face_input(sample, size=build.size, expansion=build.config.crop_expansion)
            )
        except EntryError:
            continue
        labels.append(sample.label)
    return np.stack(images), np.array(labels)


def rates(scores: np.ndarray, labels: np.ndarray, threshold: float) -> dict[str, float]:
    """AUC, BPCER and pooled APCER."""
    live, spoof = scores[labels == LIVE], scores[labels == SPOOF]
    return {
        "AUC": auc(live, spoof),
        "BPCER": float((live >= threshold).mean()),
        "APCER": float((spoof < threshold).mean()),
    }


def at_bpcer(scores: np.ndarray, labels: np.ndarray, bpcer: float) -> float:
    """Pooled APCER at the threshold that rejects so many of the live faces."""
    live = scores[labels == LIVE]
    threshold = np.quantile(live, 1 - bpcer)
    return float((scores[labels == SPOOF] <= threshold).mean())


def tone_table(store: Store, build: Prepared, roots: list[Path]) -> pd.DataFrame:
    """A row a set and scorer, the regression last."""
    validation, known = split_images(build, "validation")
    sets = {"own test split": split_images(build, "test")}
    sets |= {str(root.name): set_images(root, build) for root in roots}
    regression = statistics_scorer(build)
    cut = _threshold(regression(validation), known)
    rows = {}
    statistics = {name: regression(images) for name, (images, _) in sets.items()}
    for model_name in store.loadable_names:
        model = store.load(model_name)
        threshold = _threshold(model.spoof_scores(validation), known)
        for name, (images, labels) in sets.items():
            row = rates(model.spoof_scores(images), labels, threshold)
            row["AUC, tone equalised"] = auc(
                *(model.spoof_scores(equalised(images))[labels == k] for k in (LIVE, SPOOF))
            )
            row["regression's APCER at this BPCER"] = at_bpcer(
                statistics[name], labels, row["BPCER"]
            )
            rows[name, model_name] = row
    for name, (_, labels) in sets.items():
        rows[name, "regression on statistics"] = rates(statistics[name], labels, cut)
    return pd.DataFrame.from_dict(rows, orient="index").sort_index(level=0, sort_remaining=False)


def statistics_scorer(build: Prepared) -> Scorer:
    """P(spoof) by the regression, fitted on the build's training images."""
    images, labels = split_images(build, "train")
    fitted = statistics_regression().fit([global_statistics(each) for each in images], labels)

    def score(images: np.ndarray) -> np.ndarray:
        features = [global_statistics(each) for each in images]
        return np.asarray(fitted.predict_proba(features)[:, SPOOF])

    return score


def _threshold(scores: np.ndarray, labels: np.ndarray) -> float:
    return eer_threshold(scores[labels == LIVE], scores[labels == SPOOF])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="the build they were trained on")
    parser.add_argument("--root", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    table = tone_table(Store(options.store), Prepared(options.data), options.root)
    print(table.to_string(float_format="{:.3f}".format, na_rep=""))


if __name__ == "__main__":
    main()
