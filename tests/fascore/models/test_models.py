"""The custom CNN and its variants: structure, names, files."""

import keras
import numpy as np
import pytest
from keras import layers

from fascore.models import FEATURE_MAP, LAST_CONV, LOGITS, VARIANTS
from fascore.models.face_model import FaceModel

PAPER_FILTERS = [10, 3, 16, 32, 64, 96, 128, 192, 256, 128]
GATES = {
    "cnn": [],
    "cnn_channel": ["channel_attention"],
    "cnn_spatial": ["spatial_attention"],
    "cnn_channel_spatial": ["channel_attention", "spatial_attention"],
}


def test_filters_follow_the_paper(networks):
    convolutions = [x for x in networks["cnn"].layers if isinstance(x, layers.Conv2D)]
    assert [x.filters for x in convolutions] == PAPER_FILTERS


def test_stem_is_activated_and_blocks_are_normalised(networks):
    kinds = [type(x).__name__ for x in networks["cnn"].layers]
    assert kinds[:6] == [
        "InputLayer", "Rescaling", "Conv2D", "LeakyReLU", "Conv2D", "LeakyReLU",
    ]  # fmt: skip
    assert kinds.count("BatchNormalization") == 8
    assert kinds[-5:] == ["Identity", "Flatten", "Dropout", "Dense", "Softmax"]


@pytest.mark.parametrize("name", VARIANTS)
def test_maps_are_large_enough_to_point(networks, name):
    for layer in (LAST_CONV, FEATURE_MAP):
        assert networks[name].get_layer(layer).output.shape == (None, 8, 8, 128)
    assert networks[name].get_layer(LOGITS).output.shape == (None, 2)


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_differ_from_plain_only_by_their_gates(networks, name):
    plain = [x.name for x in networks["cnn"].layers if x.name != "image"]
    variant = [x.name for x in networks[name].layers if x.name != "image"]
    assert [x for x in variant if x not in plain] == GATES[name]
    assert [x for x in variant if x in plain] == plain


def test_feature_map_of_the_plain_cnn_is_its_last_convolution(networks):
    outputs = [networks["cnn"].get_layer(name).output for name in (LAST_CONV, FEATURE_MAP)]
    model = keras.Model(networks["cnn"].input, outputs)
    last, features = model(np.full((1, 64, 64, 3), 99.0, np.float32))
    np.testing.assert_array_equal(last, features)


@pytest.mark.parametrize("name", VARIANTS)
def test_file_round_trip_is_exact_and_safe(networks, name, tmp_path):
    images = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    networks[name].save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(networks[name](images), loaded(images))


@pytest.mark.parametrize("name", VARIANTS)
def test_weights_fit_in_six_megabytes(networks, name):
    assert networks[name].count_params() * 4 <= 6e6


def test_network_centres_pixels_itself(networks):
    centred = keras.Model(networks["cnn"].input, networks["cnn"].get_layer("centre_pixels").output)
    values = centred(np.array([0.0, 255.0]).reshape(2, 1, 1, 1) * np.ones((2, 64, 64, 3)))
    assert (float(values[0].numpy().max()), float(values[1].numpy().min())) == (-1.0, 1.0)


def test_scores_are_the_softmax_of_the_logits(networks):
    model = FaceModel("cnn", networks["cnn"])
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    expected = networks["cnn"](images.astype(np.float32)).numpy()[:, 1]
    np.testing.assert_allclose(model.spoof_scores(images), expected, rtol=1e-5)


def test_a_score_at_the_threshold_is_an_attack(networks):
    model = FaceModel("cnn", networks["cnn"], threshold=0.3)
    assert model.is_spoof(0.3) and not model.is_spoof(0.2999)


def test_images_of_another_size_are_refused(networks):
    with pytest.raises(ValueError, match=r"Received: \(1, 32, 32, 3\)"):
        FaceModel("cnn", networks["cnn"]).logits(np.zeros((1, 32, 32, 3)))


def test_another_threshold_is_the_same_network_with_all_that_was_derived_from_it(tiny_models):
    model = tiny_models[0]
    other = model.at(0.9)
    assert (model.is_spoof(0.7), other.is_spoof(0.7), other.is_spoof(0.9)) == (True, False, True)
    assert other.network is model.network and other.background is model.background
    built = object()
    assert other.cached("derived once", lambda: built) is built
    assert model.cached("derived once", object) is built
