"""Planted evidence: scores by hand on 4x4 maps, and the whole of it in small."""

from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from fascore.explain import Attribution, GradCAM, LimeImage, ShapImage
from fascore.findings.results import FOLDER, PLANTED
from fascore.judging.planted import (
    COLUMNS,
    CUES,
    FAILS,
    FINDS,
    POOLED,
    UNTRIED,
    plant,
    plant_patch,
    pointing_game,
    score_planted,
    summarise_planted,
)
from fascore.labels import LIVE, SPOOF
from fascore.models.face_model import FaceModel
from fascore.store import Store
from tests.conftest import SIZE, tiny_network

MASK = np.zeros((4, 4), bool)
MASK[:2, :2] = True  # a quarter of the picture


def attribution(values, superpixels=None):
    values = np.array(values, np.float32)
    return Attribution(values, "cnn", "grad_cam", SPOOF, {}, 0.0, {}, superpixels)


# --- cues -------------------------------------------------------------------------------


@pytest.mark.parametrize("cue", CUES)
@pytest.mark.parametrize("size", [16, 64])
def test_a_cue_changes_only_what_its_mask_covers(cue, size):
    image = np.full((size, size, 3), 120, np.uint8)
    planted, mask = CUES[cue](image, np.random.default_rng(0))
    assert planted.dtype == np.uint8 and planted.shape == image.shape
    assert mask.dtype == bool and 0 < mask.mean() < 0.3
    np.testing.assert_array_equal(planted[~mask], image[~mask])
    assert (planted[mask] != 120).any(axis=-1).mean() >= 0.5
    assert (image == 120).all()


@pytest.mark.parametrize("cue", CUES)
def test_same_seed_same_place_and_places_differ(cue):
    images = np.full((8, 64, 64, 3), 120, np.uint8)
    first, masks = plant(images, cue, np.random.default_rng(3))
    again, _ = plant(images, cue, np.random.default_rng(3))
    np.testing.assert_array_equal(first, again)
    assert len({mask.tobytes() for mask in masks}) > 2


# --- scores -----------------------------------------------------------------------------


def test_a_hit_a_miss_and_a_tie_that_is_shared():
    values = np.zeros((4, 4))
    values[0, 0] = 2
    assert pointing_game(values, MASK) == 1.0
    values[3, 3] = 3
    assert pointing_game(values, MASK) == 0.0
    values[0, 0] = 3
    assert pointing_game(values, MASK) == 0.5


def test_positive_attribution_inside_the_cue_counts_and_negative_does_not():
    values = np.zeros((4, 4))
    values[0, 0], values[1, 1], values[3, 3], values[3, 0] = 2, -8, 3, 3
    (score,) = score_planted([attribution(values)], MASK)
    assert (score.hit, score.share, score.area) == (0.0, pytest.approx(2 / 8), 0.25)


def test_a_coarse_map_has_its_fair_share_of_hits():
    """A 2x2 map whose highest cell is half covered by a cue of 4x2 pixels to the right of it."""
    mask = np.zeros((4, 4), bool)
    mask[:2, 1:3] = True
    (score,) = score_planted([attribution([[5, 1], [0, 0]])], mask)
    assert (score.hit, score.ceiling) == (0.5, 0.5)
    assert score.share == pytest.approx((2 * 5 + 2 * 1) / (4 * 5 + 4 * 1))


def test_the_ceiling_of_superpixels_is_the_best_covered_one():
    superpixels = np.repeat([0, 1, 2, 2], 4).reshape(4, 4)
    mask = np.zeros((4, 4), bool)
    mask[1, :3] = mask[2, :2] = True
    values = np.array([3.0, 1.0, 2.0])[superpixels]
    (score,) = score_planted([attribution(values, superpixels)], mask)
    assert (score.hit, score.ceiling) == (0.0, 0.75)


def test_an_empty_map_hits_as_often_as_chance_and_has_no_share():
    (score,) = score_planted([attribution(np.zeros((2, 2)))], MASK)
    assert score.hit == 0.25 and np.isnan(score.share)


# --- the summary ------------------------------------------------------------------------


def rows(hits, share, *, model="cnn", accuracy=1.0, area=0.25):
    return [
        ["patch", model, "lime", f"{i}.png", hit, share, area, 1.0, accuracy]
        for i, hit in enumerate(hits)
    ]


def summarise(*groups, subjects=None):
    table = pd.DataFrame([row for group in groups for row in group], columns=COLUMNS)
    return summarise_planted(table, subjects).set_index(["model"])


def test_hits_on_all_pictures_leave_room_for_doubt():
    row = summarise(rows([1] * 20, 0.75)).loc["cnn"]
    assert (row["images"], row["hit"], row["hit_high"], row["chance"]) == (20, 1.0, 1.0, 0.25)
    assert row["hit_low"] == pytest.approx(0.05 ** (1 / 20))
    assert (row["concentration"], row["concentration_low"]) == (3.0, 3.0)
    assert row["verdict"] == FINDS


