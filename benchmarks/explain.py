"""Cost of judging explanations: `python -m benchmarks.explain [--store DIR] [--faces N]`.

All in one run, as ratios: everything `trainer judge` measures on a face against the bare model
evaluations it needs; the pictures a grid's curves take; the forward passes a gradient costs. How
good LIME and SHAP are from the samples they take: `benchmarks.grid`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

from benchmarks.grid import ROOT
from benchmarks.timing import BATCHES, compiled, seconds
from fascore.data import open_data
from fascore.explain import GradCAM, LimeImage, ShapImage
from fascore.judging.faithfulness import STEPS, faithfulness
from fascore.judging.judge import Judge
from fascore.models import LOGITS
from fascore.models.face_model import FaceModel
from fascore.store import Store
from trainer.judge import choose_samples
from trainer.recipes import Plan

TARGETS = {
    "explain / bare": "<= 1.05",
    "pictures a model, one grid": "< 800",
}


def face(store: Store) -> np.ndarray:
    """A test face as the networks see it."""
    card = store.card(store.loadable_names[0])
    data = open_data(ROOT / card.data["root"])
    (sample,) = choose_samples(store.samples(), Plan(limit=1))
    return data.face_input(sample, size=card.size, expansion=card.crop_expansion)


def counted(work: Callable[[], Any]) -> tuple[Any, int]:
    """What `work()` returns, and the pictures the networks judged meanwhile."""
    judged, forward = [], FaceModel._forward

    def counting(self: FaceModel, images: np.ndarray) -> np.ndarray:
        judged.append(len(images))
        return forward(self, images)

    with mock.patch.object(FaceModel, "_forward", counting):
        return work(), sum(judged)


def overhead(models: Sequence[FaceModel], image: np.ndarray) -> dict[str, float]:
    """All measures of one face (without repeats) against the bare evaluations."""
    explainers = [GradCAM(), LimeImage(), ShapImage()]

    def everything() -> Any:
        return Judge().measures(models, image, explainers)

    everything()  # traces and compiles
    (measures, _), forward = counted(everything)
    points = sum(m.value for m in measures if m.method == ShapImage.name and m.metric == "samples")
    gated = sum(m.metric == "layers_rank" for m in measures)
    gradients = int(points) + 3 * len(models) + 2 * gated  # Grad-CAM: own, noise, shift
    took = seconds(everything, repeats=1)
    bare = 0.0
    for model in models:
        network = keras.Model(model.network.input, model.network.get_layer(LOGITS).output)
        run, gradient = compiled(network)
        bare += bare_seconds(run, forward // len(models), model.size)
        bare += bare_seconds(gradient, gradients // len(models), model.size)
    return {"explain a face, s": took, "bare, s": bare, "explain / bare": took / bare}


def bare_seconds(evaluate: Callable, count: int, size: int) -> float:
    """Seconds for `count` pictures in whichever batch is fastest, each tried once."""
    images = np.random.default_rng(0).uniform(0, 255, (count, size, size, 3)).astype(np.float32)

    def run(batch: int) -> None:
        for start in range(0, count, batch):
            evaluate(images[start : start + batch]).numpy()

    for batch in BATCHES:  # traces
        evaluate(images[:batch]).numpy()
        evaluate(images[count - (count % batch or batch) :]).numpy()
    return min(seconds(lambda b=batch: run(b), repeats=1) for batch in BATCHES)


def grid_pictures(model: FaceModel, image: np.ndarray) -> float:
    """Pictures one model judges for the curves of its three maps, both ways, two baselines."""
    maps = [e.explain([model], image)[0] for e in (GradCAM(), LimeImage(), ShapImage())]
    return float(counted(lambda: faithfulness(model, image, maps, steps=STEPS))[1])


def gradient_cost(model: FaceModel, *, count: int = 512) -> float:
    """Forward passes that a gradient costs, both in their best batch."""
    network = keras.Model(model.network.input, model.network.get_layer(LOGITS).output)
    forward, gradient = compiled(network)
    return bare_seconds(gradient, count, model.size) / bare_seconds(forward, count, model.size)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=ROOT / "assets/models/demo")
    options = parser.parse_args()
    store = Store(options.store)
    models = [store.load(name) for name in store.loadable_names]
    image = face(store)
    figures = overhead(models, image)
    figures["pictures a model, one grid"] = grid_pictures(models[0], image)
    figures["gradient / forward"] = gradient_cost(models[0])
    for name, value in figures.items():
        target = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:<34}{value:>10.2f}{target}")


if __name__ == "__main__":
    main()
