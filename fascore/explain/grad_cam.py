"""Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from fascore.explain.attribution import Attribution, Target, resolve_target, timed
from fascore.labels import SPOOF
from fascore.models import LAST_CONV, LOGITS
from fascore.models.face_model import FaceModel

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class GradCAM:
    """ReLU of the feature maps' sum, each weighed by its mean gradient.

    `quality["all_zero"]` is 1.0 if no place spoke for the target: an empty map, not a finding.

    Parameters
    ----------
    layer : str
        Feature maps to use: `last_conv` (before attention, the paper's) or `feature_map` (after).
    """

    layer: str = LAST_CONV

    name: ClassVar[str] = "grad_cam"
    title: ClassVar[str] = "Grad-CAM"
    signed: ClassVar[bool] = False
    joint: ClassVar[bool] = False

    @property
    def forward_passes(self) -> int:
        return 3  # forward and backward, of one image

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        """One 8x8 class activation map a model."""
        return [self._explain_one(model, image, target) for model in models]

    def _explain_one(self, model: FaceModel, image: np.ndarray, target: Target) -> Attribution:
        chosen = resolve_target(model, image, target)
        gradients = model.cached((self.name, self.layer), lambda: self._build(model))

        def work() -> np.ndarray:
            maps, slopes = gradients(image[None].astype(np.float32), chosen)
            return class_activation_map(maps.numpy()[0], slopes.numpy()[0])

        cam, seconds = timed(work)
        quality = {"all_zero": float(not cam.any())}
        return Attribution(cam, model.name, self.name, chosen, asdict(self), seconds, quality)

    def _build(self, model: FaceModel) -> Callable[..., Any]:
        """Compiled: image (1, S, S, 3) and class to feature maps and gradients (1, h, w, K)."""
        import keras  # slow: commands that only parse import this file too
        import tensorflow as tf

        source = model.network
        outputs = [source.get_layer(self.layer).output, source.get_layer(LOGITS).output]
        network = keras.Model(source.input, outputs)
        signature = [
            tf.TensorSpec((1, model.size, model.size, 3), tf.float32),
            tf.TensorSpec((), tf.int32),
        ]

        def gradients(image: tf.Tensor, target: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            with tf.GradientTape() as tape:
                tape.watch(image)
                maps, logits = network(image, training=False)
                score = tf.gather(logits[0], target)
            return maps, tape.gradient(score, maps)

        return cast(Callable[..., Any], tf.function(gradients, input_signature=signature))


def class_activation_map(maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Grad-CAM's equations 1 and 2: float32 (h, w), never negative.

    Parameters
    ----------
    maps, slopes : arrays of shape (h, w, K)
        Feature maps A^k and the target's gradients with respect to them.

    Examples
    --------
    >>> maps = np.array([[[1.0, 2.0], [0.0, 1.0]]])
    >>> slopes = np.array([[[1.0, 0.0], [3.0, -2.0]]])  # alpha = 2, -1
    >>> class_activation_map(maps, slopes).tolist()
    [[0.0, 0.0]]
    """
    alpha = slopes.mean(axis=(0, 1))
    return np.asarray(np.maximum(maps @ alpha, 0), np.float32)
