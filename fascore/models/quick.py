"""A network made quick for maps: fewer layers, and bfloat16 where the processor computes in it.

A map takes hundreds of evaluations of which only the ranking of their means matters. Verdicts and
measures are always computed by the network itself, in float32.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fascore.models import LOGITS

if TYPE_CHECKING:
    import keras

SETTING = "FASCORE_MAPS_FLOAT32"  # an environment variable: 1 keeps maps in float32
FLAGS = {"avx512_bf16", "amx_bf16"}  # of processors with instructions for bfloat16
CPU_INFO = Path("/proc/cpuinfo")  # Linux
BFLOAT16 = "mixed_bfloat16"  # weights, and what is summed, stay float32


def in_bfloat16() -> bool:
    """Whether maps are computed in bfloat16: a processor that has it, no GPU, and no `SETTING`."""
    return os.environ.get(SETTING, "0") != "1" and _has_bfloat16()


@cache
def _has_bfloat16() -> bool:
    import tensorflow as tf  # slow: commands that only parse import this file too

    try:
        flags = set(CPU_INFO.read_text(encoding="utf-8").split())
    except OSError:
        return False
    return bool(flags & FLAGS) and not tf.config.list_physical_devices("GPU")


def quick_network(network: keras.Model, *, bfloat16: bool) -> keras.Model:
    """A copy that gives the same logits: batch normalisation is part of the convolution before it.

    Parameters
    ----------
    network : keras.Model
        Flat functional graph with a layer `logits`; it stays as it is.
    bfloat16 : bool
        Whether layers between the pixels' scaling and the logits compute in bfloat16. Both ends
        stay float32: bfloat16 has no more than 8 binary digits.

    Returns
    -------
    keras.Model
        From RGB 0..255 images to logits (N, 2), float32.
    """
    import keras

    source = keras.Model(network.input, network.get_layer(LOGITS).output)
    norms = _norm_after(source)
    folded = {norm.name for norm in norms.values()}

    def copied(layer: Any) -> Any:
        if not isinstance(layer, keras.layers.Layer):  # an operation, without weights
            return layer
        config = layer.get_config()
        if layer.name in norms:
            config["use_bias"] = True
        if bfloat16 and not _is_at_an_end(layer):
            config["dtype"] = keras.DTypePolicy(BFLOAT16)
        return type(layer).from_config(config)

    def called(layer: keras.layers.Layer, inputs: Any, *others: Any, **options: Any) -> Any:
        return inputs if layer.name in folded else layer(inputs, *others, **options)

    copy = keras.models.clone_model(source, clone_function=copied, call_function=called)
    for own in source.layers:
        if own.name in norms:
            copy.get_layer(own.name).set_weights(_folded(own, norms[own.name]))
        elif own.weights and own.name not in folded:
            copy.get_layer(own.name).set_weights(own.get_weights())
    return copy


def _norm_after(network: keras.Model) -> dict[str, keras.layers.BatchNormalization]:
    """By the name of a convolution, the normalisation that alone takes what it gives."""
    import keras

    takers: dict[int, list[Any]] = {}
    for operation in network.operations:
        for tensor in keras.tree.flatten(getattr(operation, "input", [])):
            takers.setdefault(id(tensor), []).append(operation)
    found = {}
    for layer in network.layers:
        if type(layer) is keras.layers.Conv2D and layer.activation is keras.activations.linear:
            match takers.get(id(layer.output)):
                case [keras.layers.BatchNormalization() as norm]:
                    found[layer.name] = norm
    return found


def _folded(
    convolution: keras.layers.Conv2D, norm: keras.layers.BatchNormalization
) -> list[np.ndarray]:
    """Kernel and bias that give what the convolution and then the normalisation give."""
    kernel, *bias = convolution.get_weights()
    scale = 1 / np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
    if norm.scale:
        scale *= np.asarray(norm.gamma)
    offset = (bias[0] if bias else 0) - np.asarray(norm.moving_mean)
    return [kernel * scale, offset * scale + (np.asarray(norm.beta) if norm.center else 0)]


def _is_at_an_end(layer: keras.layers.Layer) -> bool:
    """Whether a layer takes pixels as they are, or gives the logits."""
    import keras

    kinds = (keras.layers.InputLayer, keras.layers.Rescaling, keras.layers.Normalization)
    return layer.name == LOGITS or isinstance(layer, (*kinds, keras.layers.Resizing))
