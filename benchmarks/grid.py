"""Speed and quality of the models x methods grid: `python -m benchmarks.grid [--store DIR]`.

All in one run, on four faces: one that is surely live, one surely spoof, one near the threshold,
and a real photograph. Quality is the rank correlation of LIME's superpixels and of SHAP's 8 x 8
cells with those of very many samples in float32. Times are ratios, in seconds passed and in seconds
of processor: to the bare cost of the very evaluations that were made, by the networks that maps are
made with (`fascore.models.quick`); to the grid's former design; and to lime and shap called well.
The last two ask the networks themselves, with as many samples as they need for the same quality.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TQDM_DISABLE", "1")  # lime draws a progress bar

import numpy as np
import pandas as pd
import tensorflow as tf

from benchmarks.grid_rivals import CalledWell, Former, Rival, samples_needed
from benchmarks.timing import BATCHES, compiled, in_turns, seconds
from fascore.data import open_data
from fascore.data.sample_table import samples_of
from fascore.evaluation_sets import EvaluationSet, open_set
from fascore.explain import Attribution, GradCAM, LimeImage, ShapImage, explain_grid
from fascore.explain.attribution import SAMPLES
from fascore.explain.units import on_grid, rank_correlation, units_of
from fascore.labels import LIVE
from fascore.models.face_model import FaceModel
from fascore.models.quick import SETTING, in_bfloat16
from fascore.shipped import located
from fascore.store import Store

ROOT = Path(__file__).parents[1]
PHOTOGRAPH = "astronaut"  # a test set of the store with a real photograph in it
MANY_LIME, MANY_SHAP = 4000, 1000
ROUNDS = 3
TARGETS = {
    ("grid", "bare"): "target <= 1.15",
    ("grid", "former grid"): "target <= 0.4",
    ("called well", "grid"): "target >= 2",
}
GOOD = {"LIME": "median >= .97, 10th percentile >= .93", "SHAP": ">= .95, >= .90"}


def faces(store: Store) -> dict[str, np.ndarray]:
    """The four faces by what they are; the first three by the first network's own scores."""
    first = store.loadable_names[0]
    own = open_set(store)
    scored = own.scored(first).query("split == 'test'")["spoof_score"].sort_values()
    nearest = (scored - store.card(first).threshold["value"]).abs().idxmin()
    photograph = open_set(store, PHOTOGRAPH)
    live = photograph.samples.query(f"label == {LIVE}").index[0]
    chosen = {
        "surely live": (own, scored.index[0]),
        "surely spoof": (own, scored.index[-1]),
        "uncertain": (own, nearest),
        "photograph": (photograph, live),
    }
    return {name: _face(store, *place) for name, place in chosen.items()}


def _face(store: Store, tested: EvaluationSet, sample_id: str) -> np.ndarray:
    card = store.card(store.loadable_names[0])
    (sample,) = samples_of(tested.samples.loc[[sample_id]])
    data = open_data(located(tested.root))
    return data.face_input(sample, size=card.size, expansion=card.crop_expansion)


def ranked(attribution: Attribution) -> np.ndarray:
    """What is ranked of a map: LIME's weight of each superpixel, SHAP's sum in each cell."""
    if attribution.superpixels is None:
        return on_grid(attribution.values)
    return units_of(attribution, len(attribution.superpixels))[1]


def quality(
    models: Sequence[FaceModel], images: dict[str, np.ndarray], truth: dict[str, list[np.ndarray]]
) -> pd.DataFrame:
    """Rank correlation with the truth and samples of each map: a row a face, network and method."""
    rows = []
    for method, explainer in (("LIME", LimeImage()), ("SHAP", ShapImage())):
        for face, image in images.items():
            maps = explainer.explain(models, image)
            for model, map_, true in zip(models, maps, truth[method + face], strict=True):
                row = (method, face, model.name, rank_correlation(ranked(map_), true))
                rows.append((*row, map_.quality[SAMPLES]))
    return pd.DataFrame(rows, columns=["method", "face", "model", "rank", "samples"])


