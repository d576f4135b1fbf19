from dataclasses import replace

import numpy as np
import pytest

from fascore.errors import FascoreError
from fascore.explain import Attribution
from fascore.judging.two_pictures import map_pair
from fascore.labels import LIVE, SPOOF

SIZE = 8
LEFT = np.zeros((SIZE, SIZE), np.float32)
LEFT[:, :4] = 1


def of_picture(values, *, superpixels=None):
    return Attribution(np.float32(values), "cnn", "lime", SPOOF, {"seed": 0}, 0.5, {}, superpixels)


def test_the_difference_is_the_first_minus_the_second_place_by_place():
    pair = map_pair(of_picture(2 * LEFT), of_picture(1 - LEFT), size=SIZE)
    assert (pair.difference.values[:, :4] == 2).all()
    assert (pair.difference.values[:, 4:] == -1).all()
    assert pair.rank == pytest.approx(-1)


def test_superpixels_of_two_pictures_are_subtracted_by_pixel():
    left, right = LEFT.astype(int), LEFT.T.astype(int)
    pair = map_pair(
        of_picture(3 * LEFT, superpixels=left), of_picture(LEFT.T, superpixels=right), size=SIZE
    )
    assert pair.difference.superpixels is None
    assert np.unique(pair.difference.values).tolist() == [-1, 0, 2, 3]


def test_a_picture_and_itself_do_not_differ():
    pair = map_pair(of_picture(LEFT), of_picture(LEFT), size=SIZE)
    assert not pair.difference.values.any() and pair.rank == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"target": LIVE}, "the same class. Received: spoof and live"),
        ({"model": "cnn_spatial"}, "one network by one method"),
        ({"method": "shap"}, "one network by one method"),
        ({"settings": {"seed": 1}}, "the same settings"),
        ({"values": np.zeros((4, 4), np.float32)}, "crops of one size"),
    ],
)
def test_maps_that_answer_different_questions_are_refused(change, sentence):
    with pytest.raises(FascoreError, match=sentence):
        map_pair(of_picture(LEFT), replace(of_picture(LEFT), **change), size=SIZE)
