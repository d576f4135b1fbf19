"""Units, agreement, regions, stability, sanity: each worked by hand on small arrays."""

import keras
import numpy as np
import pytest

from fascore.explain import PREDICTED, Attribution, GradCAM, LimeImage, ShapImage
from fascore.explain.settling import reliability
from fascore.explain.units import pixel_values, rank_correlation, top_overlap, units_of
from fascore.findings.measures import BY_VERDICT, MEASURES
from fascore.judging.agreement import agreement
from fascore.judging.judge import Judge, judge_maps
from fascore.judging.regions import REGIONS, face_regions, weight_ratios
from fascore.judging.sanity import STAGES, randomised, similarity
from fascore.judging.stability import noisy, shifted, stability, unshifted
from fascore.labels import LIVE, SPOOF
from fascore.models.face_model import FaceModel
from tests.conftest import SIZE, tiny_network

QUICK = [GradCAM(), LimeImage(num_superpixels=8, num_samples=40), ShapImage(num_samples=10)]
LANDMARKS = np.array([[22, 26], [42, 26], [32, 36], [24, 46], [40, 46]])


def attribution(values, *, superpixels=None) -> Attribution:
    values = np.array(values, np.float32)
    return Attribution(values, "m", "by hand", SPOOF, {}, 0.1, {}, superpixels)


def test_a_cell_covers_its_pixels():
    ids, values = units_of(attribution([[1, 2], [3, 4]]), 4)
    assert ids.tolist() == [[0, 0, 1, 1], [0, 0, 1, 1], [2, 2, 3, 3], [2, 2, 3, 3]]
    assert values.tolist() == [1, 2, 3, 4]


def test_a_superpixel_is_one_unit():
    superpixels = np.array([[0, 1], [1, 1]])
    ids, values = units_of(attribution([[5, 7], [7, 7]], superpixels=superpixels), 2)
    assert ids is superpixels and values.tolist() == [5, 7]


def test_top_overlap_by_hand():
    first, second = np.arange(20.0).reshape(4, 5), np.arange(20.0).reshape(4, 5)
    assert top_overlap(first, second) == 1  # the top tenth is pixels 18 and 19
    second[3, 4] = -1
    assert top_overlap(first, second) == pytest.approx(1 / 3)  # 18, 19 and 17, 18
    assert np.isnan(top_overlap(first, np.zeros((4, 5))))


def test_rank_correlation_of_a_constant_map_is_undefined():
    assert np.isnan(rank_correlation(np.ones(4), np.arange(4.0)))
    assert rank_correlation(np.arange(4.0), -np.arange(4.0)) == pytest.approx(-1)


def test_a_map_agrees_with_itself():
    map_ = attribution(np.random.default_rng(0).normal(size=(8, 8)))
    assert agreement(map_, map_, 16) == {"rank": pytest.approx(1), "overlap": 1}


@pytest.mark.parametrize("turn", [0, 30])
def test_regions_part_the_picture(turn):
    angle = np.radians(turn)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    masks = face_regions((LANDMARKS - 32) @ matrix.T + 32, 64)
    assert list(masks) == [*REGIONS]
    assert (sum(mask.astype(int) for mask in masks.values()) == 1).all()
    for (x, y), name in zip(LANDMARKS, ["eyes", "eyes", "nose", "mouth", "mouth"], strict=True):
        x, y = np.rint((np.array([x, y]) - 32) @ matrix.T + 32).astype(int)
        assert masks[name][y, x]
    assert masks["border"][0].all() and not masks["border"][4:-4, 4:-4].any()


def test_an_even_map_has_no_preference_and_an_empty_one_no_share():
    masks = face_regions(LANDMARKS, 64)
    assert [*weight_ratios(np.ones((64, 64)), masks).values()] == pytest.approx([1] * 6)
    assert np.isnan(list(weight_ratios(-np.ones((64, 64)), masks).values())).all()


def test_a_region_outside_the_picture_is_undefined():
    ratios = weight_ratios(np.ones((4, 4)), {"gone": np.zeros((4, 4), bool)})
    assert np.isnan(ratios["gone"])


def test_shifting_there_and_back_keeps_the_map():
    values = np.random.default_rng(0).normal(size=(16, 16))
    moved = shifted(np.repeat(values[..., None], 3, axis=2))[..., 0]
    own, back = unshifted(values, moved)
    np.testing.assert_array_equal(own, back)


def test_noise_is_small_and_repeatable(image):
    np.testing.assert_array_equal(noisy(image), noisy(image))
    difference = np.abs(noisy(image).astype(int) - image)
    assert 0 < difference.max() < 30


def test_stability_where_the_verdict_turns_is_undefined(image):
    model = FaceModel("tiny", tiny_network())
    score = model.spoof_scores(image[None])[0]
    other = model.spoof_scores(shifted(image)[None])[0]
    edge = FaceModel("edge", tiny_network(), threshold=(score + other) / 2)
    maps = GradCAM().explain([model, edge], image)
    sure, unsure = stability(GradCAM(), [model, edge], image, maps, target=SPOOF)
    assert np.isfinite(sure["stability_shift"]) and np.isnan(unsure["stability_shift"])
    assert "seed_agreement" not in sure  # Grad-CAM draws nothing


