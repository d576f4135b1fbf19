import numpy as np
import pytest

from fascore.face_drawing import (
    BOX_COLOUR,
    CROP_COLOUR,
    OTHER_COLOUR,
    SIDE,
    face_drawing,
    face_thumbnail,
)
from fascore.images import Box, Square

IMAGE = np.full((320, 640, 3), 60, np.uint8)
LEFT, RIGHT = Box(100, 100, 80, 100), Box(400, 120, 60, 60)
CROP = Square(60, 30, 240)


def plate(picture, box):
    """What is above the corner of a face, where its number stands."""
    return picture[round(box.y) - 36 : round(box.y) - 4, round(box.x) + 3 : round(box.x) + 26]


def test_each_of_several_faces_has_its_number_and_the_judged_ones_is_yellow():
    picture = face_drawing(IMAGE, RIGHT, CROP, faces=[LEFT, RIGHT])
    assert max(picture.shape) == SIDE
    assert (plate(picture, RIGHT) == BOX_COLOUR).all(axis=2).mean() > 0.5
    assert (plate(picture, LEFT) == OTHER_COLOUR).all(axis=2).mean() > 0.5
    digits = [(plate(picture, box) < 50).all(axis=2).sum() for box in (LEFT, RIGHT)]
    assert 30 < digits[0] < digits[1]  # a 1 has less ink than a 2


@pytest.mark.parametrize("faces", [[], [LEFT]])
def test_one_face_alone_has_no_number(faces):
    picture = face_drawing(IMAGE, LEFT, CROP, faces=faces)
    assert (plate(picture, LEFT) == 60).all()
    assert (picture[150, 60] == CROP_COLOUR).all() and (picture[150, 100] == BOX_COLOUR).all()
    assert (IMAGE == 60).all()  # the picture itself is untouched


def test_the_number_of_a_face_that_leaves_the_picture_stays_inside():
    picture = face_drawing(IMAGE, LEFT, CROP, faces=[LEFT, Box(-50, -50, 100, 100)])
    assert (picture[:38, :30] == OTHER_COLOUR).all(axis=2).mean() > 0.5


def test_a_thumbnail_is_of_the_face_alone():
    image = IMAGE.copy()
    image[80:200, 380:480] = 200
    assert face_thumbnail(image, RIGHT).mean() > 190
