import numpy as np
import pytest

from fascore.errors import FascoreError
from fascore.firmness.changes import AS_GIVEN, WORKING_SIDE, Change, changed_crop, changed_input
from fascore.images import Box, face_input

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 256, (90, 120, 3), dtype=np.uint8)
BOX = Box(40, 20, 40, 50)  # its crop: 75 px


@pytest.mark.parametrize("box", [BOX, None])
def test_no_change_is_the_one_pixel_path_to_the_bit(box):
    seen = changed_input(PICTURE, box, AS_GIVEN, size=16, expansion=1.5)
    assert (seen == face_input(PICTURE, box, size=16, expansion=1.5)).all()


def test_scale_is_another_expansion_and_a_move_another_box():
    wider = changed_input(PICTURE, BOX, Change(scale=2 / 1.5), size=16, expansion=1.5)
    assert (wider == face_input(PICTURE, BOX, size=16, expansion=2.0)).all()
    moved = changed_crop(PICTURE, BOX, Change(right=0.2, down=-0.2), expansion=1.5)
    there = Box(BOX.x + 15, BOX.y - 15, BOX.width, BOX.height)
    assert (moved == changed_crop(PICTURE, there, AS_GIVEN, expansion=1.5)).all()


def test_brightness_multiplies_and_ends_at_white():
    picture = np.full((4, 4, 3), 200, np.uint8)
    for factor, grey in ((0.5, 100), (1.5, 255)):
        assert (changed_crop(picture, None, Change(brightness=factor), expansion=1) == grey).all()


@pytest.mark.parametrize("change", [Change(blur=0.02), Change(resolution=16), Change(jpeg=10)])
def test_what_takes_detail_away_leaves_less_of_it(change):
    def detail(crop):
        return np.abs(np.diff(crop.astype(int), axis=1)).mean()

    given = changed_crop(PICTURE, BOX, AS_GIVEN, expansion=1.5)
    assert detail(changed_crop(PICTURE, BOX, change, expansion=1.5)) < detail(given)


def test_noise_is_of_what_the_network_sees_and_the_same_again():
    grey = np.full((400, 400, 3), 128, np.uint8)
    first, second = (
        changed_input(grey, None, Change(noise=10), size=64, expansion=1.5) for _ in range(2)
    )
    assert first.std() == pytest.approx(10, rel=0.05)
    assert (first == second).all()


def test_large_crop_is_reduced_before_its_pixels_are_changed():
    large = np.zeros((WORKING_SIDE + 88, 700, 3), np.uint8)
    crop = changed_crop(large, None, Change(jpeg=50), expansion=1.5)
    assert crop.shape == (WORKING_SIDE, WORKING_SIDE, 3)


@pytest.mark.parametrize("wrong", [{"scale": 0}, {"jpeg": 101}, {"blur": -0.1}])
def test_change_that_cannot_be_is_refused(wrong):
    with pytest.raises(FascoreError, match="Received: Change"):
        Change(**wrong)
