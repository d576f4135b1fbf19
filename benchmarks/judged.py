"""The figures of docs/explainers.md on judged maps: `python -m benchmarks.judged [--store DIR]`.

The table comes from the store's judged explanations alone. The rest explains every test face with
Grad-CAM once more, to see why maps are empty.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd

from benchmarks.grid import ROOT
from fascore.data import open_data
from fascore.explain import GradCAM
from fascore.explain.feature_maps import maps_and_slopes
from fascore.explain.grad_cam import class_activation_map
from fascore.findings.results import read_results
from fascore.findings.summary import join_samples, summarise
from fascore.models import model_title
from fascore.models.face_model import FaceModel
from fascore.store import Store
from trainer.judge import choose_samples
from trainer.recipes import Plan

METHODS = ("grad_cam", "lime", "shap")
MEASURES = {
    "insertion_gain": "insertion gain, by network",
    "deletion_gain": "deletion gain, by network",
    "stability_noise": "stability under noise",
    "stability_shift": "stability under a shift of 2 pixels",
    "seed_agreement": "agreement over seeds",
    "all_zero_live": "empty maps of faces judged live, %",
    "all_zero_spoof": "empty maps of faces judged spoof, %",
}
SURE = 0.9995  # a probability that reads 1.000
FLAT = 1e-6  # share of the greatest weight: what rounding makes of no difference


def table_rows(store: Store) -> list[str]:
    """The rows of the table of measures: from the least to the greatest mean of a network.

    Shares of empty maps are given network by network, in the store's order.
    """
    joined = join_samples(read_results(store).measures, store.samples())
    rows = []
    for metric, title in MEASURES.items():
        cells = [_cell(joined, metric, method) for method in METHODS]
        rows.append(f"| {title} | {' | '.join(cells)} |")
    return rows


def _cell(joined: pd.DataFrame, metric: str, method: str) -> str:
    cells = summarise(joined, metric).cells.values()
    means = [cell.interval.estimate for cell in cells if cell.method == method and cell.interval]
    if not means:
        return "–"
    if metric.startswith("all_zero"):
        return ", ".join(f"{100 * mean:.0f}" for mean in means)
    low, high = (f"{end(means):.2f}".replace("-0.00", "0.00") for end in (min, max))
    return low if low == high else f"{low} to {high}"


def empty_maps(model: FaceModel, images: np.ndarray) -> dict[str, float]:
    """How often one network's Grad-CAM of its own verdict is empty, and what was in it."""
    layer = GradCAM().layer
    scores, logits = model.spoof_scores(images), model.logits(images)
    weights, highest, rows = [], [], []
    for image, score in zip(images, scores, strict=True):
        target = int(model.is_spoof(score))
        maps, slopes, _ = maps_and_slopes(model, image, target, layer=layer)
        weights.append(slopes.mean(axis=(0, 1)))
        highest.append(class_activation_map(maps, slopes).max())
        # what each cell adds to the logit, to first order: with the gradients of its own place
        positive = bool(((maps * slopes).sum(axis=-1) > 0).any())
        rows.append((target, highest[-1] == 0, positive, max(score, 1 - score) >= SURE))
    target, empty, positive, sure = np.array(rows).T.astype(bool)
    of_class = [np.array(weights)[target == label] for label in (False, True)]
    spread = max(np.ptp(own, axis=0).max() / np.abs(own).max() for own in of_class)
    return {
        "judged live, empty": float(empty[~target].mean()),
        "judged spoof, empty": float(empty[target].mean()),
        "empty maps": float(empty.sum()),
        "of them with P 1.000": float((empty & sure).sum()),
        "of them with a positive cell": float((empty & positive).sum()),
        "spread of weights over faces": float(spread) if spread > FLAT else 0.0,
        "highest cell, median": float(np.median(highest)),
        "spoof logit, standard deviation": float(logits[:, 1].std()),
    }


def main() -> None:
    """Prints the table, and what is in empty maps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=ROOT / "assets/models/demo")
    parser.add_argument("--faces", type=int, help="test faces looked at; default: all")
    options = parser.parse_args()
    store = Store(options.store)
    print(*table_rows(store), sep="\n")
    card = store.card(store.loadable_names[0])
    data = open_data(ROOT / card.data["root"])
    samples = choose_samples(store.samples(), Plan(limit=options.faces))
    face: Callable[..., np.ndarray] = data.face_input
    images = np.stack([face(s, size=card.size, expansion=card.crop_expansion) for s in samples])
    print(f"\nGrad-CAM of {len(images):,} test faces, each network's own verdict:")
    found = {
        model_title(name): empty_maps(store.load(name), images) for name in store.loadable_names
    }
    print(pd.DataFrame(found).round(4).to_string())


if __name__ == "__main__":
    main()
