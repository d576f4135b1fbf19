"""Insertion and deletion: against a slow independent computation, and by hand."""

import keras
import numpy as np
import pytest

from fascore.explain import Attribution, GradCAM, LimeImage, ShapImage
from fascore.judging.faithfulness import BLANKS, faithfulness
from fascore.labels import LIVE, SPOOF
from fascore.models.face_model import FaceModel
from tests.conftest import SIZE, tiny_network

EXPLAINERS = [GradCAM(), LimeImage(num_superpixels=8, num_samples=60), ShapImage(num_samples=20)]


def attribution(values: np.ndarray, *, target: int = SPOOF) -> Attribution:
    return Attribution(values.astype(np.float32), "m", "by hand", target, {}, 0.1, {})


def one_pixel_model(size: int, row: int, column: int) -> FaceModel:
    """P(spoof) rises with the red of one pixel alone."""
    weights = np.zeros((size, size, 3, 2), np.float32)
    weights[row, column, 0, SPOOF] = 0.05
    inputs = keras.Input((size, size, 3))
    dense = keras.layers.Dense(2, use_bias=False, name="logits")
    network = keras.Model(inputs, keras.layers.Softmax()(dense(keras.layers.Flatten()(inputs))))
    dense.set_weights([weights.reshape(-1, 2)])
    return FaceModel("one pixel", network)


def slow_curve(model, image, blank, attribution, *, steps, target, delete):
    """The obvious way: a pixel after the other, one forward pass a step."""
    size = len(image)
    cells = attribution.values.shape[0]
    by_pixel = [
        (
            -float(attribution.values[r, c])
            if attribution.superpixels is not None or cells == size
            else -float(attribution.values[r * cells // size, c * cells // size]),
            r,
            c,
        )
        for r in range(size)
        for c in range(size)
    ]
    units = attribution.superpixels
    order = sorted(
        by_pixel,
        key=lambda each: (
            each[0],
            units[each[1], each[2]]
            if units is not None
            else (each[1] * cells // size, each[2] * cells // size),
            each[1],
            each[2],
        ),
    )
    scores = []
    for step in range(steps + 1):
        picture = np.array(image if delete else blank)
        for _, r, c in order[: round(step * size * size / steps)]:
            picture[r, c] = (blank if delete else image)[r, c]
        spoof = model.spoof_scores(picture[None])[0]
        scores.append(spoof if target == SPOOF else 1 - spoof)
    return np.array(scores)


@pytest.mark.parametrize("target", [SPOOF, LIVE])
def test_curves_are_those_of_the_obvious_way(tiny_models, image, target):
    model = tiny_models[0]
    maps = [each.explain([model], image, target=target)[0] for each in EXPLAINERS]
    judged = faithfulness(model, image, maps, steps=8, draws=1)
    for each, faithful in zip(maps, judged, strict=True):
        for name, make in BLANKS.items():
            slow = {
                delete: slow_curve(
                    model, image, make(image), each, steps=8, target=target, delete=delete
                )
                for delete in (False, True)
            }
            curves = faithful.curves[name]
            np.testing.assert_allclose(curves.insertion, slow[False], atol=1e-5)
            np.testing.assert_allclose(curves.deletion, slow[True], atol=1e-5)
            gain = np.trapezoid(slow[False] - curves.random, np.linspace(0, 1, 9))
            assert curves.insertion_gain == pytest.approx(gain, abs=1e-5)


def test_the_right_pixel_first_by_hand():
    """One pixel of 4 x 4 decides: putting it in first gives its score from the first step on."""
    image = np.zeros((4, 4, 3), np.uint8)
    image[1, 2] = 255
    model = one_pixel_model(4, 1, 2)
    values = np.zeros((4, 4))
    values[1, 2] = 1
    (judged,) = faithfulness(model, image, [attribution(values)], steps=16, draws=2)
    curves = judged.curves["mean"]  # its blank has 255 / 16 = 16 in the red: P = 1 / (1 + e^-0.8)
    low, high = 1 / (1 + np.exp(-0.05 * 16)), 1 / (1 + np.exp(-0.05 * 255))
    np.testing.assert_allclose(curves.insertion, [low] + [high] * 16, rtol=1e-5)
    np.testing.assert_allclose(curves.deletion, [high] + [low] * 16, rtol=1e-5)
    assert judged.insertion_gain > 0 and judged.deletion_gain > 0


def test_the_wrong_pixel_first_is_worse_than_chance():
    image = np.zeros((4, 4, 3), np.uint8)
    image[1, 2] = 255
    values = np.arange(16.0).reshape(4, 4)
    values[1, 2] = -1
    (judged,) = faithfulness(one_pixel_model(4, 1, 2), image, [attribution(values)], draws=4)
    assert judged.insertion_gain < 0 and judged.deletion_gain < 0


@pytest.mark.parametrize("seed", range(3))
def test_two_random_orders_favour_no_pixel(seed):
    """One pixel decides: what it comes too early in one order, it comes too late in the other."""
    image = np.zeros((4, 4, 3), np.uint8)
    image[1, 2] = 255
    values = np.eye(4)
    model = one_pixel_model(4, 1, 2)
    (judged,) = faithfulness(model, image, [attribution(values)], steps=16, draws=2, seed=seed)
    random = judged.curves["mean"].random
    middle = (random[0] + random[-1]) / 2
    assert np.trapezoid(random, np.linspace(0, 1, 17)) == pytest.approx(middle, rel=1e-6)


def test_each_picture_meets_other_random_orders():
    came = set()
    for shade in range(6):
        image = np.full((4, 4, 3), shade, np.uint8)
        image[1, 2] = 255
        (judged,) = faithfulness(
            one_pixel_model(4, 1, 2), image, [attribution(np.eye(4))], steps=16, draws=1
        )
        came.add(int(np.argmax(np.diff(judged.curves["mean"].random))))
    assert len(came) > 2


def test_a_constant_score_leaves_the_curves_undefined(image):
    network = tiny_network()
    dense = network.get_layer("logits")
    dense.set_weights([np.zeros_like(each) for each in dense.get_weights()])
    values = np.random.default_rng(0).normal(size=(SIZE, SIZE))
    (judged,) = faithfulness(FaceModel("flat", network), image, [attribution(values)])
    assert np.isnan(judged.insertion_gain) and np.isnan(judged.deletion_gain)


def test_an_empty_map_gives_no_order(tiny_models, image):
    (judged,) = faithfulness(tiny_models[0], image, [attribution(np.zeros((8, 8)))], steps=4)
    assert not judged.defined and np.isnan(judged.insertion_gain)


def test_maps_of_two_targets_are_refused(tiny_models, image):
    maps = [attribution(np.eye(8), target=target) for target in (SPOOF, LIVE)]
    with pytest.raises(ValueError, match=r"Received: maps for \[0, 1\]"):
        faithfulness(tiny_models[0], image, maps)


def test_one_grid_costs_fewer_than_800_pictures_a_model(tiny_models, image, monkeypatch):
    model, judged = tiny_models[0], []
    count = FaceModel.spoof_scores
    monkeypatch.setattr(
        FaceModel, "spoof_scores", lambda self, i, **k: judged.append(len(i)) or count(self, i, **k)
    )
    maps = [each.explain([model], image)[0] for each in EXPLAINERS]
    judged.clear()
    faithfulness(model, image, maps)
    assert sum(judged) < 800
