"""One temperature makes scores probabilities."""

import numpy as np
import pytest
from scipy.special import expit

from fascore.errors import FascoreError
from fascore.scores.temperature import AT_ITS_LIMIT, LEAST, SEPARATED, calibrated, fit_temperature


def test_a_temperature_that_was_put_in_is_found_again():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 40_000)
    spoof = rng.random(40_000) < expit(logits)
    too_sure = expit(3 * logits)
    temperature, _ = fit_temperature(too_sure[~spoof], too_sure[spoof])
    assert temperature == pytest.approx(3, rel=0.03)


def test_order_and_so_every_verdict_stays():
    scores = np.sort(np.random.default_rng(1).random(500))
    for temperature in (0.2, 1.0, 7.0):
        after = calibrated(scores, temperature)
        assert (np.diff(after) > 0).all()
        np.testing.assert_array_equal(after >= calibrated(0.3, temperature), scores >= 0.3)
    assert calibrated(scores, 1.0) == pytest.approx(scores)


def test_classes_told_apart_without_an_error_give_no_temperature_of_nothing():
    temperature, rule = fit_temperature(np.full(50, 0.3), np.full(50, 0.7))
    assert SEPARATED in rule and LEAST < temperature < 1
    # 51 of 52 pictures, as far as 50 of a class can show
    assert calibrated(0.7, temperature) == pytest.approx(51 / 52, abs=0.001)


def test_scores_that_say_nothing_are_at_the_limit_and_it_is_said():
    _, rule = fit_temperature(np.array([0.1, 0.9]), np.array([0.1, 0.9]))
    assert rule.endswith(AT_ITS_LIMIT)


def test_saturated_scores_stay_finite():
    assert np.isfinite(calibrated(np.array([0.0, 1.0]), 0.5)).all()


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.nan])
def test_no_temperature_is_one_sentence(temperature):
    with pytest.raises(FascoreError, match="Expected a temperature above 0"):
        calibrated(0.5, temperature)
