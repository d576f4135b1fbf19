"""SHAP: of what it is exact, when it adds up, and that it is the shap library's."""

import keras
import numpy as np
import pytest

from fascore.explain import (
    Attribution,
    ShapImage,
)
from fascore.explain.attribution import (
    SAMPLES,
)
from fascore.explain.shap_image import adds_up, points
from fascore.labels import SPOOF
from fascore.models.face_model import FaceModel
from tests.conftest import SIZE, linear_network, tiny_network


def test_shap_of_a_linear_model_is_exact(image):
    """Shapley values of w.x + b are w (x - E x); expected gradients sample E x, so use one."""
    weights = np.random.default_rng(3).normal(0, 0.01, (SIZE * SIZE * 3, 2)).astype(np.float32)
    background = np.full((1, SIZE, SIZE, 3), 100, np.uint8)
    model = FaceModel("linear", linear_network(weights), background=background)
    (shap,) = ShapImage(num_samples=10).explain([model], image)
    exact = weights[:, SPOOF].reshape(image.shape) * (image.astype(float) - 100)
    np.testing.assert_allclose(shap.values, exact.sum(-1), atol=1e-3)
    assert abs(shap.quality["residual"]) < 1e-2
    assert shap.quality["difference"] == pytest.approx(exact.sum(), abs=1e-2)


@pytest.mark.parametrize("grey", [101, 120])
def test_shap_has_no_share_of_next_to_nothing(grey):
    """Each grey level above the background adds 0.15 to the logit: 0.15 and 3 are to be shared."""
    weights = np.full((SIZE * SIZE * 3, 2), 0.15 / (SIZE * SIZE * 3), np.float32)
    background = np.full((1, SIZE, SIZE, 3), 100, np.uint8)
    model = FaceModel("linear", linear_network(weights), background=background)
    image = np.full((SIZE, SIZE, 3), grey, np.uint8)
    (shap,) = ShapImage(num_samples=10).explain([model], image)
    assert np.isnan(shap.quality["residual_share"]) == (grey == 101)
    given = f"+{0.15 * (grey - 100):.2f}"
    start = (
        f"The pixels sum to {given} logits, and {given} lie between this picture and the average"
    )
    assert ShapImage().quality_sentence(shap).startswith(start)


@pytest.mark.parametrize(
    ("residual", "difference", "enough"),
    [(0.1, 0.5, True), (0.11, 0.5, False), (-0.4, 5.0, True), (-0.6, 5.0, False)],
)
def test_shap_says_whether_its_values_add_up(residual, difference, enough):
    """Within a tenth of f(x) - E f, or of one logit where that is more."""
    quality = {"residual": residual, "difference": difference, "samples": 100.0}
    map_ = Attribution(np.zeros((2, 2)), "cnn", "shap", 1, {}, 0.1, quality)
    sentence = ShapImage().quality_sentence(map_)
    assert ("they add up" in sentence) == enough and "100 points" in sentence
    assert ("do not add up" in sentence) != enough


def test_shap_goes_on_until_its_values_add_up(tiny_models, image):
    """Rankings of any quality are enough here: only the sum keeps it going."""
    (shap,) = ShapImage(settled=0.5, num_samples=4000).explain(tiny_models[:1], image)
    (short,) = ShapImage(settled=1.0, num_samples=8).explain(tiny_models[:1], image)
    assert adds_up(shap.quality["residual"], shap.quality["difference"])
    assert shap.quality[SAMPLES] < 4000
    assert not adds_up(short.quality["residual"], short.quality["difference"])


def test_shap_asks_before_each_round_whether_to_go_on(tiny_models, image):
    class LeftError(Exception):
        pass

    rounds = iter(range(4))

    def look():
        if next(rounds) == 3:
            raise LeftError

    model = tiny_models[0].at(0.5, before_batch=look)
    with pytest.raises(LeftError):
        ShapImage(settled=1.0, num_samples=320).explain([model], image)


def test_shap_gives_what_the_shap_library_gives(tiny_models, background, image):
    """The same expectation; the library's points are random, so both need many of them."""
    import shap as library

    model = tiny_models[0]
    logit = keras.layers.Lambda(lambda logits: logits[:, SPOOF:], output_shape=(1,))
    network = keras.Model([model.network.input], logit(model.network.get_layer("logits").output))
    reference = library.GradientExplainer(network, background.astype(np.float32))
    values = reference.shap_values(image[None].astype(np.float32), nsamples=4000, rseed=0)
    expected = np.reshape(values, image.shape).sum(axis=-1)
    (own,) = ShapImage(settled=1.0, num_samples=1024).explain([model], image)
    assert np.corrcoef(own.values.ravel(), expected.ravel())[0, 1] > 0.99
    np.testing.assert_allclose(own.values, expected, atol=0.1 * np.abs(expected).max())


def test_points_have_their_even_share_of_path_and_background():
    shares, numbers = points(64, 4, seed=3)
    assert np.histogram(shares, bins=64, range=(0, 1))[0].tolist() == [1] * 64
    assert np.bincount(numbers).tolist() == [16] * 4


def test_shap_needs_a_background(image):
    with pytest.raises(ValueError, match="background.npz"):
        ShapImage().explain([FaceModel("tiny", tiny_network())], image)
