"""The attention's gates, and the score without them."""

import keras
import numpy as np
import pytest

from fascore.judging.gates import Gate, gates
from fascore.models.face_model import FaceModel

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


@pytest.mark.parametrize(("threshold", "turns"), [(0.3, False), (0.5, True), (0.7, False)])
def test_the_verdict_turns_where_the_threshold_lies_between_both_scores(threshold, turns):
    gate = Gate("channel", np.ones(2), score=0.6, score_off=0.4)
    assert gate.turns_verdict(threshold) is turns