def test_pictures_of_one_subject_count_once():
    ids = [f"{i}.png" for i in range(20)]
    two = pd.Series([str(i // 10) for i in range(20)], index=ids)
    row = summarise(rows([1] * 20, 0.75), subjects=two).loc["cnn"]
    assert row["images"] == 20 and row["hit_low"] == pytest.approx(0.05 ** (1 / 2))
    one = summarise(rows([1] * 20, 0.75), subjects=pd.Series("a", index=ids)).loc["cnn"]
    assert np.isnan(one["hit_low"]) and one["verdict"] == UNTRIED


@pytest.mark.parametrize(
    ("hits", "share", "why"),
    [
        ([1, 0, 0, 0] * 5, 0.75, "hits as often as chance"),
        ([1] * 20, 0.25, "no more weight inside than the area's"),
        ([0] * 20, 0.1, "less than chance"),
    ],
)
def test_at_chance_in_one_measure_is_failing(hits, share, why):
    assert summarise(rows(hits, share)).loc["cnn", "verdict"] == FAILS, why


def test_empty_maps_count_as_chance_and_are_counted():
    row = summarise(rows([0.25] * 20, np.nan)).loc["cnn"]
    assert (row["hit"], row["concentration"], row["empty"]) == (0.25, 1.0, 20)
    assert row["verdict"] == FAILS


def test_models_on_one_picture_are_no_independent_pictures():
    table = summarise(rows([1, 0] * 10, 0.5), rows([1, 1] * 10, 0.5, model="cnn_channel"))
    pooled = table.loc[POOLED]
    assert (pooled["networks"], pooled["images"], pooled["hit"]) == (2, 20, 0.75)
    low, high = pooled["hit_low"], pooled["hit_high"]
    assert 0.6 < low < 0.75 < high < 0.9


def test_a_network_that_did_not_learn_is_shown_and_left_out_of_the_pool():
    dull = [["patch", "cnn_channel", "lime", None, *[np.nan] * 4, 0.6]]
    table = summarise(rows([1] * 20, 0.5, accuracy=0.98), dull)
    assert table.loc["cnn_channel", ["accuracy", "verdict"]].tolist() == [0.6, UNTRIED]
    pooled = ["accuracy", "verdict", "networks", "images"]
    assert table.loc[POOLED, pooled].tolist() == [0.98, FINDS, 1, 20]
    alone = summarise(dull)
    assert alone.loc[POOLED, ["accuracy", "verdict"]].tolist() == [0.6, UNTRIED]


def test_few_pictures_say_nothing():
    assert summarise(rows([1] * 9, 0.5)).loc["cnn", "verdict"] == UNTRIED


def test_the_shipped_planted_table_is_what_the_documentation_says():
    root = Path(__file__).parents[3]
    demo = root / "assets/models/demo"
    subjects = Store(demo).samples()["subject"]
    table = summarise_planted(pd.read_csv(demo / FOLDER / PLANTED), subjects)
    text = (root / "docs/explainers.md").read_text()
    for row in table[table["model"] == POOLED].itertuples():
        hit = f"{row.hit:.2f} [{row.hit_low:.2f}, {row.hit_high:.2f}]"
        ends = f"{row.concentration_low:.1f}, {row.concentration_high:.1f}"
        line = (
            f"| {hit} | {row.chance:.3f} | {row.ceiling:.2f} | {row.concentration:.1f} [{ends}] |"
        )
        assert f"{line} {row.verdict} |" in text


# --- the whole in small -----------------------------------------------------------------


@pytest.fixture(scope="module")
def patch_model():
    """A tiny network that knows noise with a patch from noise without."""
    rng = np.random.default_rng(0)
    noise = rng.integers(90, 160, (300, SIZE, SIZE, 3)).astype(np.uint8)
    planted, _ = plant(noise, "patch", rng)
    images, labels = np.concatenate([noise, planted]), np.repeat([LIVE, SPOOF], 300)
    keras.utils.set_random_seed(0)
    network = tiny_network()
    network.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy")
    network.fit(images.astype(np.float32), labels, epochs=12, batch_size=50, verbose=0)
    return FaceModel("tiny", network, background=images[::12])


@pytest.mark.parametrize(
    "explainer",
    [GradCAM(), LimeImage(num_superpixels=30, num_samples=200), ShapImage(num_samples=50)],
    ids=lambda each: each.name,
)
def test_every_explainer_finds_a_patch(patch_model, explainer):
    rng = np.random.default_rng(1)
    records = []
    for number in range(20):
        noise = rng.integers(90, 160, (SIZE, SIZE, 3)).astype(np.uint8)
        planted, mask = plant_patch(noise, rng)
        if patch_model.spoof_scores(planted[None])[0] < 0.5:
            continue
        (score,) = score_planted(explainer.explain([patch_model], planted), mask)
        records.append(vars(score) | {"cue": "patch", "sample_id": str(number), "accuracy": 1.0})
    (row,) = summarise_planted(pd.DataFrame(records)).query("model == 'tiny'").to_dict("records")
    assert row["images"] >= 15
    assert row["verdict"] == FINDS and row["hit"] > 4 * row["chance"]
