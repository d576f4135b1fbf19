"""Small networks and images shared by the tests: no downloads, no data set, no GPU."""

from __future__ import annotations

import os

import hypothesis
import keras
import numpy as np
import pytest

from fascore.models import VARIANTS
from fascore.models.face_model import FaceModel

SIZE = 16

# maps of all machines alike; tests of bfloat16 ask for it
os.environ["FASCORE_MAPS_FLOAT32"] = "1"

# a busy machine is no failure of a property
hypothesis.settings.register_profile("fascore", deadline=None)
hypothesis.settings.load_profile("fascore")


def tiny_network(*, seed: int = 0) -> keras.Model:
    """A two-layer network on 16x16 images with the layer names every explainer relies on."""
    initial = keras.initializers.RandomNormal(stddev=0.3, seed=seed)
    inputs = keras.Input((SIZE, SIZE, 3))
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = keras.layers.Conv2D(
        4, 3, strides=2, activation="relu", kernel_initializer=initial, name="last_conv"
    )(x)
    x = keras.layers.Identity(name="feature_map")(x)
    x = keras.layers.Flatten()(x)
    logits = keras.layers.Dense(2, kernel_initializer=initial, name="logits")(x)
    return keras.Model(inputs, keras.layers.Softmax()(logits))


def linear_network(weights: np.ndarray) -> keras.Model:
    """A network on 16x16 images whose logits are pixels . weights (768, 2)."""
    inputs = keras.Input((SIZE, SIZE, 3))
    dense = keras.layers.Dense(2, use_bias=False, name="logits")
    outputs = keras.layers.Softmax()(dense(keras.layers.Flatten()(inputs)))
    dense.set_weights([weights])
    return keras.Model(inputs, outputs)


@pytest.fixture(scope="session")
def image() -> np.ndarray:
    """An RGB uint8 image (16, 16, 3) with some structure."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    noise = np.random.default_rng(1).integers(0, 40, (SIZE, SIZE))
    channels = [rows * 12 + noise, columns * 12 + noise, (rows > 7) * 180 + noise]
    return np.stack(channels, axis=-1).astype(np.uint8)


@pytest.fixture(scope="session")
def background() -> np.ndarray:
    """Ten background images, uint8 (10, 16, 16, 3)."""
    return np.random.default_rng(2).integers(0, 256, (10, SIZE, SIZE, 3), dtype=np.uint8)


@pytest.fixture(scope="session")
def tiny_models(background: np.ndarray) -> list[FaceModel]:
    """Two different tiny models."""
    return [
        FaceModel(f"tiny_{seed}", tiny_network(seed=seed), background=background) for seed in (0, 1)
    ]


@pytest.fixture(scope="session")
def networks() -> dict[str, keras.Model]:
    """Every registered network, untrained."""
    return {name: spec.build() for name, spec in VARIANTS.items()}
