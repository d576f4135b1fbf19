"""What a network is fed and what comes out: nothing of another range or shape, and no NaN."""

import numpy as np
import pytest

from fascore.errors import FascoreError
from fascore.explain import EXPLAINERS
from fascore.labels import SPOOF
from fascore.models.face_model import FaceModel
from tests.conftest import SIZE, tiny_network

GREY = np.full((SIZE, SIZE), 128, np.uint8)
RGB = np.repeat(GREY[..., None], 3, axis=2)


@pytest.fixture(scope="module")
def model(background):
    return FaceModel("tiny", tiny_network(), background=background)


UNUSABLE = {
    "scaled to 0..1": (RGB / 255, "values from 0 to 255. Received: float64 from 0.50"),
    "scaled to -1..1": (RGB / 127.5 - 1.5, "Received: float64 from -0.49"),
    "above 255": (RGB.astype(float) * 4, "to 512"),
    "not a number": (np.where(RGB > 0, np.nan, 0), "from nan to nan"),
    "true and false": (RGB > 0, "Received: bool"),
    "grey": (GREY, r"RGB images of shape \(N, 16, 16, 3\). Received: \(1, 16, 16\)"),
    "grey with a channel": (GREY[..., None], r"Received: \(1, 16, 16, 1\)"),
    "transparent": (np.concatenate([RGB, RGB[..., :1]], axis=2), r"Received: \(1, 16, 16, 4\)"),
    "channels first": (RGB.transpose(2, 0, 1), r"Received: \(1, 3, 16, 16\)"),
    "of another size": (RGB[:8, :8], r"Received: \(1, 8, 8, 3\)"),
}


@pytest.mark.parametrize(("image", "sentence"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_no_network_input_is_one_sentence(model, image, sentence):
    with pytest.raises(FascoreError, match=sentence):
        model.spoof_scores(image[None])


@pytest.mark.parametrize("method", EXPLAINERS)
@pytest.mark.parametrize("kind", ["grey", "scaled to 0..1"])
def test_no_method_explains_what_is_no_network_input(model, method, kind):
    image, sentence = UNUSABLE[kind]
    with pytest.raises(FascoreError, match=sentence):
        EXPLAINERS[method]().explain([model], image, target=SPOOF)


@pytest.mark.parametrize(
    "image",
    [RGB * 0, RGB * 0.0, (RGB > 0).astype(np.uint8), (RGB > 0) * 1.0, RGB * 1.99],
    ids=["black", "black floats", "almost black", "almost black floats", "fractions"],
)
def test_dark_pictures_and_fractions_are_network_inputs(model, image):
    np.testing.assert_allclose(
        model.logits(image[None]), model.logits(image[None].astype(np.float32)), rtol=1e-6
    )


def test_a_network_that_gives_no_number_is_refused(background):
    network = tiny_network()
    logits = network.get_layer("logits")
    logits.set_weights([logits.kernel.numpy(), np.array([0.0, np.nan])])
    broken = FaceModel("tiny", network, background=background)
    with pytest.raises(FascoreError, match="NaN or infinity for 10 of 10 images"):
        broken.spoof_scores(background)


@pytest.mark.parametrize("score", [float("nan"), -0.1, 1.1])
def test_what_is_no_score_is_no_verdict(model, score):
    with pytest.raises(FascoreError, match="Expected a score from 0 to 1"):
        model.is_spoof(score)


def test_what_is_called_before_each_batch_can_end_the_work(model):
    class LeftError(Exception):
        pass

    batches = []

    def look():
        batches.append(1)
        if len(batches) == 3:
            raise LeftError

    images = np.zeros((5, model.size, model.size, 3), np.uint8)
    with pytest.raises(LeftError):
        model.at(0.5, before_batch=look).logits(images, batch_size=2)
    assert len(model.logits(images, batch_size=2)) == 5 and len(batches) == 3
