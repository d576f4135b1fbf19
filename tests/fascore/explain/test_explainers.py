"""The contract over all explainers, and the grid of their maps."""

import hashlib
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from fascore.errors import FascoreError
from fascore.explain import (
    EXPLAINERS,
    PREDICTED,
    GradCAM,
    HiResCAM,
    LimeImage,
    ShapImage,
    explain_grid,
    plan_grid,
)
from fascore.explain.attribution import (
    SAMPLES,
    SUPERPIXELS,
    exactly,
    reseeded,
    settings_of,
)
from fascore.labels import LIVE, SPOOF
from fascore.models.face_model import FaceModel
from tests.conftest import tiny_network

QUICK = {
    "grad_cam": GradCAM(),
    "hires_cam": HiResCAM(),
    "lime": LimeImage(num_superpixels=8, num_samples=60),
    "shap": ShapImage(num_samples=20),
}


def test_every_registered_explainer_is_tested_here():
    assert set(QUICK) == set(EXPLAINERS)


@pytest.mark.parametrize("explainer", QUICK.values(), ids=QUICK)
def test_contract(explainer, tiny_models, image):
    maps = explainer.explain(tiny_models, image)
    assert [each.model for each in maps] == ["tiny_0", "tiny_1"]
    for each in maps:
        assert each.method == explainer.name and each.target == SPOOF
        assert each.values.dtype == np.float32 and each.values.ndim == 2
        assert np.isfinite(each.values).all() and each.seconds > 0 and each.quality
        assert explainer.signed or each.values.min() >= 0
        assert (each.superpixels is not None) == (explainer.kind == SUPERPIXELS)
        assert (SAMPLES in each.quality) == bool(explainer.sample_field)
        assert explainer.quality_sentence(each).endswith(".")
    assert not np.array_equal(maps[0].values, maps[1].values)


@pytest.mark.parametrize("explainer", QUICK.values(), ids=QUICK)
def test_a_picture_divided_by_255_is_refused(explainer, tiny_models, image):
    with pytest.raises(FascoreError, match="takes images with values from 0 to 255"):
        explainer.explain(tiny_models, image / 255)


@pytest.mark.parametrize("explainer", QUICK.values(), ids=QUICK)
def test_same_seed_same_map_and_model_unchanged(explainer, background, image):
    network = tf.keras.models.clone_model(tiny_network())
    model = FaceModel("tiny", network, background=background)
    before, config = _weights_hash(network), network.to_json()
    logits = model.logits(image[None])
    first = explainer.explain([model], image)[0].values
    np.random.seed(99)
    second = explainer.explain([model], image)[0].values
    np.testing.assert_array_equal(first, second)
    assert _weights_hash(network) == before and network.to_json() == config
    np.testing.assert_array_equal(model.logits(image[None]), logits)


@pytest.mark.parametrize("explainer", QUICK.values(), ids=QUICK)
def test_what_an_explainer_declares_is_what_it_does(explainer, tiny_models, image):
    settings = settings_of(explainer)
    assert explainer.seeded == ("seed" in settings)
    named = {explainer.sample_field, explainer.stop_field} - {""}
    assert named <= set(settings)
    for setting in settings.values():
        in_range = setting.default in setting.choices
        if not setting.choices:
            in_range = setting.low <= setting.default <= setting.high
        assert in_range and setting.title and setting.help.endswith(".")
    if explainer.seeded:
        last = replace(explainer, seed=settings["seed"].high)
        maps = [each.explain(tiny_models[:1], image)[0].values for each in (last, reseeded(last))]
        assert not np.array_equal(*maps)
    if explainer.sample_field:
        kept = exactly(replace(explainer, **{explainer.stop_field: 0.5}), 33)
        assert kept.explain(tiny_models[:1], image)[0].quality[SAMPLES] == 33
    else:
        assert exactly(explainer, 33) == explainer


@pytest.mark.parametrize("explainer", QUICK.values(), ids=QUICK)
def test_live_target_mirrors_or_replaces_spoof(explainer, tiny_models, image):
    spoof = explainer.explain(tiny_models[:1], image, target=SPOOF)[0]
    live = explainer.explain(tiny_models[:1], image, target=LIVE)[0]
    assert live.target == LIVE and not np.array_equal(spoof.values, live.values)


@pytest.mark.parametrize(("threshold", "target"), [(0.0, SPOOF), (1.1, LIVE)])
def test_predicted_target_follows_the_models_verdict(threshold, target, image):
    model = FaceModel("tiny", tiny_network(), threshold=threshold)
    assert GradCAM().explain([model], image, target=PREDICTED)[0].target == target


def test_unknown_target_is_refused(tiny_models, image):
    with pytest.raises(ValueError, match="Received: 7"):
        GradCAM().explain(tiny_models, image, target=7)


def test_gradients_still_work_after_shap(tiny_models, image):
    ShapImage(num_samples=5).explain(tiny_models, image)
    with tf.GradientTape() as tape:
        x = tf.constant([2.0])
        tape.watch(x)
        y = tf.nn.sigmoid(x) * x
    assert tape.gradient(y, x) is not None


def test_grid_goes_cheapest_first_and_runs_lime_once():
    steps = plan_grid(["a", "b"], [LimeImage(), ShapImage(), GradCAM()])
    assert [(step.explainer.name, step.models) for step in steps] == [
        ("grad_cam", ("a",)),
        ("grad_cam", ("b",)),
        ("lime", ("a", "b")),
        ("shap", ("a",)),
        ("shap", ("b",)),
    ]


def test_grid_has_every_model_and_method(tiny_models, image):
    cells = {(a.model, a.method) for a in explain_grid(tiny_models, image, list(QUICK.values()))}
    assert cells == {(m.name, e) for m in tiny_models for e in EXPLAINERS}


def _weights_hash(network: keras.Model) -> str:
    joined = b"".join(np.ascontiguousarray(w).tobytes() for w in network.get_weights())
    return hashlib.sha256(joined).hexdigest()
