"""AUC, equal error rate and their intervals against scikit-learn and the slow obvious way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.special import expit, logit
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score, roc_curve

from fascore.scores.error_rates import error_curve
from fascore.stats.ranking import bootstrap_ranking
from fascore.stats.rates import rate_interval


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(3)
    labels = np.repeat([0, 1], [120, 180])
    subjects = np.array([f"s{n}" for n in rng.integers(0, 40, 300)])
    scores = np.round(rng.beta(2 + 2 * labels, 4 - 2 * labels), 2)  # with ties
    return scores, labels, subjects


def test_estimates_are_scikit_learns(images):
    scores, labels, subjects = images
    ranking = bootstrap_ranking({"m": scores}, labels, subjects, draws=10)["m"]
    assert ranking.auc.estimate == pytest.approx(roc_auc_score(labels, scores))
    curve = error_curve(scores[labels == 0], scores[labels == 1])
    assert ranking.eer.estimate == pytest.approx(curve.eer)
    assert ranking.unit == "subjects"


def test_draws_are_those_of_the_slow_obvious_way(images):
    scores, labels, subjects = images
    ranking = bootstrap_ranking({"m": scores}, labels, subjects, draws=50, seed=5)["m"]
    names, owner = np.unique(subjects, return_inverse=True)
    rng = np.random.default_rng(5)
    aucs, eers = [], []
    for _ in range(50):
        taken = np.concatenate(
            [np.flatnonzero(owner == unit) for unit in rng.integers(0, len(names), len(names))]
        )
        aucs.append(roc_auc_score(labels[taken], scores[taken]))
        drawn, truth = scores[taken], labels[taken]
        eers.append(error_curve(drawn[truth == 0], drawn[truth == 1]).eer)
    fewest = min(len(set(owner[labels == label])) for label in (0, 1))
    quantile = student.ppf(0.975, fewest - 1)
    for interval, draws in ((ranking.auc, aucs), (ranking.eer, eers)):
        half = quantile * np.std(logit(draws), ddof=1)
        ends = expit(logit(interval.estimate) + np.array([-half, half]))
        assert (interval.low, interval.high) == pytest.approx(tuple(ends))


scored = some.lists(some.tuples(some.integers(0, 20), some.integers(0, 5)), min_size=2, max_size=20)


@given(scored, scored)
@settings(max_examples=50)
def test_bootstrap_interval_contains_its_estimate(live, spoof):
    scores = np.array([score for score, _ in live + spoof]) / 20
    labels = np.repeat([0, 1], [len(live), len(spoof)])
    subjects = [str(subject) for _, subject in live + spoof]
    ranking = bootstrap_ranking({"m": scores}, labels, subjects, draws=100)["m"]
    for interval in (ranking.auc, ranking.eer):
        assert 0 <= interval.estimate <= 1
        if not np.isnan(interval.low):  # with one subject in a class nobody knows how they differ
            assert 0 <= interval.low <= interval.estimate <= interval.high <= 1


def test_images_of_one_person_widen_the_interval():
    """Forty people whose images are copies of one: worth forty images, not four hundred."""
    rng = np.random.default_rng(0)
    label = np.repeat([0, 1], 20)
    score = np.clip(rng.normal(0.4 + 0.2 * label, 0.2), 0, 1)
    scores, labels = np.repeat(score, 10), np.repeat(label, 10)
    people = [str(i) for i in np.repeat(np.arange(40), 10)]
    by_person = bootstrap_ranking({"m": scores}, labels, people)["m"].auc
    by_image = bootstrap_ranking({"m": scores}, labels, None)["m"]
    assert by_image.unit == "images"
    widths = [each.high - each.low for each in (by_person, by_image.auc)]
    assert widths[0] > 2.5 * widths[1]


def test_ranking_without_an_error_is_not_sure_of_itself():
    scores, labels = np.repeat([0.2, 0.8], 20), np.repeat([0, 1], 20)
    ranking = bootstrap_ranking({"m": scores}, labels)["m"]
    bound = rate_interval(0, 20).high
    assert (ranking.auc.low, ranking.auc.high) == pytest.approx((1 - bound, 1))
    assert (ranking.eer.low, ranking.eer.high) == pytest.approx((0, bound))


def test_eer_agrees_with_the_roc_curve(images):
    scores, labels, _ = images
    false_positives, true_positives, _ = roc_curve(labels, scores, drop_intermediate=False)
    grid = np.linspace(0, 1, 200_001)
    caught = np.interp(grid, false_positives, true_positives)
    expected = grid[np.argmin(np.abs(1 - caught - grid))]
    curve = error_curve(scores[labels == 0], scores[labels == 1])
    assert curve.eer == pytest.approx(expected, abs=1e-4)


def test_one_class_only_is_refused():
    with pytest.raises(ValueError, match="both classes"):
        bootstrap_ranking({"m": np.array([0.2, 0.3])}, np.array([1, 1]))
