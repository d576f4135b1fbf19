import numpy as np
import pytest

from fascore.explain import Attribution
from fascore.judging.hiding import hide
from fascore.labels import LIVE, SPOOF

SIZE = 4


class CountsWhite:
    """Says spoof by the share of white pixels: white is hidden by a blur of black around it."""

    threshold = 0.2

    def spoof_scores(self, images):
        return (images[..., 0] == 255).mean(axis=(1, 2))

    def is_spoof(self, score):
        return score >= self.threshold


def corner_image():
    """White in the first row alone: a quarter of all pixels."""
    image = np.zeros((SIZE, SIZE, 3), np.uint8)
    image[0] = 255
    return image


def cells(values, target=SPOOF):
    return Attribution(np.float32(values), "m", "shap", target, {}, 0.0, {})


ROWS = np.repeat([[4.0], [3.0], [2.0], [1.0]], SIZE, axis=1)  # the first row speaks most


@pytest.mark.parametrize("target", [SPOOF, LIVE])
def test_what_speaks_for_the_verdict_is_hidden_first(target):
    values = ROWS if target == SPOOF else -ROWS
    hiding = hide(CountsWhite(), corner_image(), cells(values, target), kind="cells", most=4)
    assert hiding.scores[0] == 0.25
    assert hiding.turns_at == 1  # 3 of 16 are white: below 0.2
    assert hiding.scores.tolist() == [4 / 16, 3 / 16, 2 / 16, 1 / 16, 0]
    assert hiding.pictures.shape == (5, SIZE, SIZE, 3)
    assert (hiding.pictures[0] == corner_image()).all()


def test_map_that_points_elsewhere_turns_nothing_and_chance_is_counted():
    hiding = hide(CountsWhite(), corner_image(), cells(-ROWS), kind="cells", most=8, draws=6)
    assert hiding.turns_at is None
    assert hiding.random.shape == (6, 9)
    assert hiding.random_turned(0) == 0
    assert hiding.random_turned(8) == (hiding.random[:, 8] < 0.2).sum()


def test_no_more_is_hidden_than_there_are_regions():
    hiding = hide(CountsWhite(), corner_image(), cells(ROWS), kind="cells", most=99)
    assert len(hiding.scores) == SIZE * SIZE + 1
