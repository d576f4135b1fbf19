"""The attention's gates, and the score without them."""

import keras
import numpy as np
import pytest

from fascore.judging.gates import Gate, gates, strongest
from fascore.models.attention import ChannelAttention
from fascore.models.face_model import FaceModel
from tests.conftest import SIZE
from tests.extension import Doorman

FACE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("cnn", {}),
        ("cnn_channel", {"channel": (128,)}),
        ("cnn_spatial", {"spatial": (8, 8)}),
        ("cnn_channel_spatial", {"channel": (128,), "spatial": (8, 8)}),
    ],
)
def test_each_variant_shows_its_own_gates(networks, name, shapes):
    model = FaceModel(name, networks[name])
    found = gates(model, FACE)
    assert {gate.kind: gate.weights.shape for gate in found} == shapes
    for gate in found:
        assert 0 < gate.weights.min() <= gate.weights.max() < 1
        assert gate.score == pytest.approx(model.spoof_scores(FACE[None])[0])


def test_without_the_gate_is_the_plain_map_times_the_mean(networks):
    model = FaceModel("cnn_spatial", networks["cnn_spatial"])
    (gate,) = gates(model, FACE)
    source = model.network
    maps = keras.Model(source.input, source.get_layer("last_conv").output)(
        FACE[None].astype(np.float32), training=False
    )
    logits = source.get_layer("logits")(np.reshape(maps * gate.weights.mean(), (1, -1)))
    live, spoof = np.array(logits)[0].astype(float)
    assert gate.score_off == pytest.approx(1 / (1 + np.exp(live - spoof)), abs=1e-5)


def test_a_gate_that_is_alike_everywhere_changes_nothing(networks):
    network = keras.models.clone_model(networks["cnn_spatial"])
    gate_layer = network.get_layer("spatial_attention")
    gate_layer.set_weights([np.zeros_like(each) for each in gate_layer.get_weights()])
    (gate,) = gates(FaceModel("cnn_spatial", network), FACE)
    np.testing.assert_allclose(gate.weights, 0.5)
    assert gate.score_off == pytest.approx(gate.score, abs=1e-6)


def branched(gate: keras.layers.Layer) -> keras.Model:
    """A network whose gate sits on one of two branches."""
    inputs = keras.Input((SIZE, SIZE, 3))
    maps = keras.layers.Conv2D(4, 3, strides=2, padding="same", name="last_conv")(inputs)
    both = keras.layers.Add(name="feature_map")([maps, gate(maps)])
    logits = keras.layers.Dense(2, name="logits")(keras.layers.Flatten()(both))
    return keras.Model(inputs, keras.layers.Softmax()(logits))


def test_a_gate_is_known_by_what_it_offers_wherever_it_sits(image):
    keras.utils.set_random_seed(0)
    network = branched(Doorman(name="doorman"))
    config = network.to_json()
    model = FaceModel("m", network)
    (gate,) = gates(model, image)
    assert (gate.kind, gate.layer) == ("spatial", "doorman")
    np.testing.assert_allclose(gate.weights, np.repeat([0.25, 0.75], 4)[:, None].repeat(8, axis=1))
    # its mean is 0.5, so with the gate off the branches add up to 1.5 times the map
    maps = keras.Model(network.input, network.get_layer("last_conv").output)(image[None])
    live, spoof = np.array(network.get_layer("logits")(np.reshape(1.5 * maps, (1, -1))))[0]
    assert gate.score_off == pytest.approx(1 / (1 + np.exp(live - spoof)), abs=1e-5)
    assert gate.score == pytest.approx(model.spoof_scores(image[None])[0])
    assert network.to_json() == config and network.get_layer("doorman").output is not None


def test_of_several_gates_of_a_kind_the_strongest_stands_for_it(image):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((SIZE, SIZE, 3))
    maps = ChannelAttention(reduction=1, name="low")(inputs)
    maps = keras.layers.Conv2D(8, 3, strides=2, name="last_conv")(maps)
    maps = ChannelAttention(name="high")(maps)
    logits = keras.layers.Dense(2, name="logits")(keras.layers.Flatten(name="feature_map")(maps))
    network = keras.Model(inputs, keras.layers.Softmax()(logits))
    found = gates(FaceModel("m", network), image)
    assert [gate.layer for gate in found] == ["low", "high"]
    (kind, chosen), *others = strongest(found).items()
    assert kind == "channel" and not others
    assert abs(chosen.change) == max(abs(gate.change) for gate in found) > 0


@pytest.mark.parametrize(("threshold", "turns"), [(0.3, False), (0.5, True), (0.7, False)])
def test_the_verdict_turns_where_the_threshold_lies_between_both_scores(threshold, turns):
    gate = Gate("channel", np.ones(2), score=0.6, score_off=0.4)
    assert gate.turns_verdict(threshold) is turns
