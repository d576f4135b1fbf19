"""Does a map depend on what was learnt? Weights randomised from the top (Adebayo et al. 2018).

arXiv:1810.03292.
"""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
from skimage.metrics import structural_similarity

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
    return float(structural_similarity(*drawn, data_range=2.0))


def _shuffled(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(values.ravel()).reshape(values.shape)
