"""Finding the face, and saying what is doubtful about it."""

import numpy as np
import pytest
from skimage import data

from fascore import faces
from fascore.faces import Face, FaceDetector, correct_box, face_in_box, face_warnings
from fascore.images import Box


@pytest.fixture(scope="module")
def detector():
    return FaceDetector()


def face(x, y, side):
    return Face(Box(x, y, side, side), np.zeros((5, 2)), 0.99)


PICTURE = np.zeros((400, 400, 3), np.uint8)


@pytest.mark.parametrize("scale", [1, 2])
def test_astronaut_is_found_at_any_scale(detector, scale):
    picture = data.astronaut().repeat(scale, axis=0).repeat(scale, axis=1)
    (found,) = detector.detect(picture)
    centre_x = (found.box.x + found.box.width / 2) / scale
    centre_y = (found.box.y + found.box.height / 2) / scale
    assert (centre_x, centre_y) == pytest.approx((224, 115), abs=12)
    left_eye, right_eye, nose = found.landmarks[:3] / scale
    assert left_eye[0] < nose[0] < right_eye[0] and left_eye[1] < nose[1]
    assert found.confidence > 0.9


def test_largest_face_comes_first(detector):
    astronaut = data.astronaut()[:256, 100:356]
    small = astronaut[::2, ::2]
    canvas = np.full((256, 400, 3), 128, np.uint8)
    canvas[:128, :128], canvas[:, 140:396] = small, astronaut
    first, second = detector.detect(canvas)
    assert first.box.longer_side > 1.5 * second.box.longer_side


def test_no_face_in_an_empty_picture(detector):
    assert detector.detect(np.full((200, 200, 3), 127, np.uint8)) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], ["No face found"]),
        ([face(150, 150, 100)], []),
        ([face(150, 150, 100), face(10, 10, 70)], ["2 faces found: the largest"]),
        ([face(150, 150, 40)], ["The face is 40 px"]),
        ([face(20, 20, 360)], ["already a tight crop"]),
    ],
)
def test_doubts_are_said(found, said):
    warnings = face_warnings(PICTURE, found, expansion=1.5)
    assert len(warnings) == len(said)
    assert all(part in warning for part, warning in zip(said, warnings, strict=True))


@pytest.mark.parametrize(("expansion", "tight"), [(1.0, False), (1.5, False), (2.0, True)])
def test_a_tight_crop_is_one_of_the_networks_own_square(expansion, tight):
    warnings = face_warnings(PICTURE, [face(50, 50, 260)], expansion=expansion)
    assert any("already a tight crop" in each for each in warnings) == tight


def test_labelled_face_is_the_one_that_overlaps_its_box_most_however_small():
    large, small, beside = face(0, 0, 200), face(250, 100, 60), face(280, 100, 60)
    assert face_in_box([large, beside, small], Box(255, 105, 55, 60)) is small


def test_another_persons_face_is_not_the_labelled_one():
    assert face_in_box([face(0, 0, 200)], Box(180, 180, 60, 60)) is None
    assert face_in_box([], Box(180, 180, 60, 60)) is None


def test_without_a_labelled_box_the_largest_face_is_the_pictures():
    faces_found = [face(0, 0, 200), face(250, 100, 60)]
    assert face_in_box(faces_found, None) is faces_found[0]
    assert face_in_box([], None) is None


def test_box_correction_scales_about_the_shifted_centre(monkeypatch):
    monkeypatch.setattr(faces, "BOX_SCALE", (1.2, 0.5))
    monkeypatch.setattr(faces, "BOX_SHIFT", (0.1, -0.1))
    box = correct_box(Box(100, 200, 50, 80))
    assert (box.x, box.y, box.width, box.height) == pytest.approx((100, 212, 60, 40))
