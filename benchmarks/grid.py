"""Speed and quality of the models x methods grid: `python -m benchmarks.grid [--store DIR]`.

All in one run, on four faces: one that is surely live, one surely spoof, one near the threshold,
and a real photograph. Quality is the rank correlation of LIME's superpixels and of SHAP's 8 x 8
cells with those of very many samples. Times are ratios: to the bare cost of the very evaluations
that were made, and to lime and shap called well, with as many samples as they need for the same
quality.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TQDM_DISABLE", "1")  # lime draws a progress bar

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from fascore.data import open_data
from fascore.data.sample_table import sample_of
from fascore.evaluation_sets import EvaluationSet, open_set
from fascore.explain import Attribution, GradCAM, LimeImage, ShapImage, explain_grid
from fascore.explain.attribution import SAMPLES
from fascore.explain.units import on_grid, rank_correlation, units_of
from fascore.labels import LIVE, SPOOF
from fascore.models import LAST_CONV, LOGITS
from fascore.models.face_model import FaceModel
from fascore.shipped import located
from fascore.store import Store

ROOT = Path(__file__).parents[1]
BATCHES = (64, 128, 256)
PHOTOGRAPH = "astronaut"  # a test set of the store with a real photograph in it
MANY_LIME, MANY_SHAP = 4000, 1000
RIVAL_SAMPLES = {"LIME": (100, 200, 300, 400, 600, 800), "SHAP": (50, 100, 150, 200, 300, 400)}
TARGETS = {"grid / bare": "<= 1.15", "called well / grid": ">= 2"}
GOOD = {"LIME": "median >= .97, 10th percentile >= .93", "SHAP": ">= .95, >= .90"}


def seconds(work: Callable[[], object], *, repeats: int = 3) -> float:
    """Median wall time of `work()`."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def compiled(network: keras.Model) -> tuple[Callable, Callable]:
    """Forward pass and gradient of the spoof logit, each one compiled function of images."""

    def run(images: tf.Tensor) -> tf.Tensor:
        return network(images, training=False)

    def gradient(images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = tf.reduce_sum(run(images)[:, 1])
        return tape.gradient(score, images)

    return tf.function(run), tf.function(gradient)


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
    sample = sample_of(tested.samples.loc[sample_id])
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


def many_samples(models: Sequence[FaceModel], images: dict[str, np.ndarray]) -> dict[str, Any]:
    """Each method's ranked values from very many samples of other seeds, by method and face."""
    lime = LimeImage(num_samples=MANY_LIME, settled=1.0, seed=1)
    shap = ShapImage(num_samples=MANY_SHAP, settled=1.0, seed=1)
    return {
        method + face: [ranked(each) for each in explainer.explain(models, image)]
        for method, explainer in (("LIME", lime), ("SHAP", shap))
        for face, image in images.items()
    }


class CalledWell:
    """lime and shap as somebody uses them who knows both: one logit, compiled, SLIC, batches."""

    def __init__(self, model: FaceModel) -> None:
        from lime.lime_image import LimeImageExplainer
        from shap import GradientExplainer

        network = keras.Model(model.network.input, model.network.get_layer(LOGITS).output)
        spoof = keras.layers.Lambda(lambda logits: logits[:, SPOOF:], output_shape=(1,))
        one = keras.Model(network.input, spoof(network.output))
        layers = [model.network.get_layer(name).output for name in (LAST_CONV, LOGITS)]
        self._maps = keras.Model(model.network.input, layers)
        self._logit = tf.function(lambda images: one(images, training=False), reduce_retracing=True)
        self._lime = LimeImageExplainer(random_state=0)
        self._shap = GradientExplainer(one, model.background.astype(np.float32))

    def grad_cam(self, image: np.ndarray) -> None:
        with tf.GradientTape() as tape:
            maps, logits = self._maps(image[None].astype(np.float32))
            score = logits[:, SPOOF]
        tape.gradient(score, maps).numpy()

    def lime(self, image: np.ndarray, samples: int) -> np.ndarray:
        from skimage.segmentation import slic

        explained = self._lime.explain_instance(
            image,
            lambda images: self._logit(images.astype(np.float32)).numpy(),
            labels=(0,),
            top_labels=None,
            num_features=10_000,
            num_samples=samples,
            batch_size=128,
            segmentation_fn=partial(slic, n_segments=LimeImage().num_superpixels, start_label=0),
        )
        return np.array([weight for _, weight in sorted(explained.local_exp[0])])

    def shap(self, image: np.ndarray, samples: int) -> np.ndarray:
        given = self._shap.shap_values(image[None].astype(np.float32), nsamples=samples, rseed=0)
        return on_grid(np.reshape(given, image.shape).sum(axis=-1))


def called_well(
    models: Sequence[FaceModel],
    images: dict[str, np.ndarray],
    truth: dict[str, list[np.ndarray]],
    goals: dict[str, float],
) -> dict[str, float]:
    """Seconds a face of the libraries called well, at the fewest samples that reach the goals.

    A goal is a median rank correlation; where no number of samples tried reaches it, the largest
    stands, which flatters the libraries. Those numbers are in the answer too.
    """
    users = [CalledWell(model) for model in models]
    (image, *_) = images.values()
    total = seconds(lambda: [user.grad_cam(image) for user in users])
    found: dict[str, float] = {}
    for method, goal in goals.items():
        for samples in RIVAL_SAMPLES[method]:
            ranks, start = [], time.perf_counter()
            for face, picture in images.items():
                for user, true in zip(users, truth[method + face], strict=True):
                    found_by = getattr(user, method.lower())(picture, samples)
                    ranks.append(rank_correlation(found_by, true))
            took = (time.perf_counter() - start) / len(images)
            if np.median(ranks) >= goal:
                break
        total += took
        found |= {f"{method}, called well: samples": samples}
        found |= {f"{method}, called well: rank": float(np.median(ranks))}
    return found | {"called well, s": total}


def bare_seconds(models: Sequence[FaceModel], maps: Sequence[Attribution]) -> float:
    """The evaluations behind these maps alone: forward passes and gradients, in the best batch."""
    counts = {(each.model, each.method): each.quality.get(SAMPLES, 1) for each in maps}
    total = 0.0
    for model in models:
        network = keras.Model(model.network.input, model.network.get_layer(LOGITS).output)
        forward, gradient = compiled(network)
        total += _best(forward, int(counts[model.name, LimeImage.name]), model.size)
        total += _best(gradient, int(counts[model.name, ShapImage.name]), model.size)
        total += _best(gradient, 1, model.size)  # Grad-CAM's
    return total


def _best(evaluate: Callable, count: int, size: int) -> float:
    """Seconds for `count` images in whichever batch is fastest."""
    images = tf.random.uniform((count, size, size, 3), maxval=255.0)

    def run(batch: int) -> None:
        for start in range(0, count, batch):
            evaluate(images[start : start + batch]).numpy()

    for batch in BATCHES:
        run(batch)  # traces
    return min(seconds(lambda b=batch: run(b)) for batch in BATCHES)


def grid_seconds(models: Sequence[FaceModel], images: dict[str, np.ndarray]) -> dict[str, float]:
    """The grid's seconds a face, and those of its bare evaluations, means over the faces."""
    explainers = [GradCAM(), LimeImage(), ShapImage()]

    def grid(image: np.ndarray) -> list[Attribution]:
        return list(explain_grid(models, image, explainers))

    own, bare = [], []
    for image in images.values():
        maps = grid(image)  # traces and compiles
        own.append(seconds(lambda image=image: grid(image)))
        bare.append(bare_seconds(models, maps))
    return {"grid, s": float(np.mean(own)), "bare, s": float(np.mean(bare))}


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=ROOT / "assets/models/demo")
    store = Store(parser.parse_args().store)
    models = [store.load(name) for name in store.loadable_names]
    images = faces(store)
    truth = many_samples(models, images)
    measured = quality(models, images, truth)
    faces_table = measured.groupby(["method", "face"], sort=False)[["rank", "samples"]]
    print(faces_table.agg(["median", "min", "max"]).round(3).to_string(), "\n")
    goals = measured.groupby("method")["rank"].median().to_dict()
    for method, own in measured.groupby("method")["rank"]:
        tenth = own.quantile(0.1)
        print(f"{method}: median {own.median():.3f}, 10th percentile {tenth:.3f}; {GOOD[method]}")
    figures = grid_seconds(models, images) | called_well(models, images, truth, goals)
    figures["grid / bare"] = figures["grid, s"] / figures["bare, s"]
    figures["called well / grid"] = figures["called well, s"] / figures["grid, s"]
    for name, value in figures.items():
        target = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:<34}{value:>10.2f}{target}")


if __name__ == "__main__":
    main()
