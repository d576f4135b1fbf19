"""The paper's metrics and those of scores, by hand and against the obvious way."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from sklearn import metrics as sk

from fascore.scores.classification import auc, average_precision, brier, calibration, classify
from fascore.scores.error_rates import error_curve
from fascore.scores.operating_points import eer_threshold

NOTHING_TOLD = (np.full(3, 0.5), np.full(4, 0.5))  # all scores equal, and at the threshold
ONE_EACH = (np.array([0.5]), np.array([0.45]))

# multiples of 1/20: many ties, and scores at the threshold
values = some.lists(some.integers(0, 20), min_size=1, max_size=30).map(
    lambda numbers: np.array(numbers) / 20
)


def labelled(live, spoof):
    """Labels and scores as scikit-learn takes them."""
    return np.repeat([0, 1], [len(live), len(spoof)]), np.concatenate([live, spoof])


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


@given(values, values)
@example(*NOTHING_TOLD)
@example(*ONE_EACH)
def test_paper_metrics_are_scikit_learns_on_every_image(live, spoof):
    labels, scores = labelled(live, spoof)
    verdicts = (scores >= 0.5).astype(int)
    result = classify(live, spoof, threshold=0.5)
    assert result.confusion.tolist() == sk.confusion_matrix(labels, verdicts).tolist()
    assert result.accuracy == pytest.approx(sk.accuracy_score(labels, verdicts))
    assert result.recall == pytest.approx(sk.recall_score(labels, verdicts, average="macro"))
    assert result.f1 == pytest.approx(sk.f1_score(labels, verdicts, average="macro"))
    if len(set(verdicts)) == 2:
        expected = sk.precision_score(labels, verdicts, average="macro")
        assert result.precision == pytest.approx(expected)
    else:
        assert np.isnan(result.precision)


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_precision_of_what_none_is_called_is_undefined_not_0(threshold):
    result = classify(np.array([0.1, 0.2]), np.array([0.8, 0.9]), threshold=threshold)
    assert np.isnan(result.precision)
    assert (result.accuracy, result.recall, result.f1) == pytest.approx((0.5, 0.5, 1 / 3))


@given(values, values)
@example(*NOTHING_TOLD)
@example(*ONE_EACH)
def test_metrics_of_scores_are_those_of_the_obvious_way(live, spoof):
    pairs = [(s > v) + (s == v) / 2 for s in spoof for v in live]
    assert auc(live, spoof) == pytest.approx(np.mean(pairs))
    squares = [*live**2, *(1 - spoof) ** 2]
    assert brier(live, spoof) == pytest.approx(np.mean(squares))
    precision_sum, before = 0.0, 0.0
    for threshold in sorted({*live, *spoof}, reverse=True):
        caught, rejected = (spoof >= threshold).sum(), (live >= threshold).sum()
        precision_sum += (caught / len(spoof) - before) * caught / (caught + rejected)
        before = caught / len(spoof)
    assert average_precision(live, spoof) == pytest.approx(precision_sum)


@given(values, values)
@example(*NOTHING_TOLD)
@example(*ONE_EACH)
def test_calibration_error_is_that_of_a_loop_over_images(live, spoof):
    bins = {}
    for score, truth in [*((s, 0) for s in live), *((s, 1) for s in spoof)]:
        bins.setdefault(min(int(score * 10), 9), []).append((score, truth))
    gaps = [abs(sum(s for s, _ in each) - sum(t for _, t in each)) for each in bins.values()]
    assert calibration(live, spoof).error == pytest.approx(sum(gaps) / (len(live) + len(spoof)))


def test_auc_by_hand():
    assert auc(np.array([0.1, 0.6]), np.array([0.9, 0.4])) == 3 / 4


@pytest.mark.parametrize(
    ("live", "spoof"), [([], [0.5]), ([0.5], []), ([np.nan], [0.5]), ([0.2], [1.5])]
)
@pytest.mark.parametrize(
    "metric",
    [auc, average_precision, brier, calibration, error_curve, eer_threshold,
     lambda live, spoof: classify(live, spoof, threshold=0.5)],
)  # fmt: skip
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
