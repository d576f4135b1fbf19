"""The attention formulas on hand-worked 2x2 arrays."""

import numpy as np
import pytest

from fascore.models.attention import ChannelAttention, SpatialAttention

# two channels on 2x2: channel 0 is 1 2 / 3 4, channel 1 is 0 0 / 0 8
INPUT = np.array([[[[1, 0], [2, 0]], [[3, 0], [4, 8]]]], np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


def test_channel_attention_by_hand():
    layer = ChannelAttention(reduction=2)
    layer.build(INPUT.shape)
    # squeeze to one value: first minus second channel, plus 1; excite: 2 x and -1 x, bias 0.5
    layer.squeeze.set_weights([np.array([1.0, -1.0]).reshape(1, 1, 2, 1), np.array([1.0])])
    layer.excite.set_weights([np.array([2.0, -1.0]).reshape(1, 1, 1, 2), np.array([0.5, 0.5])])
    # means (2.5, 2) -> relu(1.5); maxima (4, 8) -> relu(-3) = 0; summed after excite
    expected = sigmoid([2 * 1.5 + 0.5 + 0.5, -1.5 + 0.5 + 0.5])
    np.testing.assert_allclose(layer.gate(INPUT)[0, 0, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(layer(INPUT), INPUT * expected, rtol=1e-6)


def test_spatial_attention_by_hand():
    layer = SpatialAttention(kernel_size=7)
    layer.build(INPUT.shape)
    kernel = np.zeros((7, 7, 2, 1), np.float32)
    kernel[3, 3] = [[1.0], [-0.5]]  # the place itself: mean - max / 2
    kernel[3, 4] = [[0.0], [1.0]]  # its right neighbour: max
    layer.convolution.set_weights([kernel, np.array([0.25])])
    mean, maximum = [[0.5, 1.0], [1.5, 6.0]], [[1, 2], [3, 8]]
    right = [[2, 0], [8, 0]]  # nothing beyond the border
    expected = sigmoid(np.array(mean) - np.array(maximum) / 2 + right + 0.25)
    np.testing.assert_allclose(layer.gate(INPUT)[0, :, :, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(layer(INPUT), INPUT * expected[None, :, :, None], rtol=1e-6)


def test_too_few_channels_are_refused():
    with pytest.raises(ValueError, match="Received: 2"):
        ChannelAttention(reduction=8).build((None, 2, 2, 2))
