"""The paper's metrics and the threshold, worked by hand."""

import numpy as np
import pytest

from fascore.error_rates import eer_threshold
from fascore.metrics import auc, classify


def test_paper_metrics_by_hand():
    result = classify(np.array([0.1, 0.2, 0.6]), np.array([0.9, 0.4, 0.8, 0.7]), threshold=0.5)
    assert result.confusion.tolist() == [[2, 1], [1, 3]]
    assert result.accuracy == pytest.approx(5 / 7)
    assert result.precision == pytest.approx((2 / 3 + 3 / 4) / 2)
    assert result.recall == pytest.approx((2 / 3 + 3 / 4) / 2)
    assert result.num_images == 7


def test_a_score_at_the_threshold_is_an_attack():
    result = classify(np.array([0.5]), np.array([0.5]), threshold=0.5)
    assert result.confusion.tolist() == [[0, 1], [0, 1]]


def test_auc_by_hand():
    assert auc(np.array([0.1, 0.6]), np.array([0.9, 0.4])) == 3 / 4


@pytest.mark.parametrize(
    ("live", "spoof"), [([], [0.5]), ([0.5], []), ([np.nan], [0.5]), ([0.2], [1.5])]
)
@pytest.mark.parametrize("metric", [auc, eer_threshold])
def test_unusable_scores_are_refused(metric, live, spoof):
    with pytest.raises(ValueError, match="Received"):
        metric(np.array(live), np.array(spoof))


def test_eer_threshold_balances_the_errors():
    rng = np.random.default_rng(0)
    live, spoof = rng.beta(2, 5, 400), rng.beta(5, 2, 700)
    threshold = eer_threshold(live, spoof)
    assert abs((spoof < threshold).mean() - (live >= threshold).mean()) < 1 / 400


@pytest.mark.parametrize(
    ("live", "spoof"), [([0.3, 0.3], [0.3, 0.3]), ([0.0], [1.0]), ([1.0], [0.0]), ([0.5], [0.5])]
)
def test_eer_threshold_of_extremes_is_a_score(live, spoof):
    assert 0 <= eer_threshold(np.array(live), np.array(spoof)) <= 1
