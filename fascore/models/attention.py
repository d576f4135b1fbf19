"""Channel and spatial attention as Keras layers (Woo et al. 2018, CBAM, arXiv:1807.06521)."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import keras
from keras import layers, ops

from fascore.errors import FascoreError
from fascore.models import CHANNEL, SPATIAL, GateKind


@runtime_checkable
class GateLayer(Protocol):
    """What a layer of attention offers, whatever its class, so that its gate can be looked at.

    Its output is ``inputs * gate(inputs)``. `fascore.judging.gates` recognises it by these two.
    """

    kind: GateKind

    def gate(self, inputs: Any) -> Any:
        """Weights in (0, 1): shape (N, 1, 1, C) of kind "channel", (N, H, W, 1) of "spatial"."""
        ...


@keras.saving.register_keras_serializable(package="fascore")
class ChannelAttention(layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Weighs each channel ("what"): sigmoid(f(average pool) + f(max pool)) times the input.

    f is one bottleneck of two 1x1 convolutions shared by both descriptors.

    Parameters
    ----------
    reduction : int
        Channels of the input over channels of the bottleneck.
    """

    kind: GateKind = CHANNEL

    def __init__(self, reduction: int = 8, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reduction = reduction

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = input_shape[-1]
        if channels is None or channels < self.reduction:
            raise FascoreError(
                f"ChannelAttention needs at least {self.reduction} channels (its reduction). "
                f"Received: {channels}. Use a smaller reduction."
            )
        squeezed = channels // self.reduction
        self.squeeze = layers.Conv2D(squeezed, 1, activation="relu", dtype=self.dtype_policy)
        self.excite = layers.Conv2D(channels, 1, dtype=self.dtype_policy)
        self.squeeze.build((None, 1, 1, channels))
        self.excite.build((None, 1, 1, squeezed))

    def gate(self, inputs: Any) -> Any:
        """Weights in (0, 1), shape (N, 1, 1, C)."""
        average = ops.mean(inputs, axis=(1, 2), keepdims=True)
        maximum = ops.max(inputs, axis=(1, 2), keepdims=True)
        return ops.sigmoid(self.excite(self.squeeze(average)) + self.excite(self.squeeze(maximum)))

    def call(self, inputs: Any) -> Any:
        return inputs * self.gate(inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "reduction": self.reduction}


@keras.saving.register_keras_serializable(package="fascore")
class SpatialAttention(layers.Layer):  # type: ignore[misc]
    """Weighs each position ("where"): sigmoid(conv([channel mean, channel max])) times the input.

    Parameters
    ----------
    kernel_size : int
        Side of the one convolution's kernel.
    """

    kind: GateKind = SPATIAL

    def __init__(self, kernel_size: int = 7, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kernel_size = kernel_size

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.convolution = layers.Conv2D(
            1, self.kernel_size, padding="same", dtype=self.dtype_policy
        )
        self.convolution.build((*input_shape[:-1], 2))

    def gate(self, inputs: Any) -> Any:
        """Weights in (0, 1), shape (N, H, W, 1)."""
        mean = ops.mean(inputs, axis=-1, keepdims=True)
        maximum = ops.max(inputs, axis=-1, keepdims=True)
        return ops.sigmoid(self.convolution(ops.concatenate([mean, maximum], axis=-1)))

    def call(self, inputs: Any) -> Any:
        return inputs * self.gate(inputs)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kernel_size": self.kernel_size}
