"""The paper's custom CNN in four variants: plain, + channel, + spatial, + both attentions."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from fascore.images import INPUT_SIZE
from fascore.models.attention import ChannelAttention, SpatialAttention

STEM_FILTERS = (10, 3)
BLOCK_FILTERS = (16, 32, 64, 96, 128, 192)
LAST_FILTERS = (256, 128)

# What the paper leaves open, decided once for all four variants:
KERNEL_SIZE = 3  # the common choice; keeps the network at 1.2 million weights
POOL_AFTER = (16, 32, 96)  # three halvings: the last map stays 8x8, so that a CAM can point
ACTIVATION_SLOPE = 0.1  # LeakyReLU throughout, as the paper has it after the first two
DROPOUT = 0.5  # on the 8,192 flattened values, where a small data set overfits
BATCH_NORM_MOMENTUM = 0.9  # settles within one epoch of 50 steps; Keras's 0.99 does not


def build_custom_cnn(
    *, channel: bool = False, spatial: bool = False, size: int = INPUT_SIZE
) -> keras.Model:
    """An untrained variant of the custom CNN as one flat functional graph.

    Takes RGB in 0..255, shape (N, size, size, 3); returns (N, 2) softmax probabilities of live
    and spoof. Layers `last_conv` (before attention), `feature_map` (after it) and `logits` have
    the same names in every variant.

    Parameters
    ----------
    channel, spatial : bool
        Which attention follows the last block; channel comes first if both do.
    size : int
        Input side in pixels, a multiple of 8.
    """
    inputs = keras.Input((size, size, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="centre_pixels")(inputs)
    for filters in STEM_FILTERS:
        x = layers.Conv2D(filters, KERNEL_SIZE, padding="same", name=f"stem_{filters}")(x)
        x = layers.LeakyReLU(ACTIVATION_SLOPE, name=f"stem_{filters}_act")(x)
    for filters in BLOCK_FILTERS:
        x = _block(x, filters, name=f"block_{filters}")
        if filters in POOL_AFTER:
            x = layers.MaxPooling2D(name=f"pool_{filters}")(x)
    wide, last = LAST_FILTERS
    x = _block(x, wide, name="last_wide")
    x = _block(x, last, name="last_conv")
    if channel:
        x = ChannelAttention(name="channel_attention")(x)
    if spatial:
        x = SpatialAttention(name="spatial_attention")(x)
    x = layers.Identity(name="feature_map")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(DROPOUT, name="dropout")(x)
    # float32 even under mixed precision: the loss and scikit-learn need it
    logits = layers.Dense(2, name="logits", dtype="float32")(x)
    outputs = layers.Softmax(name="probabilities", dtype="float32")(logits)
    return keras.Model(inputs, outputs)


def _block(x: Any, filters: int, *, name: str) -> Any:
    """Convolution, batch normalisation, LeakyReLU; `name` is the layer with the block's output."""
    x = layers.Conv2D(
        filters, KERNEL_SIZE, padding="same", use_bias=False, name=f"{name}_convolution"
    )(x)
    x = layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM, name=f"{name}_norm")(x)
    return layers.LeakyReLU(ACTIVATION_SLOPE, name=name)(x)
