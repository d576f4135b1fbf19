"""A network made quick gives the same logits and is a copy; bfloat16 is used only where it is."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from fascore.models import quick
from fascore.models.face_model import FaceModel
from fascore.models.quick import SETTING, in_bfloat16, quick_network

IMAGES = np.random.default_rng(0).uniform(0, 255, (6, 16, 16, 3)).astype(np.float32)


def network() -> keras.Model:
    """Convolutions that can take a normalisation in, and some that cannot, with other weights."""
    inputs = keras.Input((16, 16, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = layers.Conv2D(4, 3, use_bias=False, name="bare")(x)
    x = layers.BatchNormalization(name="bare_norm")(x)
    x = layers.LeakyReLU()(x)
    x = layers.Conv2D(5, 3, name="biased")(x)
    x = layers.BatchNormalization(scale=False, name="biased_norm")(x)
    bent = layers.Conv2D(5, 1, activation="relu", name="bent")(x)
    bent = layers.BatchNormalization(name="bent_norm")(bent)
    shared = layers.Conv2D(5, 1, name="shared")(x)
    x = layers.Add()([layers.BatchNormalization(name="shared_norm")(shared), shared, bent])
    logits = layers.Dense(2, name="logits")(layers.Flatten()(keras.ops.tanh(x)))
    model = keras.Model(inputs, layers.Softmax()(logits))
    draw = np.random.default_rng(1)
    model.set_weights([draw.uniform(0.1, 0.9, each.shape) for each in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def original() -> keras.Model:
    return network()


def logits(model: keras.Model) -> np.ndarray:
    inner = keras.Model(model.input, model.get_layer("logits").output)
    return np.asarray(inner(IMAGES, training=False))


def test_normalisation_is_folded_only_where_nothing_lies_between(original):
    copy = quick_network(original, bfloat16=False)
    left = {layer.name for layer in copy.layers if isinstance(layer, layers.BatchNormalization)}
    assert left == {"bent_norm", "shared_norm"}
    np.testing.assert_allclose(logits(copy), logits(original), rtol=1e-5)


def test_bfloat16_is_near_and_ends_in_float32(original):
    copy = quick_network(original, bfloat16=True)
    assert copy.get_layer("bare").compute_dtype == "bfloat16"
    found, exact = logits(copy), logits(original)
    assert found.dtype == np.float32
    assert 0 < abs(found - exact).max() < 0.02 * abs(exact).max()


def test_the_network_is_untouched(original):
    weights = [each.copy() for each in original.get_weights()]
    before = original.to_json()
    model = FaceModel("original", original)
    model.quick().logits(IMAGES)
    assert original.to_json() == before
    for now, then in zip(original.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_quick_model_is_made_once_and_told_what_the_model_was_told(original):
    asked = []
    model = FaceModel("original", original).at(0.3, before_batch=lambda: asked.append(1))
    first, second = model.quick(), model.quick()
    assert first.network is second.network is not model.network
    first.logits(IMAGES)
    assert asked == [1]
    assert first.threshold == 0.3


@pytest.mark.parametrize(
    ("flags", "setting", "expected"),
    [
        ("fpu sse4_2 avx512_bf16", "0", True),
        ("fpu sse4_2 avx512_bf16", "1", False),
        ("fpu sse4_2 avx2", "0", False),
        (None, "0", False),
    ],
)
def test_bfloat16_where_the_processor_has_it(tmp_path, monkeypatch, flags, setting, expected):
    info = tmp_path / "cpuinfo"
    if flags is not None:
        info.write_text(f"flags\t\t: {flags}\n")
    monkeypatch.setattr(quick, "CPU_INFO", info)
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [])
    monkeypatch.setenv(SETTING, setting)
    quick._has_bfloat16.cache_clear()
    try:
        assert in_bfloat16() is expected
    finally:
        quick._has_bfloat16.cache_clear()