def test_a_method_of_chance_says_how_its_seeds_agree(tiny_models, image):
    lime = QUICK[1]
    maps = lime.explain(tiny_models, image)
    for measured in stability(lime, tiny_models, image, maps, target=SPOOF):
        assert -1 <= measured["seed_agreement"] <= 1 and measured["r2_spread"] >= 0


def test_randomised_copies_lose_layer_after_layer_and_spare_the_model(image):
    model = FaceModel("tiny", tiny_network())
    before = [each.copy() for each in model.network.get_weights()]
    copies = randomised(model)
    assert list(copies) == list(STAGES)
    for own, kept in zip(model.network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(own, kept)
    changed = [
        [
            layer
            for layer in ("last_conv", "logits")
            if not np.array_equal(
                copy.network.get_layer(layer).get_weights()[0],
                model.network.get_layer(layer).get_weights()[0],
            )
        ]
        for copy in copies.values()
    ]
    assert changed == [["logits"], ["logits"], ["last_conv", "logits"], ["last_conv", "logits"]]
    for copy in copies.values():  # only what the weights learnt is gone, not their size
        for own, random in zip(before, copy.network.get_weights(), strict=True):
            np.testing.assert_array_equal(np.sort(own.ravel()), np.sort(random.ravel()))
    assert randomised(model) is copies


def test_similarity_of_maps_ignores_their_scale():
    values = np.random.default_rng(0).normal(size=(16, 16))
    assert similarity(values, 5 * values) == pytest.approx(1)
    outlier = values.copy()
    outlier[0, 0] = 1e6  # scaled to it, all else would be zero and so alike
    assert similarity(values, outlier) > 0.9
    other = np.random.default_rng(1).normal(size=(16, 16))
    assert abs(similarity(other, outlier)) < 0.2
    assert np.isnan(similarity(values, np.zeros((16, 16))))


def test_a_settled_half_is_reliable():
    truth = np.random.default_rng(0).normal(size=64)
    noise = np.random.default_rng(1).normal(size=(2, 64))
    close, far = (
        reliability(truth + size * noise[0], truth + size * noise[1]) for size in (0.1, 2)
    )
    assert close > 0.98 > 0.9 > far


def test_lime_and_shap_stop_when_settled_and_say_after_how_many(tiny_models, image):
    for method, limit in ((LimeImage, 1000), (ShapImage, 512)):
        (eager,) = method(settled=0.5).explain(tiny_models[:1], image)
        (thorough,) = method(settled=1.0).explain(tiny_models[:1], image)
        assert eager.quality["samples"] < thorough.quality["samples"] == limit
        assert rank_correlation(eager.values, thorough.values) > 0.8


def test_judge_measures_what_it_names(tiny_models, image):
    judge = Judge(PREDICTED, steps=4, draws=1)
    measures, maps = judge.measures(
        tiny_models,
        image,
        QUICK,
        landmarks=LANDMARKS / 4,
        evidence=np.eye(SIZE, dtype=bool),
        repeats=True,
        sanity=True,
    )
    assert {each.metric for each in measures} <= {*MEASURES, *BY_VERDICT}
    assert {"difference", "residual"} <= {each.metric for each in measures} & set(MEASURES)
    assert len(maps) == len(tiny_models) * len(QUICK)
    assert len({(m.model, m.method, m.metric) for m in measures}) == len(measures)
    verdicts = {m.name: int(m.is_spoof(m.spoof_scores(image[None])[0])) for m in tiny_models}
    assert {each.model: each.target for each in maps} == verdicts


def test_without_landmarks_there_are_no_regions(tiny_models, image):
    measures, _ = Judge(steps=2, draws=1).measures(tiny_models, image, QUICK[:1])
    assert not [each for each in measures if each.metric.startswith("region_")]


def test_models_that_explain_different_classes_are_not_compared(image):
    models = [
        FaceModel(f"at_{threshold}", tiny_network(), threshold=threshold) for threshold in (0, 1.1)
    ]
    measures, maps = Judge(steps=2, draws=1).measures(models, image, QUICK[:1])
    assert [each.target for each in maps] == [SPOOF, LIVE]
    assert not [each for each in measures if each.metric == "rank_models"]


def test_judging_maps_leaves_models_and_maps_alone(tiny_models, image):
    maps = QUICK[1].explain(tiny_models, image)
    before = [pixel_values(each, SIZE).copy() for each in maps]
    weights = [keras.ops.convert_to_numpy(w) for w in tiny_models[0].network.weights]
    judged = judge_maps(tiny_models, image, QUICK[1], maps, target=SPOOF, steps=4, draws=1)
    assert len(judged) == len(tiny_models)
    for own, kept in zip(maps, before, strict=True):
        np.testing.assert_array_equal(pixel_values(own, SIZE), kept)
    for own, kept in zip(tiny_models[0].network.weights, weights, strict=True):
        np.testing.assert_array_equal(own, kept)
