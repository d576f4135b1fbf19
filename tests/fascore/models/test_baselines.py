"""The six baselines: flat graphs that scale their own input, explained like the variants."""

import keras
import numpy as np
import pytest
from keras import applications

from fascore.explain import EXPLAINERS, explain_grid
from fascore.models import BASELINES, FEATURE_MAP, LAST_CONV, LOGITS, baselines
from fascore.models.face_model import FaceModel

KERAS = {
    "xception": applications.xception,
    "resnet50": applications.resnet50,
    "vgg16": applications.vgg16,
    "densenet121": applications.densenet,
    "efficientnetb7": applications.efficientnet,
    "mobilenetv3": applications.mobilenet_v3,
}


@pytest.fixture(scope="module")
def built():
    """Networks built so far, each with its size."""
    made = {}

    def network(name, size=64):
        if (name, size) not in made:
            made[name, size] = BASELINES[name].build(size=size)
        return made[name, size]

    return network


@pytest.mark.parametrize("name", BASELINES)
def test_graph_is_flat_and_names_the_layers_of_every_model(built, name):
    network = built(name)
    assert not any(isinstance(layer, keras.Model) for layer in network.layers)
    maps = {network.get_layer(layer).output.shape for layer in (LAST_CONV, FEATURE_MAP)}
    assert len(maps) == 1 and maps.pop()[1] >= 2
    assert network.get_layer(LOGITS).output.shape == (None, 2)
    assert network.input_shape == (None, 64, 64, 3) and network.output_shape == (None, 2)


@pytest.mark.parametrize("name", BASELINES)
def test_pixels_are_scaled_as_keras_documents(built, name):
    """The same weights in Keras's own network, fed as Keras says, give the same last map."""
    size = 96
    ours = built(name, size)
    theirs = getattr(baselines, name).network(
        include_top=False, weights=None, input_shape=(size, size, 3)
    )
    body = [w for layer in ours.layers if layer.name != LOGITS for w in layer.get_weights()]
    theirs.set_weights(body)
    images = np.random.default_rng(0).uniform(0, 255, (2, size, size, 3)).astype(np.float32)
    maps = keras.Model(ours.input, ours.get_layer(LAST_CONV).output)(images, training=False)
    expected = theirs(KERAS[name].preprocess_input(images.copy()), training=False)
    np.testing.assert_allclose(maps, expected, atol=1e-4 * float(np.abs(expected).max()))


@pytest.mark.parametrize("name", ["resnet50", "xception", "densenet121", "mobilenetv3"])
def test_file_round_trip_is_exact_and_safe(built, name, tmp_path):
    images = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)
    built(name).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(built(name)(images), loaded(images))


def test_every_explainer_works_on_a_baseline(built):
    background = np.random.default_rng(1).integers(0, 256, (6, 64, 64, 3), dtype=np.uint8)
    model = FaceModel("mobilenetv3", built("mobilenetv3"), background=background)
    settings = {"lime": {"num_samples": 40}, "shap": {"num_samples": 4}}
    explainers = [kind(**settings.get(name, {})) for name, kind in EXPLAINERS.items()]
    maps = list(explain_grid([model], background[0], explainers))
    assert {each.method for each in maps} == set(EXPLAINERS)
    assert all(each.values.shape[0] > 0 and np.isfinite(each.values).all() for each in maps)
