"""Where a threshold lies among the scores that it is chosen on."""

import numpy as np
import pytest
from scipy.special import logit

from fascore.scores.operating_points import eer_threshold, mid_gap


class TestMidGap:
    def test_saturated_scores_are_parted_in_the_middle_of_their_log_odds(self):
        live, spoof = np.array([0.4, 0.999992]), np.array([0.999993, 0.9999999])
        chosen = eer_threshold(live, spoof)
        assert logit(chosen) == pytest.approx((logit(0.999992) + logit(0.999993)) / 2)
        assert (live < chosen).all() and (spoof >= chosen).all()

    @pytest.mark.parametrize("high", [np.nextafter(0.5, 1), 1.0, 1 - 1e-16])
    def test_gap_without_a_middle_keeps_its_verdicts(self, high):
        scores = np.array([np.nextafter(high, 0), high])
        assert (scores >= mid_gap(high, scores)).tolist() == [False, True]

    def test_no_verdict_changes(self):
        scores = np.random.default_rng(0).random(50)
        for threshold in scores:
            assert ((scores >= threshold) == (scores >= mid_gap(threshold, scores))).all()

    def test_threshold_above_every_score_stays(self):
        assert mid_gap(0.9, np.array([0.1, 0.2])) == 0.9
