"""Explainers: one contract over all, then each method worked by hand."""

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
    Attribution,
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
from fascore.explain.grad_cam import class_activation_map
from fascore.explain.lime_image import fold_over
from fascore.explain.local_ridge import fit, repeatability, settled_rank
from fascore.explain.shap_image import adds_up, points
from fascore.explain.units import rank_correlation
from fascore.labels import LIVE, SPOOF
from fascore.models import VARIANTS
from fascore.models.face_model import FaceModel
from tests.conftest import SIZE

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
    network = tf.keras.models.clone_model(_tiny())
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
    model = FaceModel("tiny", _tiny(), threshold=threshold)
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


@pytest.mark.parametrize("layer", ["last_conv", "feature_map"])
@pytest.mark.parametrize("name", VARIANTS)
def test_grad_cam_points_on_every_network_at_both_layers(networks, name, layer):
    face = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    (cam,) = GradCAM(layer=layer).explain([FaceModel(name, networks[name])], face)
    assert cam.values.shape == (8, 8)


def test_class_activation_map_by_hand():
    maps = np.zeros((2, 2, 2))
    maps[..., 0] = [[1, 2], [3, 4]]
    maps[..., 1] = [[5, 1], [0, 1]]
    slopes = np.zeros((2, 2, 2))
    slopes[..., 0] = [[4, 0], [0, 0]]  # alpha 1
    slopes[..., 1] = [[-1, -1], [-1, -1]]  # alpha -1
    expected = [[0, 1], [3, 3]]  # 1 - 5 is below zero
    np.testing.assert_array_equal(class_activation_map(maps, slopes), expected)


def test_an_empty_cam_says_so(image):
    network = _tiny()
    dense = network.get_layer("logits")
    dense.set_weights([np.zeros_like(weights) for weights in dense.get_weights()])
    (cam,) = GradCAM().explain([FaceModel("tiny", network)], image)
    assert cam.quality == {"all_zero": 1.0} and not cam.values.any()


def test_shap_of_a_linear_model_is_exact(image):
    """Shapley values of w.x + b are w (x - E x); expected gradients sample E x, so use one."""
    weights = np.random.default_rng(3).normal(0, 0.01, (SIZE * SIZE * 3, 2)).astype(np.float32)
    background = np.full((1, SIZE, SIZE, 3), 100, np.uint8)
    model = FaceModel("linear", _linear(weights), background=background)
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
    model = FaceModel("linear", _linear(weights), background=background)
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
        ShapImage().explain([FaceModel("tiny", _tiny())], image)


def test_lime_finds_the_one_superpixel_a_model_looks_at(image):
    lime = LimeImage(num_superpixels=8, num_samples=300)
    superpixels = lime.explain([FaceModel("tiny", _tiny())], image)[0].superpixels
    # a model that reads one pixel which differs from its superpixel's mean
    inside = np.argwhere(superpixels == 2)
    deviation = [abs(image[r, c, 0] - image[superpixels == 2][:, 0].mean()) for r, c in inside]
    row, column = inside[int(np.argmax(deviation))]
    weights = np.zeros((SIZE, SIZE, 3, 2), np.float32)
    weights[row, column, 0, SPOOF] = 1.0
    model = FaceModel("one", _linear(weights.reshape(-1, 2)))
    (found,) = lime.explain([model], image)
    others = np.abs(found.values[superpixels != 2]).max()
    assert np.abs(found.values[superpixels == 2]).min() > 10 * others
    assert found.quality["r2"] > 0.98


def test_lime_shows_every_model_the_same_superpixels(tiny_models, image):
    first, second = QUICK["lime"].explain(tiny_models, image)
    np.testing.assert_array_equal(first.superpixels, second.superpixels)
    alone = QUICK["lime"].explain(tiny_models[1:], image)[0]
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


@pytest.mark.parametrize("name", VARIANTS)
def test_hires_cam_cells_sum_to_the_logit_but_for_its_bias(networks, name):
    network = networks[name]
    bias = np.array([0.5, -0.75])
    kernel = network.get_layer("logits").get_weights()[0]
    network.get_layer("logits").set_weights([kernel, bias])
    model = FaceModel(name, network)
    face = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    (cam,) = HiResCAM().explain([model], face)
    logit = model.logits(face[None])[0, SPOOF]
    assert cam.quality["logit"] == pytest.approx(logit, abs=1e-4)
    assert cam.values.sum() == pytest.approx(logit + 0.75, abs=1e-3)
    assert cam.quality["remainder"] == pytest.approx(-0.75, abs=1e-3)


def _tiny() -> keras.Model:
    from tests.conftest import tiny_network

    return tiny_network()


def _linear(weights: np.ndarray) -> keras.Model:
    """Logits = pixels . weights."""
    inputs = keras.Input((SIZE, SIZE, 3))
    dense = keras.layers.Dense(2, use_bias=False, name="logits")
    outputs = keras.layers.Softmax()(dense(keras.layers.Flatten()(inputs)))
    dense.set_weights([weights])
    return keras.Model(inputs, outputs)


def _weights_hash(network: keras.Model) -> str:
    joined = b"".join(np.ascontiguousarray(w).tobytes() for w in network.get_weights())
    return hashlib.sha256(joined).hexdigest()


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
