"""Grad-CAM and HiResCAM, worked by hand."""

import numpy as np
import pytest

from fascore.explain import (
    GradCAM,
    HiResCAM,
)
from fascore.explain.grad_cam import class_activation_map
from fascore.labels import SPOOF
from fascore.models import VARIANTS
from fascore.models.face_model import FaceModel
from tests.conftest import tiny_network


@pytest.mark.parametrize("layer", ["last_conv", "feature_map"])
@pytest.mark.parametrize("name", VARIANTS)
def test_grad_cam_points_on_every_network_at_both_layers(networks, name, layer):
    face = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    (cam,) = GradCAM(layer=layer).explain([FaceModel(name, networks[name])], face)
    assert cam.values.shape == (8, 8)


def test_class_activation_map_by_hand():
    maps = np.zeros((2, 2, 2))
    maps[..., 0] = [[1, 2], [3, 4]]
    maps[..., 1] = [[5, 1], [0, 1]]
    slopes = np.zeros((2, 2, 2))
    slopes[..., 0] = [[4, 0], [0, 0]]  # alpha 1
    slopes[..., 1] = [[-1, -1], [-1, -1]]  # alpha -1
    expected = [[0, 1], [3, 3]]  # 1 - 5 is below zero
    np.testing.assert_array_equal(class_activation_map(maps, slopes), expected)


def test_an_empty_cam_says_so(image):
    network = tiny_network()
    dense = network.get_layer("logits")
    dense.set_weights([np.zeros_like(weights) for weights in dense.get_weights()])
    (cam,) = GradCAM().explain([FaceModel("tiny", network)], image)
    assert cam.quality == {"all_zero": 1.0} and not cam.values.any()


@pytest.mark.parametrize("name", VARIANTS)
def test_hires_cam_cells_sum_to_the_logit_but_for_its_bias(networks, name):
    network = networks[name]
    bias = np.array([0.5, -0.75])
    kernel = network.get_layer("logits").get_weights()[0]
    network.get_layer("logits").set_weights([kernel, bias])
    model = FaceModel(name, network)
    face = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    (cam,) = HiResCAM().explain([model], face)
    logit = model.logits(face[None])[0, SPOOF]
    assert cam.quality["logit"] == pytest.approx(logit, abs=1e-4)
    assert cam.values.sum() == pytest.approx(logit + 0.75, abs=1e-3)
    assert cam.quality["remainder"] == pytest.approx(-0.75, abs=1e-3)
