"""Tone apart from structure."""

import numpy as np
import pytest

from trainer.tone import MEAN, SPREAD, STATISTICS, equalised, global_statistics


def test_statistics_of_a_flat_picture():
    flat_picture = np.full((64, 64, 3), 51, np.uint8)
    values = dict(zip(STATISTICS, global_statistics(flat_picture), strict=True))
    assert values["brightness"] == pytest.approx(0.2)
    flat = [value for name, value in values.items() if not name.startswith(("mean", "bright"))]
    assert flat == pytest.approx([0] * len(flat))


def test_equalised_pictures_differ_in_structure_alone():
    rng = np.random.default_rng(0)
    texture = rng.normal(0, 1, (2, 64, 64, 1))
    dull = np.array([90, 120, 60]) + texture[:1] * [8, 12, 5]
    vivid = np.array([140, 100, 150]) + texture[:1] * [30, 25, 28]
    other = np.array([90, 120, 60]) + texture[1:] * [8, 12, 5]
    images = np.clip(np.concatenate([dull, vivid, other]), 0, 255).round().astype(np.uint8)
    out = equalised(images).astype(float)
    assert out.mean((1, 2)) == pytest.approx(np.full((3, 3), MEAN), abs=1)
    assert out.std((1, 2)) == pytest.approx(np.full((3, 3), SPREAD), abs=1.5)
    assert np.abs(out[0] - out[1]).mean() < 4 and np.abs(out[0] - out[2]).mean() > 40


def test_a_flat_picture_stays_flat():
    assert (equalised(np.full((1, 8, 8, 3), 7, np.uint8)) == MEAN).all()
