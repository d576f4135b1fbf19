"""Speed of the models x methods grid: `python -m benchmarks.grid [--store DIR] [--json FILE]`.

Everything is measured in one run on one face, as ratios: against the bare cost of the same model
evaluations in their best batch, and against lime and shap used the obvious way. The dashboard's
answers and memory come from a process of their own (`benchmarks.page`).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TQDM_DISABLE", "1")  # lime draws a progress bar

import keras
import numpy as np
import tensorflow as tf
from lime.lime_image import LimeImageExplainer

from fascore.data import open_data
from fascore.explain import EXPLAINERS, GradCAM, LimeImage, ShapImage, explain_grid
from fascore.models import LAST_CONV, LOGITS
from fascore.models.face_model import FaceModel
from fascore.store import Store

ROOT = Path(__file__).parents[1]
BATCHES = (64, 128, 256)
TARGETS = {
    "verdicts, ms": "<= 150",
    "grid / bare": "<= 1.25",
    "obvious / grid": ">= 6",
    "cached page, ms": "<= 300",
    "memory, MB": "< 1500",
}


def seconds(work: Callable[[], object], *, repeats: int = 3) -> float:
    """Median wall time of `work()`."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def bare_seconds(models: Sequence[FaceModel], lime: LimeImage, shap: ShapImage) -> float:
    """The grid's model evaluations alone: forward passes and gradients in their best batch."""
    total = 0.0
    for model in models:
        network = keras.Model(model.network.input, model.network.get_layer(LOGITS).output)
        forward, gradient = compiled(network)
        total += _best(forward, lime.num_samples, model.size)
        total += _best(gradient, shap.num_samples, model.size)
        total += _best(gradient, 1, model.size)  # Grad-CAM's one
    return total


def compiled(network: keras.Model) -> tuple[Callable, Callable]:
    def run(images: tf.Tensor) -> tf.Tensor:
        return network(images, training=False)

    def gradient(images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = tf.reduce_sum(run(images)[:, 1])
        return tape.gradient(score, images)

    return tf.function(run), tf.function(gradient)


def _best(evaluate: Callable, count: int, size: int) -> float:
    """Seconds for `count` images in whichever batch is fastest."""
    images = tf.random.uniform((count, size, size, 3), maxval=255.0)

    def run(batch: int) -> None:
        for start in range(0, count, batch):
            evaluate(images[start : start + batch]).numpy()

    for batch in BATCHES:
        run(batch)  # traces
    return min(seconds(lambda b=batch: run(b)) for batch in BATCHES)


def obvious(
    models: Sequence[FaceModel], image: np.ndarray, lime: LimeImage, shap: ShapImage
) -> None:
    """The same maps from the libraries' examples: one model after the other, their defaults."""
    import shap as shap_library

    for model in models:
        network, single = model.network, image[None].astype(np.float32)
        with tf.GradientTape() as tape:
            layers = [network.get_layer(name).output for name in (LAST_CONV, LOGITS)]
            maps, logits = keras.Model(network.input, layers)(single)
            score = logits[:, 1]
        tape.gradient(score, maps)
        LimeImageExplainer(random_state=0).explain_instance(
            image,
            lambda images, network=network: network.predict(images, verbose=0),
            num_samples=lime.num_samples,
        )
        explainer = shap_library.GradientExplainer(network, model.background.astype(np.float32))
        explainer.shap_values(single, nsamples=shap.num_samples)


def measure(store: Store) -> dict[str, float]:
    """The figures of one run, on one test face of the store's data set."""
    models = [store.load(name) for name in store.loadable_names]
    card = store.card(store.loadable_names[0])
    source = open_data(ROOT / card.data["root"])
    sample = next(each for each in source.samples() if each.split == "test")
    image = source.face_input(sample, size=card.size, expansion=card.crop_expansion)
    explainers = [explainer() for explainer in EXPLAINERS.values()]
    lime, shap = LimeImage(), ShapImage()

    def grid() -> None:
        list(explain_grid(models, image, [GradCAM(), lime, shap]))

    def verdicts() -> None:
        for model in models:
            model.spoof_scores(image[None])

    grid()  # traces and compiles
    figures = {
        "models": float(len(models)),
        "methods": float(len(explainers)),
        "verdicts, ms": 1000 * seconds(verdicts, repeats=20),
        "grid, s": seconds(grid),
        "bare, s": bare_seconds(models, lime, shap),
        "obvious, s": seconds(lambda: obvious(models, image, lime, shap), repeats=1),
    }
    figures["grid / bare"] = figures["grid, s"] / figures["bare, s"]
    figures["obvious / grid"] = figures["obvious, s"] / figures["grid, s"]
    return figures


def measure_page(store: Path) -> dict[str, float]:
    """The dashboard's figures, from a fresh process."""
    command = [sys.executable, "-m", "benchmarks.page", "--store", str(store)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Prints the table and writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=ROOT / "assets/models/demo")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    figures = measure(Store(options.store)) | measure_page(options.store)
    for name, value in figures.items():
        target = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:<34}{value:>10.2f}{target}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
