"""LIME: what it finds, that it is lime's and scikit-learn's, and when to believe it."""

import numpy as np
import pytest

from fascore.explain import (
    Attribution,
    LimeImage,
)
from fascore.explain.attribution import (
    SAMPLES,
)
from fascore.explain.lime_image import fold_over
from fascore.explain.local_ridge import fit, repeatability, settled_rank
from fascore.explain.units import rank_correlation
from fascore.labels import SPOOF
from fascore.models.face_model import FaceModel
from tests.conftest import SIZE, linear_network, tiny_network


def test_lime_finds_the_one_superpixel_a_model_looks_at(image):
    lime = LimeImage(num_superpixels=8, num_samples=300)
    superpixels = lime.explain([FaceModel("tiny", tiny_network())], image)[0].superpixels
    # a model that reads one pixel which differs from its superpixel's mean
    inside = np.argwhere(superpixels == 2)
    deviation = [abs(image[r, c, 0] - image[superpixels == 2][:, 0].mean()) for r, c in inside]
    row, column = inside[int(np.argmax(deviation))]
    weights = np.zeros((SIZE, SIZE, 3, 2), np.float32)
    weights[row, column, 0, SPOOF] = 1.0
    model = FaceModel("one", linear_network(weights.reshape(-1, 2)))
    (found,) = lime.explain([model], image)
    others = np.abs(found.values[superpixels != 2]).max()
    assert np.abs(found.values[superpixels == 2]).min() > 10 * others
    assert found.quality["r2"] > 0.98


def test_lime_shows_every_model_the_same_superpixels(tiny_models, image):
    first, second = LimeImage(num_superpixels=8, num_samples=60).explain(tiny_models, image)
    np.testing.assert_array_equal(first.superpixels, second.superpixels)
    alone = LimeImage(num_superpixels=8, num_samples=60).explain(tiny_models[1:], image)[0]
    np.testing.assert_allclose(second.values, alone.values, rtol=1e-5)


def test_lime_solves_what_lime_and_scikit_learn_fit():
    """lime's own regression, kernel and R2 on the same pictures."""
    from lime.lime_image import LimeImageExplainer
    from sklearn.metrics import pairwise_distances

    rng = np.random.default_rng(5)
    shown = fold_over(20, 129, seed=1)
    logits = shown @ rng.normal(size=20) + rng.normal(size=len(shown))
    distances = pairwise_distances(shown, shown[:1], metric="cosine").ravel()
    _, pairs, r2, _ = LimeImageExplainer(random_state=0).base.explain_instance_with_data(
        shown, logits[:, None], distances, 0, num_features=20
    )
    weights, own_r2 = fit(shown, logits)
    np.testing.assert_allclose(weights, [weight for _, weight in sorted(pairs)], rtol=1e-6)
    assert own_r2 == pytest.approx(r2)


@pytest.mark.parametrize("count", [2, 7, 8, 50, 64])
def test_a_block_of_pictures_shows_any_two_superpixels_equally_often_in_each_way(count):
    rows = fold_over(count, 1025, seed=4)
    assert rows.shape == (1025, count) and rows[0].all()
    np.testing.assert_array_equal(rows[1::2], 1 - rows[2::2])
    block = 2 * rows[1:257] - 1
    np.testing.assert_array_equal(block.T @ block, 256 * np.eye(count, dtype=int))
    assert not np.array_equal(rows[1:257], rows[257:513])


def test_noise_between_the_pairs_keeps_lime_from_settling():
    rng = np.random.default_rng(0)
    shown = fold_over(40, 129, seed=0)
    exact = shown @ rng.normal(size=40)
    assert settled_rank(shown, exact) > 0.999
    ranks = [settled_rank(shown, exact + rng.normal(0, size, 129)) for size in (1.0, 8.0)]
    assert 0.999 > ranks[0] > ranks[1]
    assert settled_rank(shown[:61], exact[:61]) == 0  # 30 pairs for 40 weights


@pytest.mark.parametrize("count", [129, 257, 513])  # one block of 128 pictures, two and four
@pytest.mark.parametrize("noise", [1.0, 4.0])
def test_lime_knows_how_far_other_pictures_would_rank_superpixels_alike(count, noise):
    """Against what it is: the rank correlation of two runs, over many draws of weights."""
    rng, found, repeated = np.random.default_rng(1), [], []
    for seed in range(40):
        weights, fits = rng.normal(size=50), []
        for run in (seed, seed + 1000):
            shown = fold_over(50, count, seed=run)
            logits = shown @ weights + rng.normal(0, noise, count)
            fits.append(fit(shown, logits)[0])
            found.append(repeatability(shown, logits, block=128))
        repeated.append(rank_correlation(*fits))
    assert np.mean(found) == pytest.approx(np.mean(repeated), abs=0.06)


def test_lime_cannot_tell_how_far_others_rank_alike_from_fewer_pairs_than_superpixels():
    shown = fold_over(50, 90, seed=0)  # 44 pairs, and one picture more
    assert np.isnan(repeatability(shown, shown @ np.arange(50.0), block=128))
    shown = fold_over(50, 300, seed=0)
    assert np.isnan(repeatability(shown, np.ones(300), block=128))


def test_lime_map_of_a_network_does_not_depend_on_those_beside_it(tiny_models, image):
    lime = LimeImage(num_superpixels=8, num_samples=1000, settled=0.99)
    together = lime.explain(tiny_models, image)
    for model, beside in zip(tiny_models, together, strict=True):
        (alone,) = lime.explain([model], image)
        assert alone.quality[SAMPLES] == beside.quality[SAMPLES]
        np.testing.assert_allclose(alone.values, beside.values, rtol=1e-5)


@pytest.mark.parametrize(
    ("r2", "repeats", "samples", "told"),
    [
        (0.9, 0.8, 101, ""),  # 1 - 0.1 * 100 / 50 = 0.80
        (0.7, 0.8, 101, "corrected for 50 weights R² is 0.40."),  # 1 - 0.3 * 100 / 50
        (1.0, np.nan, 51, "so few pictures fit 50 weights whatever they show."),
        (0.9, 0.6, 101, "Take more samples, or fewer superpixels."),
        (0.9, np.nan, 101, "Take more samples, or fewer superpixels."),
    ],
)
def test_lime_warns_where_its_samples_are_too_few_for_its_superpixels(r2, repeats, samples, told):
    superpixels = np.arange(50).reshape(5, 10)
    quality = {"r2": r2, "repeatability": repeats, "samples": float(samples)}
    values = np.zeros((5, 10), np.float32)
    shown = Attribution(values, "m", "lime", 1, {}, 0.0, quality, superpixels)
    sentence = LimeImage().quality_sentence(shown)
    assert sentence.endswith(told or "(1 is exact).")
    alike = "too few to tell" if np.isnan(repeats) else f"rank the areas alike by {repeats:.2f}"
    assert alike in sentence
