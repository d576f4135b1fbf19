"""Feature maps and the slopes of a logit in them: what every class activation map is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fascore.models import FEATURE_MAP, LAST_CONV, LOGITS
from fascore.models.face_model import FaceModel

if TYPE_CHECKING:
    import tensorflow as tf

LAYERS = (LAST_CONV, FEATURE_MAP)


def maps_and_slopes(
    model: FaceModel, image: np.ndarray, target: int, *, layer: str
) -> tuple[np.ndarray, np.ndarray, float]:
    """A layer's feature maps on an image, the slopes of a class's logit in them, and that logit.

    Returns
    -------
    maps, slopes : float32 arrays of shape (h, w, K)
    logit : float
    """
    # one function for both layers and classes: compiling it costs far more than calling it
    every = model.cached("maps_and_slopes", lambda: _build(model))
    maps, slopes, logit = every(image[None].astype(np.float32), target)
    place = LAYERS.index(layer)
    return maps[place].numpy()[0], slopes[place].numpy()[0], float(logit)


def _build(model: FaceModel) -> Any:
    import keras  # slow: commands that only parse import this file too
    import tensorflow as tf

    source = model.network
    outputs = [source.get_layer(name).output for name in (*LAYERS, LOGITS)]
    network = keras.Model(source.input, outputs)
    signature = [
        tf.TensorSpec((1, model.size, model.size, 3), tf.float32),
        tf.TensorSpec((), tf.int32),
    ]

    def every(image: tf.Tensor, target: tf.Tensor) -> tuple[Any, Any, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(image)
            *maps, logits = network(image, training=False)
            logit = tf.gather(logits[0], target)  # a saturated softmax has no gradient left
        return maps, tape.gradient(logit, maps), logit

    return tf.function(every, input_signature=signature)
