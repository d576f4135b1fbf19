"""What the grid is compared with: its own former design, and the libraries called well."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf

from fascore.explain import GradCAM, LimeImage
from fascore.explain.lime_image import _mean_colours
from fascore.explain.units import on_grid, rank_correlation
from fascore.labels import SPOOF
from fascore.models import LAST_CONV, LOGITS
from fascore.models.face_model import BATCH, FaceModel

TRIED = {
    "LIME": (200, 300, 400, 500, 600, 800, 1000, 1400),
    "SHAP": (100, 150, 200, 300, 400, 500, 600, 800),
}
FORMER_ROUND = 25  # SHAP's points between two looks, in the former design


class Rival(Protocol):
    """Another way to the same maps: what is ranked of them, network by network."""

    name: str

    def grad_cam(self, image: np.ndarray) -> None: ...

    def lime(self, image: np.ndarray, samples: int) -> list[np.ndarray]: ...

    def shap(self, image: np.ndarray, samples: int) -> list[np.ndarray]: ...


def scalar_network(model: FaceModel) -> keras.Model:
    """The network with the spoof logit as its one output, as shap wants it."""
    pick = keras.layers.Lambda(lambda logits: logits[:, SPOOF:], output_shape=(1,))
    logits = model.network.get_layer(LOGITS).output
    return keras.Model([model.network.input], pick(logits))


class Former:
    """The grid until November 2026: paired random LIME samples fitted by lime, shap's own points.

    Grad-CAM is as it is now. The looks at whether maps have settled are left out: they are free.
    """

    name = "former grid"

    def __init__(self, models: Sequence[FaceModel]) -> None:
        from lime.lime_image import LimeImageExplainer
        from shap import GradientExplainer

        self._models = models
        self._fit = LimeImageExplainer(random_state=0).base.explain_instance_with_data
        self._shap = [
            GradientExplainer(
                scalar_network(model), model.background.astype(np.float32), batch_size=BATCH
            )
            for model in models
        ]

    def grad_cam(self, image: np.ndarray) -> None:
        GradCAM().explain(self._models, image)

    def lime(self, image: np.ndarray, samples: int) -> list[np.ndarray]:
        from skimage.segmentation import slic
        from sklearn.metrics import pairwise_distances

        superpixels = slic(image, n_segments=LimeImage().num_superpixels, start_label=0)
        shown = _random_pairs(superpixels.max() + 1, samples)
        hidden = _mean_colours(image, superpixels)[superpixels]
        logits = np.empty((len(shown), len(self._models)))
        for start in range(0, len(shown), BATCH):
            rows = slice(start, start + BATCH)
            mask = shown[rows][:, superpixels, None].astype(bool)
            images = np.where(mask, image, hidden).astype(np.float32)
            for column, model in enumerate(self._models):
                logits[rows, column] = model.logits(images)[:, SPOOF]
        distances = pairwise_distances(shown, shown[:1], metric="cosine").ravel()
        fits = [
            self._fit(shown, logits, distances, column, num_features=shown.shape[1])
            for column in range(len(self._models))
        ]
        return [np.array([weight for _, weight in sorted(pairs)]) for _, pairs, *_ in fits]

    def shap(self, image: np.ndarray, samples: int) -> list[np.ndarray]:
        return [self._shap_one(explainer, image, samples) for explainer in self._shap]

    def _shap_one(self, explainer: Any, image: np.ndarray, samples: int) -> np.ndarray:
        total = np.zeros(image.shape[:2])
        for number, start in enumerate(range(0, samples, FORMER_ROUND)):
            count = min(FORMER_ROUND, samples - start)
            values = explainer.shap_values(
                image[None].astype(np.float32), nsamples=count, rseed=number
            )
            total += np.reshape(values, image.shape).sum(axis=-1) * count
        return on_grid(total)


def _random_pairs(num_superpixels: int, samples: int) -> np.ndarray:
    """The whole picture, then random rows, each followed by its opposite."""
    half = np.random.default_rng(0).integers(0, 2, ((samples + 1) // 2, num_superpixels))
    pairs = np.stack([half, 1 - half], axis=1).reshape(-1, num_superpixels)
    return np.concatenate([np.ones((1, num_superpixels), int), pairs])[:samples]


class CalledWell:
    """lime and shap as somebody uses them who knows both: one logit, compiled, SLIC, batches."""

    name = "called well"

    def __init__(self, models: Sequence[FaceModel]) -> None:
        from lime.lime_image import LimeImageExplainer
        from shap import GradientExplainer

        self._lime = LimeImageExplainer(random_state=0)
        self._maps = [_maps_and_logits(model) for model in models]
        networks = [scalar_network(model) for model in models]
        self._logits = [_compiled(network) for network in networks]
        self._shap = [
            GradientExplainer(network, model.background.astype(np.float32))
            for network, model in zip(networks, models, strict=True)
        ]

    def grad_cam(self, image: np.ndarray) -> None:
        for network in self._maps:
            with tf.GradientTape() as tape:
                maps, logits = network(image[None].astype(np.float32))
                score = logits[:, SPOOF]
            tape.gradient(score, maps).numpy()

    def lime(self, image: np.ndarray, samples: int) -> list[np.ndarray]:
        return [self._lime_one(logit, image, samples) for logit in self._logits]

    def shap(self, image: np.ndarray, samples: int) -> list[np.ndarray]:
        given = (
            each.shap_values(image[None].astype(np.float32), nsamples=samples, rseed=0)
            for each in self._shap
        )
        return [on_grid(np.reshape(values, image.shape).sum(axis=-1)) for values in given]

    def _lime_one(self, logit: Callable, image: np.ndarray, samples: int) -> np.ndarray:
        from skimage.segmentation import slic

        explained = self._lime.explain_instance(
            image,
            lambda images: logit(images.astype(np.float32)).numpy(),
            labels=(0,),
            top_labels=None,
            num_features=10_000,
            num_samples=samples,
            batch_size=128,
            segmentation_fn=partial(slic, n_segments=LimeImage().num_superpixels, start_label=0),
        )
        return np.array([weight for _, weight in sorted(explained.local_exp[0])])


def _compiled(network: keras.Model) -> Callable:
    return tf.function(lambda images: network(images, training=False), reduce_retracing=True)


def _maps_and_logits(model: FaceModel) -> keras.Model:
    layers = [model.network.get_layer(name).output for name in (LAST_CONV, LOGITS)]
    return keras.Model(model.network.input, layers)


def samples_needed(
    rival: Rival,
    images: dict[str, np.ndarray],
    truth: dict[str, list[np.ndarray]],
    goals: dict[str, float],
) -> Iterator[tuple[str, int, float]]:
    """Method, fewest samples of those tried whose median rank reaches the goal, and that rank.

    Where none reaches it, the largest number stands, which flatters the rival.
    """
    for method, goal in goals.items():
        explain = getattr(rival, method.lower())
        for samples in TRIED[method]:
            ranks = [
                rank_correlation(own, true)
                for face, image in images.items()
                for own, true in zip(explain(image, samples), truth[method + face], strict=True)
            ]
            if np.median(ranks) >= goal:
                break
        yield method, samples, float(np.median(ranks))
