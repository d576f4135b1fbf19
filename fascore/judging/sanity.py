"""Does a map depend on what was learnt? Weights randomised from the top (Adebayo et al. 2018).

arXiv:1810.03292.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fascore.explain.attribution import SAMPLES, Attribution, Explainer, exactly
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
    """Copies of a model in which ever more layers, counted from the top, have random weights.

    The weights of each tensor are shuffled among themselves: their sizes stay what they were, and
    only what they learnt is gone. The copies are made once and live as long as the model, which is
    not changed.

    Returns
    -------
    dict of str to FaceModel
        By the names of `STAGES`, in order.
    """
    return model.cached(("randomised", seed), lambda: dict(_copies(model, seed)))


def _copies(model: FaceModel, seed: int) -> Iterator[tuple[str, FaceModel]]:
    import keras  # slow: whoever reads only the names of stages imports this file too

    rng = np.random.default_rng(seed)
    network = keras.models.clone_model(model.network)
    network.set_weights(model.network.get_weights())
    layers = [layer for layer in reversed(network.layers) if layer.weights]
    done = 0
    for stage, share in SHARES.items():
        upto = int(np.ceil(share * len(layers)))
        # cascading, as in the paper: what was shuffled for one stage stays so for the next
        for layer in layers[done:upto]:
            layer.set_weights([_shuffled(weights, rng) for weights in layer.get_weights()])
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
    """How alike a method's maps of trained models are to those of their randomised copies.

    The copies are explained for the class of the model's own map, and from exactly as many samples
    as that map took: a network with random weights may never settle.

    Parameters
    ----------
    explainer : Explainer
    models : sequence of FaceModel
    image : uint8 array of shape (size, size, 3)
    maps : sequence of Attribution
        The explainer's maps of `image`, one for each model.
    seed : int
        Shuffles the weights.

    Returns
    -------
    list of dict
        One for each model. For each of `STAGES` the rank correlation, `sanity_rank_<stage>`, and
        SSIM, `sanity_ssim_<stage>`, both in [-1, 1].
    """
    measures: list[dict[str, float]] = [{} for _ in models]
    for model, own, measure in zip(models, maps, measures, strict=True):
        method = exactly(explainer, int(own.quality.get(SAMPLES, 0)))
        for stage, copy in randomised(model, seed=seed).items():
            (other,) = method.explain([copy], image, target=own.target)
            pair = [pixel_values(attribution, model.size) for attribution in (own, other)]
            measure[f"sanity_rank_{stage}"] = alike(*pair)
            measure[f"sanity_ssim_{stage}"] = similarity(*pair)
    return measures


def similarity(first: np.ndarray, second: np.ndarray) -> float:
    """Structural similarity (SSIM) of two maps by pixel, in [-1, 1]; NaN if one is zero everywhere.

    Both maps are first scaled to the 99th percentile of their absolute values, as they are drawn,
    and clipped there: otherwise one extreme pixel would make everything else look alike.

    Parameters
    ----------
    first, second : arrays of shape (size, size)
    """
    from skimage.metrics import structural_similarity  # slow: pages read what was judged before

    scales = [
        np.quantile(np.abs(values), 0.99) or np.abs(values).max() for values in (first, second)
    ]
    if not all(scales):
        return float("nan")
    drawn = [
        np.clip(values / scale, -1, 1)
        for values, scale in zip((first, second), scales, strict=True)
    ]
    return float(structural_similarity(*drawn, data_range=2.0))  # type: ignore[no-untyped-call]


def _shuffled(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(values.ravel()).reshape(values.shape)
