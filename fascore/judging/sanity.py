"""Does a map depend on what was learnt? Weights randomised from the top (Adebayo et al. 2018).

arXiv:1810.03292.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

import keras
import numpy as np
from skimage.metrics import structural_similarity

from fascore.explain.attribution import Attribution, Explainer
from fascore.explain.units import pixel_values
from fascore.judging.stability import alike
from fascore.models.face_model import FaceModel

# How many of the layers with weights are random, counted from the top, by name and in words.
STAGES = {
    "quarter": "top quarter of layers",
    "half": "top half of layers",
    "three_quarters": "top three quarters of layers",
    "all": "layers, all of them,",
}
SHARES = dict(zip(STAGES, (0.25, 0.5, 0.75, 1.0), strict=True))


def randomised(model: FaceModel, *, seed: int = 0) -> dict[str, FaceModel]:
    """Copies of a model with more and more layers random from the top, by name of `STAGES`.

    They are made once and live as long as the model.

    Each layer's weights are shuffled among themselves, so that their size stays what it was and
    only what they learnt is gone. The model itself is not changed.
    """
    return model.cached(("randomised", seed), lambda: dict(_copies(model, seed)))


def _copies(model: FaceModel, seed: int) -> Iterator[tuple[str, FaceModel]]:
    rng = np.random.default_rng(seed)
    network = keras.models.clone_model(model.network)
    network.set_weights(model.network.get_weights())
    layers = [layer for layer in reversed(network.layers) if layer.weights]
    done = 0
    for stage, share in SHARES.items():
        upto = int(np.ceil(share * len(layers)))
        for layer in layers[done:upto]:
            layer.set_weights([_shuffled(each, rng) for each in layer.get_weights()])
        done = upto
        copy = keras.models.clone_model(network)  # a copy keeps its own compiled functions
        copy.set_weights(network.get_weights())
        yield (
            stage,
            FaceModel(model.name, copy, threshold=model.threshold, background=model.background),
        )


def sanity_test(
    explainer: Explainer,
    models: Sequence[FaceModel],
    image: np.ndarray,
    maps: Sequence[Attribution],
    *,
    seed: int = 0,
) -> list[dict[str, float]]:
    """How alike a method's maps are to those of the models' randomised copies.

    For each of `STAGES` the rank correlation, `sanity_rank_<stage>`, and SSIM,
    `sanity_ssim_<stage>`, both in [-1, 1]. The copies are explained for the class of the model's
    own map and from as many samples as that took.

    Parameters
    ----------
    maps : sequence of Attribution
        The explainer's of `image`, one a model.

    Returns
    -------
    list of dict
        One a model.
    """
    measures: list[dict[str, float]] = [{} for _ in models]
    for model, own, measure in zip(models, maps, measures, strict=True):
        method = _as_sampled(explainer, own)
        for stage, copy in randomised(model, seed=seed).items():
            (other,) = method.explain([copy], image, target=own.target)
            pair = [pixel_values(each, model.size) for each in (own, other)]
            measure[f"sanity_rank_{stage}"] = alike(*pair)
            measure[f"sanity_ssim_{stage}"] = similarity(*pair)
    return measures


def _as_sampled(explainer: Explainer, own: Attribution) -> Explainer:
    """The explainer with the very number of samples that a map of it took."""
    if "samples" not in own.quality:
        return explainer
    samples = int(own.quality["samples"])
    return cast(Explainer, replace(cast(Any, explainer), num_samples=samples, settled=1.0))


def similarity(first: np.ndarray, second: np.ndarray) -> float:
    """SSIM of two maps by pixel, in [-1, 1]; NaN if one is zero.

    Each is scaled to its 99th percentile of absolute values, as it is drawn, and clipped there: one
    extreme pixel would make all else look alike.

    Parameters
    ----------
    first, second : arrays of shape (size, size)
    """
    scales = [np.quantile(np.abs(each), 0.99) or np.abs(each).max() for each in (first, second)]
    if not all(scales):
        return float("nan")
    drawn = [
        np.clip(each / scale, -1, 1) for each, scale in zip((first, second), scales, strict=True)
    ]
    return float(structural_similarity(*drawn, data_range=2.0))  # type: ignore[no-untyped-call]


def _shuffled(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(values.ravel()).reshape(values.shape)