def many_samples(store: Store, images: dict[str, np.ndarray]) -> dict[str, Any]:
    """Each method's ranked values from very many samples of other seeds, by method and face.

    All in float32, whatever this machine computes maps in.
    """
    given = os.environ.get(SETTING, "0")
    os.environ[SETTING] = "1"
    models = [store.load(name) for name in store.loadable_names]
    lime = LimeImage(num_samples=MANY_LIME, settled=1.0, seed=1)
    shap = ShapImage(num_samples=MANY_SHAP, settled=1.0, seed=1)
    truth = {
        method + face: [ranked(each) for each in explainer.explain(models, image)]
        for method, explainer in (("LIME", lime), ("SHAP", shap))
        for face, image in images.items()
    }
    os.environ[SETTING] = given
    return truth


def bare(models: Sequence[FaceModel], maps: Sequence[Attribution]) -> Callable[[], None]:
    """The evaluations behind these maps alone: forward passes and gradients, in the best batch."""
    counts = {(each.model, each.method): int(each.quality.get(SAMPLES, 1)) for each in maps}
    parts = []
    for model in models:
        forward, gradient = compiled(model.quick().network)
        parts.append(_best(forward, counts[model.name, LimeImage.name], model.size))
        parts.append(_best(gradient, counts[model.name, ShapImage.name], model.size))
        parts.append(_best(gradient, 1, model.size))  # Grad-CAM's
    return lambda: [run() for run in parts] and None


def _best(evaluate: Callable, count: int, size: int) -> Callable[[], None]:
    """Evaluates `count` images in whichever batch is fastest."""
    images = tf.random.uniform((count, size, size, 3), maxval=255.0)

    def run(batch: int) -> None:
        for start in range(0, count, batch):
            evaluate(images[start : start + batch]).numpy()

    for batch in BATCHES:
        run(batch)  # traces
    return partial(run, min(BATCHES, key=lambda batch: seconds(partial(run, batch))))


def times(
    models: Sequence[FaceModel],
    images: dict[str, np.ndarray],
    needed: dict[Rival, dict[str, int]],
) -> pd.DataFrame:
    """Seconds a face of the grid, of its bare evaluations and of its rivals, in turns."""
    explainers = [GradCAM(), LimeImage(), ShapImage()]

    def grid(image: np.ndarray) -> list[Attribution]:
        return list(explain_grid(models, image, explainers))

    def rivals(rival: Rival, image: np.ndarray) -> None:
        rival.grad_cam(image)
        rival.lime(image, needed[rival]["LIME"])
        rival.shap(image, needed[rival]["SHAP"])

    tables = []
    for image in images.values():
        tasks = {"grid": partial(grid, image), "bare": bare(models, grid(image))}
        tasks |= {rival.name: partial(rivals, rival, image) for rival in needed}
        tables.append(in_turns(tasks, rounds=ROUNDS))
    return sum(tables[1:], tables[0]) / len(tables)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=ROOT / "assets/models/demo")
    store = Store(parser.parse_args().store)
    models = [store.load(name) for name in store.loadable_names]
    images = faces(store)
    truth = many_samples(store, images)
    print(f"maps in {'bfloat16' if in_bfloat16() else 'float32'}")
    measured = quality(models, images, truth)
    faces_table = measured.groupby(["method", "face"], sort=False)[["rank", "samples"]]
    print(faces_table.agg(["median", "min", "max"]).round(3).to_string(), "\n")
    goals = measured.groupby("method")["rank"].median().to_dict()
    for method, own in measured.groupby("method")["rank"]:
        tenth = own.quantile(0.1)
        print(f"{method}: median {own.median():.3f}, 10th percentile {tenth:.3f}; {GOOD[method]}")
    needed: dict[Rival, dict[str, int]] = {}
    for rival in (Former(models), CalledWell(models)):
        for method, samples, rank in samples_needed(rival, images, truth, goals):
            needed.setdefault(rival, {})[method] = samples
            print(f"{method}, {rival.name}: median {rank:.3f} of {samples} samples")
    table = times(models, images, needed)
    print(f"\nA face\n{table.to_string(float_format='{:.2f}'.format)}\n")
    for (above, below), target in TARGETS.items():
        ratio = table.loc[above] / table.loc[below]
        print(f"{f'{above} / {below}':<24}{ratio.iloc[0]:>6.2f}{ratio.iloc[1]:>6.2f}   {target}")


if __name__ == "__main__":
    main()
