"""Which pictures a network knows, by its own features."""

from dataclasses import replace

import numpy as np
import pytest

from fascore.errors import StoreError
from fascore.models.familiarity import (
    TooFewError,
    features,
    fit_familiarity,
    limit_of,
    num_means,
    scores_and_features,
    stages,
)
from fascore.models.familiarity_file import read_familiarity, write_familiarity
from fascore.models.layout import Layout


@pytest.fixture(scope="module")
def two_groups():
    """Features around two centres, one group spread more; and their groups."""
    rng = np.random.default_rng(0)
    near, far = rng.normal(0, 1, (400, 3)), rng.normal(20, 2, (400, 3))
    return np.concatenate([near, far]), np.repeat([0, 1], 400)


def test_distance_is_to_the_nearest_group_and_grows_away_from_both(two_groups):
    familiarity = fit_familiarity(*two_groups)
    centre, other, between, outside = familiarity.distance(
        np.array([[0, 0, 0], [20, 20, 20], [10, 10, 10], [0, 0, 90]])
    )
    assert centre < 1 and other < 3
    assert between > 5 and outside > between


def test_one_in_a_hundred_of_the_pictures_it_was_measured_on_is_unfamiliar(two_groups):
    familiarity = fit_familiarity(*two_groups)
    distances = familiarity.distance(two_groups[0])
    assert (distances > limit_of(distances)).sum() <= 8


@pytest.mark.parametrize(
    "features",
    [np.arange(6.0).reshape(2, 3), np.zeros((4, 3))],
    ids=["one of each class", "all the same"],
)
def test_too_few_pictures_are_one_sentence(features):
    with pytest.raises(TooFewError, match="Expected at least two training pictures of a class"):
        fit_familiarity(features, np.arange(len(features)) % 2)


def test_what_was_written_is_read_again(two_groups, tmp_path):
    fitted = fit_familiarity(*two_groups)
    write_familiarity(tmp_path / "f.npz", fitted, made_from="abc")
    again, made_from = read_familiarity(tmp_path / "f.npz")
    np.testing.assert_array_equal(again.distance(two_groups[0]), fitted.distance(two_groups[0]))
    assert made_from == "abc" and again.limit == np.inf


def test_a_picture_is_unfamiliar_by_its_features_or_by_its_layout(two_groups, tmp_path):
    layout = Layout(np.array([1, -1], np.float32), bias=0.5, limit=2.0)
    fitted = replace(fit_familiarity(*two_groups), limit=5.0, layout=layout)
    write_familiarity(tmp_path / "f.npz", fitted, made_from="abc")
    again, _ = read_familiarity(tmp_path / "f.npz")
    # three channels' means, then the map at two places: log odds 0.5, 0.5, 2.5, and 2.5
    pictures = np.array(
        [[0, 0, 0, 1, 1], [0, 0, 90, 1, 1], [0, 0, 0, 3, 1], [0, 0, 90, 3, 1]], float
    )
    for known in (fitted, again):
        assert known.is_unfamiliar(pictures).tolist() == [False, True, True, True]
    older = replace(fitted, layout=None)
    write_familiarity(tmp_path / "older.npz", older, made_from="abc")
    assert read_familiarity(tmp_path / "older.npz")[0].layout is None
    assert older.is_unfamiliar(pictures).tolist() == [False, True, False, True]


@pytest.mark.parametrize("damage", [b"", b"PK", None])
def test_a_damaged_file_is_one_sentence(two_groups, tmp_path, damage):
    path = tmp_path / "f.npz"
    write_familiarity(path, fit_familiarity(*two_groups), made_from="abc")
    path.write_bytes(path.read_bytes()[:200] if damage is None else damage)
    with pytest.raises(StoreError, match="Expected what a network knows"):
        read_familiarity(path)


@pytest.mark.parametrize(
    "without", [{"limit": np.nan}, {"layout": Layout(np.zeros(2, np.float32), 0.0, np.nan)}]
)
def test_no_limit_is_a_damaged_file(two_groups, tmp_path, without):
    fitted = replace(fit_familiarity(*two_groups), **without)
    write_familiarity(tmp_path / "f.npz", fitted, made_from="abc")
    with pytest.raises(StoreError, match="Expected what a network knows"):
        read_familiarity(tmp_path / "f.npz")


def test_features_are_means_of_each_resolution_s_last_map_then_a_map_place_by_place(tiny_models):
    model = tiny_models[0]
    images = np.random.default_rng(0).integers(0, 256, (3, model.size, model.size, 3), np.uint8)
    names = stages(model.network)
    maps = [model.network.get_layer(name).output for name in names]
    found, count = features(model, images, batch_size=2), num_means(model.network)
    assert count == sum(each.shape[-1] for each in maps) and names[-1] == "feature_map"
    asked = max(len(maps) - 2, 0)
    before, channels = sum(each.shape[-1] for each in maps[:asked]), maps[asked].shape[-1]
    places = found[:, count:].reshape(3, -1, channels)
    assert places.shape[1] > 1
    # the mean of all places is the channel's
    means = found[:, before : before + channels]
    np.testing.assert_allclose(places.mean(axis=1), means, rtol=0.05, atol=0.01)


def test_scores_and_features_are_those_of_two_passes(tiny_models):
    model = tiny_models[0]
    images = np.random.default_rng(0).integers(0, 256, (5, model.size, model.size, 3), np.uint8)
    scores, means = scores_and_features(model, images)
    np.testing.assert_allclose(scores, model.spoof_scores(images), rtol=1e-5)
    np.testing.assert_allclose(means, features(model, images), rtol=1e-5)
