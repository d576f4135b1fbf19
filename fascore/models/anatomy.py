"""What a network is made of: its steps with their shapes, weights and multiply-adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import keras
from keras import layers

from fascore.models.attention import ChannelAttention, GateLayer, SpatialAttention


@dataclass(frozen=True)
class Step:
    """One layer that computes with weights, and what follows it up to the next such layer.

    Attributes
    ----------
    name : str
        Of the layer that has the weights; "image" for the input.
    kind : str
        That layer's class; "channel" or "spatial" for an attention gate.
    shape : tuple of int
        Of one image's output after the step: (height, width, channels) or (values,).
    weights : int
        Numbers that were learnt, the normalisation's running statistics among them.
    multiply_adds : int or None
        Multiplications of one forward pass, each with its addition: of convolutions, dense layers
        and attention gates. Normalisation and activations are left out, as is usual. None for a
        gate of a class that is not counted here.
    layer : keras.layers.Layer
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    weights: int
    multiply_adds: int | None
    layer: Any


def anatomy(network: keras.Model) -> list[Step]:
    """A network's steps from the image to the verdict.

    Every weight is in one step: a normalisation belongs to the convolution before it, and so do
    activation and pooling, so that a step's shape is what the next one gets.

    Examples
    --------
    >>> inputs = keras.Input((8, 8, 3))
    >>> x = layers.MaxPooling2D()(layers.Conv2D(4, 3, padding="same", name="edges")(inputs))
    >>> network = keras.Model(inputs, layers.Dense(2, name="logits")(layers.Flatten()(x)))
    >>> for step in anatomy(network):
    ...     print(step.name, step.shape, step.weights, step.multiply_adds)
    image (8, 8, 3) 0 0
    edges (4, 4, 4) 112 6912
    logits (2,) 130 128
    """
    steps = [Step("image", "InputLayer", network.input_shape[1:], 0, 0, network.layers[0])]
    for layer in network.layers[1:]:
        shape, weights = tuple(layer.output.shape[1:]), int(layer.count_params())
        count, gate = _COUNTS.get(type(layer)), isinstance(layer, GateLayer)
        if count or gate:
            kind, cost = layer.kind if gate else type(layer).__name__, count and count(layer)
            steps.append(Step(layer.name, kind, shape, weights, cost, layer))
            continue
        last = steps.pop()
        flat = len(shape) < len(last.shape)  # flattening and averaging change no step's own shape
        steps.append(
            Step(
                last.name, last.kind, last.shape if flat else shape, last.weights + weights,
                last.multiply_adds, last.layer,
            )
        )  # fmt: skip
    return steps


def _convolution(layer: Any) -> int:
    """Each output value is a sum over the kernel's window and the input's channels."""
    return int(prod(layer.output.shape[1:3]) * prod(layer.kernel.shape))


def _separable(layer: Any) -> int:
    kernels = prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape)
    return int(prod(layer.output.shape[1:3]) * kernels)


def _dense(layer: Any) -> int:
    return int(prod(layer.kernel.shape))


def _channel_gate(layer: Any) -> int:
    """Both descriptors go through the two small layers; then each value is multiplied once."""
    small = prod(layer.squeeze.kernel.shape) + prod(layer.excite.kernel.shape)
    return int(2 * small + prod(layer.output.shape[1:]))


def _spatial_gate(layer: Any) -> int:
    """One convolution of two maps; then each value is multiplied once."""
    places = prod(layer.output.shape[1:3])
    return int(places * prod(layer.convolution.kernel.shape) + prod(layer.output.shape[1:]))


_COUNTS: dict[type, Callable[[Any], int]] = {
    layers.Conv2D: _convolution,
    layers.DepthwiseConv2D: _convolution,
    layers.SeparableConv2D: _separable,
    layers.Dense: _dense,
    ChannelAttention: _channel_gate,
    SpatialAttention: _spatial_gate,
}
