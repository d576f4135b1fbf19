"""How a picture is laid out: spoilt pictures are told from whole ones."""

import numpy as np
import pytest

from fascore.models.layout import fit_layout, spoil

SIZE = 16


def faces(count, seed):
    """Noisy pictures whose upper half is bright, in every channel alike."""
    rng = np.random.default_rng(seed)
    pictures = rng.integers(0, 60, (count, SIZE, SIZE, 3))
    pictures[:, : SIZE // 2] += 150
    return pictures.astype(np.uint8)


def grids(pictures):
    return pictures.reshape(len(pictures), -1).astype(np.float32)


@pytest.fixture(scope="module")
def layout():
    whole = faces(200, seed=0)
    return fit_layout(grids(whole), grids(spoil(faces(200, seed=1))))


def test_pictures_laid_out_alike_are_not_strange_and_others_are(layout):
    unseen = faces(50, seed=2)
    upside_down, shifted = unseen[:, ::-1], np.roll(unseen, SIZE // 4, axis=1)
    usual = np.quantile(layout.strangeness(grids(unseen)), 0.98)
    for pictures in (upside_down, shifted):
        assert layout.strangeness(grids(pictures)).min() > usual


def test_a_whole_other_kind_of_picture_is_strange_though_nothing_like_it_was_fitted(layout):
    flat = np.full((1, SIZE, SIZE, 3), 100, np.uint8)
    usual = np.quantile(layout.strangeness(grids(faces(50, seed=2))), 0.98)
    assert layout.strangeness(grids(flat))[0] > usual


def test_a_place_that_never_changes_says_nothing(layout):
    whole, spoilt = grids(faces(20, seed=0)), grids(spoil(faces(20, seed=1)))
    whole[:, 0] = spoilt[:, 0] = 7
    fitted = fit_layout(whole, spoilt)
    assert abs(fitted.weights[0]) < 1e-6 and np.abs(fitted.weights).max() < 1


def test_spoiling_is_repeated_by_its_seed_and_spares_the_pictures():
    pictures = faces(10, seed=0)
    before = pictures.copy()
    first, again, other = spoil(pictures), spoil(pictures), spoil(pictures, seed=1)
    assert first.shape == pictures.shape and first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != other).any() and (first != pictures).any(axis=(1, 2, 3)).all()
    np.testing.assert_array_equal(pictures, before)
