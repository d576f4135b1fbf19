"""Cost of judging explanations: `python -m benchmarks.explain [--store DIR] [--faces N]`.

All in one run, as ratios: everything `trainer judge` measures on a face against the bare model
evaluations it needs; the pictures a grid's curves take; the forward passes a gradient costs; LIME
and SHAP that stop by themselves against many more samples.
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

from benchmarks.grid import BATCHES, ROOT, compiled, seconds
from fascore.data import open_data
from fascore.explain import GradCAM, LimeImage, ShapImage
from fascore.explain.units import on_grid, pixel_values, rank_correlation, units_of
from fascore.judging.faithfulness import STEPS, faithfulness
from fascore.judging.judge import Judge
from fascore.models import LOGITS
from fascore.models.face_model import FaceModel
from fascore.store import Store
from trainer.judge import choose_samples
from trainer.recipes import Plan

MANY_LIME, FIXED_LIME = 4000, 1000
MANY_SHAP, FIXED_SHAP = 800, 200
TARGETS = {
    "explain / bare": "<= 1.3",
    "pictures a model, one grid": "< 800",
    "LIME's rank correlation": ">= 0.95",
    "LIME's samples / 1000": "<= 0.40",
}
GOOD = 0.95  # rank correlation with many more samples


def faces(store: Store, count: int) -> list[np.ndarray]:
    """Test faces as the networks see them, one species after the other."""
    card = store.card(store.loadable_names[0])
    data = open_data(ROOT / card.data["root"])
    samples = choose_samples(store.samples(), Plan(limit=count))
    return [data.face_input(s, size=card.size, expansion=card.crop_expansion) for s in samples]


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


def settling(models: Sequence[FaceModel], images: Sequence[np.ndarray]) -> dict[str, float]:
    """Over faces and models: rank correlation with many samples, and samples used.

    Medians, and the share of maps whose rank correlation is GOOD.
    """
    lime, shap = [], []
    for image in images:
        many = LimeImage(num_samples=MANY_LIME, settled=1.0, seed=1).explain(models, image)
        own = LimeImage().explain(models, image)
        for a, b in zip(own, many, strict=True):
            weights = [units_of(attribution, image.shape[0])[1] for attribution in (a, b)]
            lime.append((rank_correlation(*weights), a.quality["samples"]))
        many = ShapImage(num_samples=MANY_SHAP, settled=1.0, seed=1).explain(models, image)
        for a, b in zip(ShapImage().explain(models, image), many, strict=True):
            cells = [on_grid(pixel_values(attribution, image.shape[0])) for attribution in (a, b)]
            shap.append((rank_correlation(*cells), a.quality["samples"]))
    figures = {"faces": float(len(images)), "maps of a method": float(len(lime))}
    for name, fixed, found in (("LIME", FIXED_LIME, lime), ("SHAP", FIXED_SHAP, shap)):
        ranks, samples = np.array(found).T
        figures |= {
            f"{name}'s rank correlation": float(np.median(ranks)),
            f"{name}'s maps >= {GOOD}": float((ranks >= GOOD).mean()),
            f"{name}'s samples / {fixed}": float(np.median(samples)) / fixed,
        }
    return figures


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=ROOT / "assets/models/demo")
    parser.add_argument("--faces", type=int, default=8, help="for LIME and SHAP; default: 8")
    options = parser.parse_args()
    store = Store(options.store)
    models = [store.load(name) for name in store.loadable_names]
    images = faces(store, options.faces)
    figures = overhead(models, images[0])
    figures["pictures a model, one grid"] = grid_pictures(models[0], images[0])
    figures["gradient / forward"] = gradient_cost(models[0])
    figures |= settling(models, images)
    for name, value in figures.items():
        target = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:<34}{value:>10.2f}{target}")


if __name__ == "__main__":
    main()
