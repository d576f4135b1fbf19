import re

import keras
import pytest

from fascore.models import MODELS, VARIANTS
from fascore.models.anatomy import anatomy
from fascore.models.drawing import networks_drawing


@pytest.mark.parametrize("name", [*VARIANTS, "mobilenetv3"])
def test_every_weight_is_in_one_step(networks, name):
    network = networks.get(name) or MODELS[name].build()
    assert sum(step.weights for step in anatomy(network)) == network.count_params()


def test_steps_have_the_shapes_and_costs_worked_out_by_hand(networks):
    steps = {step.name: step for step in anatomy(networks["cnn_channel_spatial"])}
    first, channel, spatial, head = (
        steps[name] for name in ("stem_10", "channel_attention", "spatial_attention", "logits")
    )
    assert (first.shape, first.weights) == ((64, 64, 10), 3 * 3 * 3 * 10 + 10)
    assert first.multiply_adds == 64 * 64 * 3 * 3 * 3 * 10
    # two descriptors through 128 -> 16 -> 128, then each of 8 x 8 x 128 values times its factor
    assert channel.multiply_adds == 2 * (128 * 16 + 16 * 128) + 8 * 8 * 128
    assert channel.weights == 128 * 16 + 16 + 16 * 128 + 128
    # a 7 x 7 convolution of two maps at each of 8 x 8 places, then the product
    assert spatial.multiply_adds == 8 * 8 * 7 * 7 * 2 + 8 * 8 * 128
    assert spatial.weights == 7 * 7 * 2 + 1
    assert (head.shape, head.multiply_adds) == ((2,), 8 * 8 * 128 * 2)


def test_pooling_belongs_to_the_step_before_it(networks):
    steps = {step.name: step for step in anatomy(networks["cnn"])}
    assert steps["block_16_convolution"].shape == (32, 32, 16)


@pytest.fixture(scope="module")
def drawing(networks):
    return networks_drawing({name: anatomy(network) for name, network in networks.items()})


def test_drawing_shows_what_is_shared_once_and_each_networks_gates(drawing):
    labels = re.findall(r'aria-label="([^"]+)"', drawing)
    assert sum(label.startswith("stem_10: 64 × 64 × 10") for label in labels) == 1
    panels = labels[-4:]
    gates = [("128 → 16 → 128" in panel, "7 × 7 convolution" in panel) for panel in panels]
    assert gates == [(False, False), (True, False), (False, True), (True, True)]


def test_drawing_says_how_much_larger_a_network_with_attention_is(drawing, networks):
    more = networks["cnn_channel"].count_params() - networks["cnn"].count_params()
    assert f"+{more:,} weights (+0.36%)" in drawing


def test_drawing_takes_the_colour_of_the_page(drawing):
    colours = set(re.findall(r'(?:stroke|fill)="(#[0-9A-F]+)"', drawing))
    opaque = re.findall(r'fill="#[0-9A-F]+"(?! fill-opacity)', drawing)
    assert colours and not opaque
    assert "color:" not in drawing


class Doubled(keras.layers.Layer):
    """A gate of a class of its own, with one weight a channel."""

    kind = "channel"

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],))

    def gate(self, inputs):
        return keras.ops.sigmoid(self.scale)[None, None, None]

    def call(self, inputs):
        return inputs * self.gate(inputs)


def test_gate_of_another_class_is_drawn_with_its_weights_and_no_invented_cost(networks):
    plain = networks["cnn"]
    x = Doubled(name="doubled")(plain.get_layer("last_conv").output)
    logits = keras.layers.Dense(2, name="logits")(keras.layers.Flatten()(x))
    steps = {"cnn": anatomy(plain), "cnn_channel": anatomy(keras.Model(plain.input, logits))}
    drawing = networks_drawing(steps)
    assert "Doubled" in drawing and "+128 weights" in drawing
    assert "uncounted multiply-adds" in drawing
