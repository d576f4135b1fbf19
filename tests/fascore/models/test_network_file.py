"""A .keras file of a stranger: refused by name where it asks for more than layers, and harmless."""

import io
import json
import os
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest

from fascore import models
from fascore.models.network_file import NetworkError, read_network
from tests.conftest import tiny_network

LAMBDA = {
    "module": "keras.layers",
    "class_name": "Lambda",
    "config": {
        "name": "code",
        "function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}},
    },
    "registered_name": None,
}
SYSTEM = {
    "module": "os",
    "class_name": "system",
    "config": "touch harmed",
    "registered_name": "system",
}
UNKNOWN_CLASS = {
    "module": "their_package.layers",
    "class_name": "Backdoor",
    "config": {"name": "backdoor"},
    "registered_name": "their_package>Backdoor",
}
DOWNLOAD = {
    "module": "keras.layers",
    "class_name": "Activation",
    "config": {
        "name": "download",
        "activation": {
            "module": "keras.utils",
            "class_name": "function",
            "config": "get_file",
            "registered_name": "get_file",
        },
    },
    "registered_name": None,
}


OWN_LAYER = """
import keras

@keras.saving.register_keras_serializable(package="ours")
class Twice(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs

def build(*, size=16):
    inputs = keras.Input((size, size, 3))
    return keras.Model(inputs, Twice(name="logits")(inputs))
"""


def test_a_registered_networks_own_layers_are_known_before_it_was_built(tmp_path, monkeypatch):
    """A network is one file and one line: its store is read by a process that never built it."""
    (tmp_path / "twice.py").write_text(OWN_LAYER)
    monkeypatch.setattr(models, "__path__", [*models.__path__, str(tmp_path)])
    spec = models.ModelSpec("twice", "Twice", "twice.build")
    spec.build().save(tmp_path / "model.keras")
    keras.saving.get_custom_objects().pop("ours>Twice")
    monkeypatch.delitem(sys.modules, "fascore.models.twice")
    with pytest.raises(NetworkError, match="Twice"):
        read_network(tmp_path / "model.keras")
    monkeypatch.setitem(models.MODELS, "twice", spec)
    assert read_network(tmp_path / "model.keras").layers[-1].name == "logits"


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A network's file in an otherwise empty folder, which is the current one too."""
    folder = tmp_path / "model"
    folder.mkdir()
    monkeypatch.chdir(folder)
    tiny_network().save(folder / "model.keras")
    return folder / "model.keras"


def rewrite(file, *, config=None, extra=(), weights=None):
    """Writes the file again with some of its parts replaced."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if config is not None:
        parts["config.json"] = json.dumps(config(json.loads(parts["config.json"]))).encode()
    if weights is not None:
        parts["model.weights.h5"] = weights(parts["model.weights.h5"])
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*parts.items(), *extra]:
            archive.writestr(name, data)


def in_place_of_identity(layer):
    """A change of the configuration: the layer `feature_map` becomes another."""

    def change(config):
        place = next(e for e in config["config"]["layers"] if e["name"] == "feature_map")
        place.update(layer)
        place["config"] = (
            {**layer["config"], "name": "feature_map"}
            if isinstance(layer["config"], dict)
            else layer["config"]
        )
        return config

    return change


def test_network_comes_back_as_it_was_saved(file, image):
    images = image[None].astype(np.float32)
    np.testing.assert_array_equal(read_network(file)(images), tiny_network()(images))


@pytest.mark.parametrize(
    ("layer", "named"),
    [
        (LAMBDA, "asks for keras.layers.Lambda"),
        (SYSTEM, "asks for os.system"),
        (UNKNOWN_CLASS, "asks for their_package.layers.Backdoor"),
        (DOWNLOAD, "Keras refuses"),
    ],
    ids=["code", "function", "class", "download"],
)
def test_file_that_asks_for_more_than_layers_is_refused_by_name(file, layer, named):
    rewrite(file, config=in_place_of_identity(layer))
    with pytest.raises(NetworkError, match=f"{file}.*{named}"):
        read_network(file)
    assert os.listdir(file.parent) == ["model.keras"]


def test_code_hidden_inside_a_layer_is_found(file):
    wrapped = {
        "module": "keras.layers",
        "class_name": "TimeDistributed",
        "config": {"name": "wrapper", "layer": LAMBDA},
        "registered_name": None,
    }
    rewrite(file, config=in_place_of_identity(wrapped))
    with pytest.raises(NetworkError, match="asks for keras.layers.Lambda"):
        read_network(file)


@pytest.mark.parametrize("name", ["../harmed.txt", "/tmp/harmed.txt", "assets/../../harmed.txt"])
def test_file_with_a_member_of_its_own_is_refused_and_nothing_is_unpacked(file, name):
    rewrite(file, extra=[(name, b"harm")])
    with pytest.raises(NetworkError, match="also holds"):
        read_network(file)
    assert sorted(path.name for path in file.parent.parent.rglob("*")) == ["model", "model.keras"]


def test_weights_that_point_into_another_file_are_refused(file, tmp_path):
    other = tmp_path / "secret.h5"
    with h5py.File(other, "w") as secret:
        secret["numbers"] = [[0.0] * 2] * 196

    def linked(weights):
        buffer = io.BytesIO(weights)
        with h5py.File(buffer, "r+") as inside:
            group = inside["layers/dense/vars"]
            del group["0"]
            group["0"] = h5py.ExternalLink(str(other), "numbers")
        return buffer.getvalue()

    rewrite(file, weights=linked)
    with pytest.raises(NetworkError, match="Keras refuses"):
        read_network(file)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: b"PK" + data[2:200],
        lambda data: b"not a network",
    ],
    ids=["empty", "half", "head", "text"],
)
def test_damaged_file_is_said_in_one_sentence(file, damage):
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(NetworkError, match="cannot be read"):
        read_network(file)


def test_description_without_end_is_not_read_into_memory(file):
    rewrite(file, config=lambda config: {**config, "padding": " " * 50_000_000})
    assert file.stat().st_size < 200_000
    with pytest.raises(NetworkError, match="cannot be read"):
        read_network(file)


def test_layer_that_runs_here_under_its_registered_name_is_let_in(file):
    class Doubled(keras.layers.Layer):
        def call(self, inputs):
            return inputs * 2

    layer = {
        "module": "somewhere.else",
        "class_name": "Doubled",
        "config": {},
        "registered_name": "test>Doubled",
    }
    rewrite(file, config=in_place_of_identity(layer))
    with pytest.raises(NetworkError, match="somewhere.else.Doubled"):
        read_network(file)
    with keras.saving.custom_object_scope({"test>Doubled": Doubled}):
        assert isinstance(read_network(file).get_layer("feature_map"), Doubled)
