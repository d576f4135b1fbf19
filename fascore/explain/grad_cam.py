"""Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from fascore.explain.attribution import (
    CELLS,
    GRADIENT_COST,
    Attribution,
    Kind,
    Target,
    resolve_target,
    setting,
    timed,
)
from fascore.labels import CLASS_NAMES, SPOOF
from fascore.models import FEATURE_MAP, LAST_CONV, LOGITS
from fascore.models.face_model import FaceModel

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class GradCAM:
    """The feature maps summed, each weighed by its mean gradient, and cut off below zero.

    `quality["all_zero"]` is 1.0 for a map that is zero everywhere. Such a map is no finding: the
    gradient of each feature map is averaged over all places before it is used, and the weighed
    feature maps can then cancel in every cell, also in faces that hold much evidence. In the plain
    CNN the weights are the same for every picture, because its logits are linear in `last_conv`.

    The values are gradients times activations, not contributions that add up to the logit. They can
    be compared between networks, and not with the logits that LIME and SHAP give.
    """

    layer: str = setting(
        LAST_CONV,
        title="Layer",
        help="Feature maps to use: last_conv lies before attention (as in the paper), feature_map "
        "after it.",
        choices=(LAST_CONV, FEATURE_MAP),
    )

    name: ClassVar[str] = "grad_cam"
    title: ClassVar[str] = "Grad-CAM"
    kind: ClassVar[Kind] = CELLS
    unit: ClassVar[str] = "gradient × activation"
    signed: ClassVar[bool] = False
    joint: ClassVar[bool] = False
    seeded: ClassVar[bool] = False
    sample_field: ClassVar[str] = ""
    stop_field: ClassVar[str] = ""

    @property
    def forward_passes(self) -> float:
        return GRADIENT_COST

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        """One class activation map for each model, 8 x 8 cells in the variants."""
        return [self._explain_one(model, image, target) for model in models]

    def quality_sentence(self, attribution: Attribution) -> str:
        """That the map is empty and why, or what it leaves out."""
        target = CLASS_NAMES[attribution.target]
        if attribution.quality["all_zero"]:
            return (
                "The map is zero everywhere: weighed by their mean gradients, the feature maps "
                f"cancel in every cell. It does not say that nothing speaks for {target}."
            )
        return f"Shows only what speaks for {target}; Grad-CAM has no measure of its own fit."

    def _explain_one(self, model: FaceModel, image: np.ndarray, target: Target) -> Attribution:
        chosen = resolve_target(model, image, target)
        gradients = self.gradients(model)

        def work() -> np.ndarray:
            maps, slopes = gradients(image[None].astype(np.float32), chosen)
            return class_activation_map(maps.numpy()[0], slopes.numpy()[0])

        cam, seconds = timed(work)
        quality = {"all_zero": float(not cam.any())}
        return Attribution(cam, model.name, self.name, chosen, asdict(self), seconds, quality)

    def gradients(self, model: FaceModel) -> Callable[..., Any]:
        """What the map is made of, compiled once for a model.

        A function of an image, float32 (1, S, S, 3), and a class; it returns feature maps and the
        gradients of the class's logit with respect to them, both (1, h, w, K).
        """
        return model.cached((self.name, self.layer), lambda: self._build(model))

    def _build(self, model: FaceModel) -> Callable[..., Any]:
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
                score = tf.gather(logits[0], target)  # a saturated softmax has no gradient left
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
    Two cells, two feature maps; the gradients' means are alpha = 2 and -1. The first cell has
    2 * 3 - 1 * 2, the second 2 * 0 - 1 * 1, which is below zero:

    >>> maps = np.array([[[3.0, 2.0], [0.0, 1.0]]])
    >>> slopes = np.array([[[1.0, 0.0], [3.0, -2.0]]])
    >>> class_activation_map(maps, slopes).tolist()
    [[4.0, 0.0]]
    """
    alpha = slopes.mean(axis=(0, 1))  # equation 1: one weight for a feature map at all its places
    return np.asarray(np.maximum(maps @ alpha, 0), np.float32)  # equation 2
