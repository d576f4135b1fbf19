"""The attention itself: what the gates let through, and the verdict without them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import keras
import numpy as np
import tensorflow as tf

from fascore.models import LOGITS
from fascore.models.attention import ChannelAttention, SpatialAttention
from fascore.models.face_model import FaceModel

CHANNEL, SPATIAL = "channel", "spatial"
_KINDS = {ChannelAttention: CHANNEL, SpatialAttention: SPATIAL}


@dataclass(frozen=True)
class Gate:
    """One attention layer at work on one image.

    Attributes
    ----------
    kind : {"channel", "spatial"}
    weights : float32 array
        In (0, 1): shape (channels,) or (h, w).
    score, score_off : float
        P(spoof) with the gate, and with its mean in place of each of its weights.
    """

    kind: str
    weights: np.ndarray
    score: float
    score_off: float

    def turns_verdict(self, threshold: float) -> bool:
        """Whether the verdict at this threshold is another with the gate switched off."""
        return (self.score >= threshold) != (self.score_off >= threshold)


def gates(model: FaceModel, image: np.ndarray) -> list[Gate]:
    """The model's attention gates on an RGB uint8 image (size, size, 3), in order.

    Empty for a network without attention. The model is not changed: the graph from the gate up is
    run again with the gate's mean.
    """
    layers = [layer for layer in model.network.layers if type(layer) in _KINDS]
    score = float(model.spoof_scores(image[None])[0])
    found = []
    for layer in layers:
        run = model.cached(("gate", layer.name), partial(_build, model, layer))
        weights, logits = (each.numpy()[0] for each in run(image[None].astype(np.float32)))
        live, spoof = logits.astype(float)
        weights = weights[..., 0] if type(layer) is SpatialAttention else weights.ravel()
        off = float(1 / (1 + np.exp(live - spoof)))
        found.append(Gate(_KINDS[type(layer)], weights, score, off))
    return found


def _build(model: FaceModel, layer: keras.layers.Layer) -> Callable[..., Any]:
    """Compiled: image (1, S, S, 3) to the gate's weights and the logits with their mean."""
    source = model.network
    below = keras.Model(source.input, layer.input)
    above = _above(source, layer)
    signature = [tf.TensorSpec((1, model.size, model.size, 3), tf.float32)]

    def run(image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        maps = below(image, training=False)
        weights = layer.gate(maps)
        x = maps * tf.reduce_mean(weights, axis=(1, 2, 3), keepdims=True)
        for each in above:
            x = each(x, training=False) if isinstance(each, keras.layers.Dropout) else each(x)
        return weights, x

    return cast(Callable[..., Any], tf.function(run, input_signature=signature))


def _above(network: keras.Model, layer: keras.layers.Layer) -> Sequence[keras.layers.Layer]:
    """The layers from above `layer` up to the logits: a chain in every variant."""
    names = [each.name for each in network.layers]
    return list(network.layers)[names.index(layer.name) + 1 : names.index(LOGITS) + 1]
