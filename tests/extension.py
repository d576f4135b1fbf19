"""What a developer adds: an explainer, and a network with attention of a class of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import keras
import numpy as np
from numpy.random import default_rng

from fascore.explain import EXPLAINERS, Attribution, Target
from fascore.explain.attribution import CELLS, Kind, resolve_target, setting
from fascore.labels import SPOOF
from fascore.models import MODELS, VARIANTS, ModelSpec
from fascore.models.face_model import FaceModel
from tests.conftest import SIZE

NETWORK = ModelSpec("cnn_doorman", "CNN + doorman", "custom_cnn.build_custom_cnn")


@dataclass(frozen=True)
class Guess:
    """A map of random cells: fast, and as wrong as a map can be."""

    num_guesses: int = setting(
        4, title="Guesses", help="Random maps that are averaged, at most.", low=1, high=50
    )
    seed: int = setting(0, title="Seed", help="Draws the cells.", low=0, high=1000)

    name: ClassVar[str] = "guess"
    title: ClassVar[str] = "Guess"
    kind: ClassVar[Kind] = CELLS
    unit: ClassVar[str] = "guesses"
    signed: ClassVar[bool] = True
    by_default: ClassVar[bool] = True
    joint: ClassVar[bool] = False
    seeded: ClassVar[bool] = True
    sample_field: ClassVar[str] = "num_guesses"
    stop_field: ClassVar[str] = ""

    @property
    def forward_passes(self) -> float:
        return 0

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        return [
            Attribution(
                default_rng([self.seed, len(model.name)])
                .normal(size=(self.num_guesses, 8, 8))
                .mean(axis=0)
                .astype(np.float32),
                model.name,
                self.name,
                resolve_target(model, image, target),
                asdict(self),
                0.001,
                {"luck": 0.5, "samples": float(self.num_guesses)},
            )
            for model in models
        ]

    def quality_sentence(self, attribution: Attribution) -> str:
        return f"Nothing but luck ({attribution.quality['luck']:.1f})."


@keras.saving.register_keras_serializable(package="tests")
class Doorman(keras.layers.Layer):
    """Attention of a class that fascore does not know; it half shuts the upper half."""

    kind = "spatial"

    def gate(self, inputs):
        rows = keras.ops.reshape(keras.ops.arange(inputs.shape[1]), (1, -1, 1, 1))
        weights = keras.ops.where(rows < inputs.shape[1] // 2, 0.25, 0.75)
        return weights * keras.ops.ones_like(inputs[..., :1])

    def call(self, inputs):
        return inputs * self.gate(inputs)


def doorman_network(*, seed: int = 0) -> keras.Model:
    """A tiny network on 16x16 images, as `tests.conftest.tiny_network`, with a doorman."""
    initial = keras.initializers.RandomNormal(stddev=0.3, seed=seed)
    inputs = keras.Input((SIZE, SIZE, 3))
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = keras.layers.Conv2D(
        4, 3, strides=2, padding="same", kernel_initializer=initial, name="last_conv"
    )(x)
    x = keras.layers.Identity(name="feature_map")(Doorman(name="doorman")(x))
    dense = keras.layers.Dense(2, kernel_initializer=initial, name="logits")
    return keras.Model(inputs, keras.layers.Softmax()(dense(keras.layers.Flatten()(x))))


def register(monkeypatch) -> None:
    """Adds both, as the one line of each would."""
    monkeypatch.setitem(EXPLAINERS, Guess.name, Guess)
    for registry in (VARIANTS, MODELS):
        monkeypatch.setitem(registry, NETWORK.name, NETWORK)
