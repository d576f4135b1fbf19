"""The crop and what a network sees: the one pixel path."""

import numpy as np
import pytest

from fascore.errors import FascoreError
from fascore.images import (
    Box,
    Square,
    crop_face,
    crop_square,
    cut,
    face_input,
    input_points,
    overlap,
)

GRADIENT = np.stack(np.broadcast_arrays(*np.ogrid[0:200:40j, 0:200:60j], 90), -1).astype(np.uint8)


def test_crop_is_the_square_around_the_box():
    picture = np.arange(100 * 80 * 3, dtype=np.uint32).reshape(100, 80, 3).astype(np.uint8)
    crop = crop_face(picture, Box(30, 40, 20, 10), expansion=1.5)
    np.testing.assert_array_equal(crop, picture[30:60, 25:55])  # side 30 around (40, 45)


def test_crop_mirrors_what_lies_outside():
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[:] = np.array([10, 20, 30, 40])[None, :, None]
    crop = crop_face(picture, Box(-1, 0, 4, 4), expansion=1.5)
    assert crop[0, :, 0].tolist() == [30, 20, 10, 20, 30, 40][: crop.shape[1]]


@pytest.mark.parametrize("square", [(-9, 5, 30), (40, 25, 30), (-5, -3, 70), (-40, -30, 65)])
def test_crop_is_that_of_the_mirrored_picture_however_far_it_reaches(square):
    left, top, side = square
    mirrored = np.pad(GRADIENT, ((100, 100), (100, 100), (0, 0)), mode="reflect")
    expected = mirrored[100 + top :, 100 + left :][:side, :side]
    np.testing.assert_array_equal(cut(GRADIENT, Square(left, top, side)), expected)


def test_crop_far_outside_a_small_picture_still_has_its_size():
    crop = crop_face(GRADIENT, Box(-300, 500, 100, 100), expansion=1.5)
    assert crop.shape == (150, 150, 3)


def test_box_without_area_is_refused():
    with pytest.raises(FascoreError, match="above 0"):
        crop_face(GRADIENT, Box(3, 3, 0, 5), expansion=1.5)


def test_network_input_averages_the_areas_of_the_crop():
    picture = np.zeros((128, 200, 3), np.uint8)
    picture[::2, 36:164:2] = 200  # one of four pixels of the centred square
    assert (face_input(picture, None, size=64, expansion=1.5) == 50).all()
    around = face_input(picture, Box(68, 32, 64, 64), size=64, expansion=2.0)
    assert (around == 50).all()  # the same square, by its box


@pytest.mark.parametrize("expansion", [1.0, 1.5, 2.2])
def test_without_a_box_the_crop_is_the_largest_centred_square_at_any_expansion(expansion):
    crop = crop_face(GRADIENT, None, expansion=expansion)
    np.testing.assert_array_equal(crop, GRADIENT[:, 10:50])


def test_points_land_where_their_pixels_do():
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[30:32, 50:52] = 255
    box = Box(20, 20, 40, 40)
    square = crop_square(picture, box, expansion=1.6)
    assert square == Square(8, 8, 64)
    x, y = input_points(np.array([[50.5, 30.5]]), square, size=32)[0]
    seen = face_input(picture, box, size=32, expansion=1.6)
    assert (x, y) == (21.0, 11.0) and seen[11, 21, 0] == 255


@pytest.mark.parametrize(
    ("other", "share"),
    [
        (Box(0, 0, 4, 2), 1.0),
        (Box(2, 0, 4, 2), 4 / 12),
        (Box(1, 0, 2, 1), 2 / 8),
        (Box(4, 0, 4, 2), 0.0),
        (Box(9, 9, 4, 2), 0.0),
    ],
)
def test_overlap_by_hand(other, share):
    assert overlap(Box(0, 0, 4, 2), other) == overlap(other, Box(0, 0, 4, 2)) == share
