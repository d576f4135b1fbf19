"""Attribution and face to picture."""

import numpy as np
import pytest

from fascore.explain import Attribution, GradCAM, LimeImage, ShapImage
from fascore.explain.render import heatmap, limit, overlay
from fascore.explain.units import on_grid

CROP = np.full((128, 128, 3), 100, np.uint8)


def attribution(values, superpixels=None):
    values = np.asarray(values, np.float32)
    return Attribution(values, "cnn", "shap", 1, {}, 0.1, {}, superpixels)


def test_limit_is_shared_by_maps_shown_together():
    maps = [attribution(np.full((10, 10), 1.0)), attribution(np.full((10, 10), -3.0))]
    assert limit(maps) == 3
    assert limit([attribution([[0, 0]])]) == limit([]) == 1


def test_a_few_extreme_pixels_do_not_fade_the_rest():
    values = np.ones((20, 20))
    values[0, 0] = 100
    assert limit([attribution(values)]) == 1
    assert limit([attribution(np.where(values > 1, 5, 0))]) == 5


def test_signed_colours_are_red_for_and_blue_against():
    values = np.array([[1.0, 0.0, -1.0]])
    red, neutral, blue = heatmap(values, signed=True, scale=1.0)[0].astype(int)
    assert red[0] > red[2] and blue[2] > blue[0] and np.ptp(neutral) < 10


def test_sequential_colours_brighten_with_the_value():
    brightness = heatmap(np.linspace(0, 1, 9)[None], signed=False, scale=1.0)[0].sum(axis=-1)
    assert (np.diff(brightness.astype(int)) > 0).all()


@pytest.mark.parametrize(("inside", "beyond"), [(1.0, 5.0), (0.0, -0.1)])
def test_values_beyond_the_scale_take_its_end(inside, beyond):
    ends = heatmap(np.array([[inside, beyond]]), signed=False, scale=1.0)[0]
    np.testing.assert_array_equal(ends[0], ends[1])


def test_overlay_has_the_crops_size_and_fades():
    values = np.eye(8)
    clear = overlay(attribution(values), CROP, ShapImage, scale=1.0, opacity=0.0)
    np.testing.assert_array_equal(clear, CROP)
    shown = overlay(attribution(values), CROP, ShapImage, scale=1.0, opacity=1.0)
    assert shown.shape == CROP.shape and shown[0, 0, 0] > shown[0, 0, 2]
    np.testing.assert_array_equal(shown[0, 127], CROP[0, 127])  # zero stays clear


def test_superpixels_are_outlined():
    superpixels = np.repeat(np.arange(2), 4)[None, :].repeat(8, axis=0)
    picture = overlay(
        attribution(np.zeros((8, 8)), superpixels), CROP, LimeImage, scale=1.0, opacity=0.5
    )
    assert (picture[:, [63, 64]] == 255).any(axis=1).all() and (picture[:, 30] == 100).all()


def test_cells_are_drawn_smoothly_and_pixels_with_their_edges():
    """Two cells: halfway between them a smooth map has a colour that neither of them has."""
    values = attribution([[0.0, 1.0]])
    colours = {
        kind: len(np.unique(overlay(values, CROP, kind, scale=1.0, opacity=1.0)[0], axis=0))
        for kind in (GradCAM, ShapImage)
    }
    assert colours[GradCAM] > 10 and colours[ShapImage] == 2


def test_grid_sums_keep_the_total():
    values = np.random.default_rng(0).normal(size=(64, 64))
    assert on_grid(values).sum() == pytest.approx(values.sum())


def test_uneven_grid_is_refused():
    with pytest.raises(ValueError, match="multiples of the grid's 8 cells"):
        on_grid(np.zeros((60, 60)))
