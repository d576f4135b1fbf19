"""The attention itself: what the gates let through, and the verdict without them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import keras
import numpy as np
import tensorflow as tf

from fascore.models import CHANNEL, LOGITS, SPATIAL, GateKind
from fascore.models.attention import GateLayer
from fascore.models.face_model import FaceModel

# A gate's weights on one image, without the axes along which they are all the same.
_WEIGHTS: dict[GateKind, Callable[[np.ndarray], np.ndarray]] = {
    CHANNEL: lambda weights: weights[0, 0],
    SPATIAL: lambda weights: weights[..., 0],
}


@dataclass(frozen=True)
class Gate:
    """One attention layer at work on one image.

    Attributes
    ----------
    kind : {"channel", "spatial"}
    weights : float32 array
        In (0, 1): shape (channels,) or (h, w).
    score, score_off : float
        P(spoof) with the gate, and with the mean of its weights in place of each of them.
    layer : str
        Name of the layer in its network.
    """

    kind: GateKind
    weights: np.ndarray
    score: float
    score_off: float
    layer: str = ""

    @property
    def change(self) -> float:
        """What switching the gate off does to P(spoof)."""
        return self.score_off - self.score

    def turns_verdict(self, threshold: float) -> bool:
        """Whether the verdict at this threshold is another with the gate switched off."""
        return (self.score >= threshold) != (self.score_off >= threshold)


def gates(model: FaceModel, image: np.ndarray) -> list[Gate]:
    """The model's attention gates on an RGB uint8 image (size, size, 3), from bottom to top.

    A gate is recognised by what its layer offers (`GateLayer`), not by the layer's class. The list
    is empty for a network that has none. The model is not changed.
    """
    score = float(model.spoof_scores(image[None])[0])
    found = []
    for layer in gate_layers(model.network):
        run = model.cached(("gate", layer.name), partial(_build, model, layer))
        weights, logits = (tensor.numpy()[0] for tensor in run(image[None].astype(np.float32)))
        live, spoof = logits.astype(float)  # in float32 a score near 1 would round to 1
        off = float(1 / (1 + np.exp(live - spoof)))
        found.append(Gate(layer.kind, _WEIGHTS[layer.kind](weights), score, off, layer.name))
    return found


def gate_layers(network: keras.Model) -> Sequence[Any]:
    """The layers of a network that have a gate, from bottom to top."""
    return [
        layer for layer in network.layers if isinstance(layer, GateLayer) and layer.kind in _WEIGHTS
    ]


def strongest(open_gates: Sequence[Gate]) -> dict[GateKind, Gate]:
    """Of each kind, the gate that changes the score most when it is switched off.

    A network may have several gates of a kind; a measure of the kind is that of this one.
    """
    found: dict[GateKind, Gate] = {}
    for gate in sorted(open_gates, key=lambda gate: abs(gate.change)):
        found[gate.kind] = gate
    return found


def _build(model: FaceModel, layer: Any) -> Callable[..., Any]:
    """Compiled: image (1, S, S, 3) to the gate's weights and the logits with their mean."""
    below = keras.Model(model.network.input, layer.input)
    switched_off = _switched_off(model.network, layer)
    signature = [tf.TensorSpec((1, model.size, model.size, 3), tf.float32)]

    def run(image: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return layer.gate(below(image, training=False)), switched_off(image, training=False)

    return cast(Callable[..., Any], tf.function(run, input_signature=signature))


def _switched_off(network: keras.Model, gate: Any) -> keras.Model:
    """A copy of a network up to its logits, with one gate switched off.

    Keras rebuilds the graph, so the gate may sit anywhere in it, also on a branch.
    """

    def copied(layer: keras.layers.Layer) -> keras.layers.Layer:
        if layer is gate:
            return _Off(gate.gate, name=gate.name)
        return layer.__class__.from_config(layer.get_config())

    # of its own weights: the network is shared by sessions, and reused layers would change it
    copy = keras.models.clone_model(network, clone_function=copied)
    for layer in network.layers:
        if layer is not gate and layer.weights:
            copy.get_layer(layer.name).set_weights(layer.get_weights())
    return keras.Model(copy.input, copy.get_layer(LOGITS).output)


class _Off(keras.layers.Layer):  # type: ignore[misc]
    """In place of a gate: multiplies by the mean of its weights, alike for all of them."""

    def __init__(self, gate: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._gate = gate

    def call(self, inputs: Any) -> Any:
        mean = keras.ops.mean(self._gate(inputs), axis=(1, 2, 3), keepdims=True)
        return inputs * mean

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape
