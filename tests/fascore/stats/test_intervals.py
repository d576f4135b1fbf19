"""Intervals and paired tests against other ways of computing them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.special import expit, logit
from scipy.stats import binom, binomtest
from scipy.stats import t as student
from sklearn.metrics import roc_auc_score, roc_curve
from statsmodels.stats.multitest import multipletests

from fascore.scores.error_rates import error_curve
from fascore.stats.intervals import (
    Interval,
    clustered_rate,
    flatten_interval,
    interval_text,
    rate_interval,
    restore_interval,
)
from fascore.stats.paired import holm, paired_tests, smallest_difference
from fascore.stats.ranking import bootstrap_ranking


@given(some.integers(1, 3000).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n))))
def test_interval_contains_its_estimate_and_mirrors(case):
    count, n = case
    interval, mirrored = rate_interval(count, n), rate_interval(n - count, n)
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1
    assert interval.low == pytest.approx(1 - mirrored.high, abs=1e-12)


def test_wilson_by_hand():
    z, p, n = 1.959963984540054, 0.1, 50
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    interval = rate_interval(5, n)
    assert (interval.low, interval.high) == pytest.approx((middle - half, middle + half))


def test_no_error_in_n_is_bounded_by_the_rule_of_three():
    assert rate_interval(0, 1000).high == pytest.approx(3 / 1000, rel=0.01)
    assert rate_interval(0, 1000).low == 0


def test_rate_of_no_images_is_undefined():
    with pytest.raises(ValueError, match="undefined"):
        rate_interval(0, 0)


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


class TestClusteredRate:
    def test_every_image_its_own_person_is_wilson(self):
        hits = np.arange(50) < 5
        assert clustered_rate(hits, np.arange(50)) == rate_interval(5, 50)

    def test_copies_of_one_image_count_once(self):
        """Forty people, ten copies each: as sure as forty images, up to Student's quantile."""
        hits = np.arange(40) < 8
        many = clustered_rate(np.repeat(hits, 10), np.repeat(np.arange(40), 10))
        once = rate_interval(8, 40)
        assert many.estimate == once.estimate and many.n == 400
        assert many.high - many.low == pytest.approx(once.high - once.low, rel=0.1)
        assert many.high - many.low >= once.high - once.low

    def test_no_error_is_the_rule_of_three_over_people(self):
        none = clustered_rate(np.zeros(60, bool), np.repeat(np.arange(10), 6))
        assert (none.low, none.high) == (0, rate_interval(0, 10).high)

    def test_one_person_has_no_interval(self):
        assert np.isnan(clustered_rate(np.array([True, False]), np.zeros(2, int)).low)

    @given(some.lists(some.tuples(some.booleans(), some.integers(0, 4)), min_size=1, max_size=30))
    def test_it_holds_its_estimate_and_mirrors(self, images):
        hits, owner = (np.array(column) for column in zip(*images, strict=True))
        interval, mirrored = clustered_rate(hits, owner), clustered_rate(~hits, owner)
        assert interval.low == pytest.approx(1 - mirrored.high, nan_ok=True)
        assert np.isnan(interval.low) or (
            0 <= interval.low <= interval.estimate <= interval.high <= 1
        )


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


def test_mcnemar_by_hand():
    first = pd.Series([True] * 12 + [False] * 9 + [True] * 1)
    second = pd.Series([True] * 12 + [True] * 9 + [False] * 1)
    (test,) = paired_tests({"a": first, "b": second})
    assert (test.first_only, test.second_only, test.n) == (1, 9, 22)
    assert test.p == pytest.approx(2 * binom.cdf(1, 10, 0.5))
    assert test.difference == pytest.approx(8 / 22)
    assert "b makes fewer errors" in test.sentence()


@given(some.lists(some.floats(0, 1), min_size=1, max_size=9))
def test_holm_is_that_of_statsmodels(p):
    assert np.allclose(holm(p), multipletests(p, method="holm")[1])


@given(some.lists(some.tuples(some.booleans(), some.booleans()), min_size=1, max_size=60))
def test_mcnemar_is_the_binomial_test_of_who_is_right_alone(verdicts):
    first, second = (pd.Series(list(each)) for each in zip(*verdicts, strict=True))
    (test,) = paired_tests({"a": first, "b": second})
    alone = sum(a != b for a, b in verdicts)
    expected = binomtest(sum(a and not b for a, b in verdicts), alone).pvalue if alone else 1
    assert test.p == test.p_holm == pytest.approx(expected)
    assert test.difference == pytest.approx(second.mean() - first.mean())


def test_holm_multiplies_the_smallest_p_by_the_number_of_pairs():
    rng = np.random.default_rng(0)
    shares = {"a": 0.5, "b": 0.9, "c": 0.55}
    right = {name: pd.Series(rng.random(300) < share) for name, share in shares.items()}
    tests = paired_tests(right)
    smallest = min(tests, key=lambda test: test.p)
    assert smallest.p_holm == pytest.approx(3 * smallest.p)
    assert all(test.p_holm >= test.p for test in tests)


def test_one_persons_images_do_not_tell_two_models_apart():
    """12 images of one person, on which the second model alone is right, are one event."""
    right = np.ones(60, bool)
    first = right.copy()
    first[:12] = False
    subjects = [str(i) for i in np.r_[np.zeros(12), np.repeat(np.arange(1, 10), 6)[:48]]]
    (test,) = paired_tests({"a": pd.Series(first), "b": pd.Series(right)}, subjects)
    assert test.test == "sign flips by subject" and test.mcnemar_holm < 0.001
    assert test.p > 0.9 and "cannot be told apart" in test.sentence()


def test_without_subjects_the_test_is_mcnemars():
    first, second = pd.Series([False] * 8 + [True] * 4), pd.Series([True] * 12)
    (test,) = paired_tests({"a": first, "b": second}, [""] * 12)
    assert test.test == "McNemar's exact test"
    assert test.p == test.mcnemar_holm == pytest.approx(binomtest(0, 8).pvalue)


def test_equal_verdicts_cannot_be_told_apart():
    right = pd.Series([True, False, True])
    (test,) = paired_tests({"a": right, "b": right})
    assert test.p == 1 and "cannot be told apart" in test.sentence()


def test_models_on_different_images_are_refused():
    first = pd.Series([True, True, False], index=["1", "2", "3"])
    second = pd.Series([True, True], index=["2", "4"])
    with pytest.raises(ValueError, match="same images.*1 in common of 3"):
        paired_tests({"a": first, "b": second})


def test_smallest_difference_comes_with_the_test():
    first = pd.Series([True] * 94 + [False] * 6)
    (test,) = paired_tests({"a": first, "b": pd.Series([True] * 100)})
    assert test.p < 0.05 and test.smallest == pytest.approx(0.06)


@pytest.mark.parametrize("tests", [1, 6])
def test_smallest_difference_is_just_significant(tests):
    n, discordant = 1000, 40
    wins = round((smallest_difference(n, discordant, tests=tests) * n + discordant) / 2)
    p = [2 * binom.cdf(discordant - w, discordant, 0.5) for w in (wins, wins - 1)]
    assert p[0] < 0.05 / tests <= p[1]


@pytest.mark.parametrize(
    ("interval", "options", "text"),
    [
        (Interval(0.91254, 0.8961, 0.92649, 1440), {}, "0.9125 [0.896, 0.926]"),
        (Interval(-0.004, -0.01, 0.002, 5), {"signed": True}, "−0.0040 [−0.010, +0.002]"),
        (Interval(0.5, 0.25, 0.75, 8), {"digits": 2, "end_digits": 2}, "0.50 [0.25, 0.75]"),
        (Interval(0.5, np.nan, np.nan, 6), {"digits": 3}, "0.500 [one subject]"),
        (None, {}, "undefined"),
    ],
)
def test_interval_in_words(interval, options, text):
    assert interval_text(interval, **options) == text


@pytest.mark.parametrize("interval", [Interval(0.5, 0.25, 0.75, 8), None])
def test_interval_laid_out_in_columns_comes_back(interval):
    row = pd.DataFrame([flatten_interval(interval, "hit", prefix="hit_")]).iloc[0]
    assert list(row.index) == ["hit", "hit_low", "hit_high", "hit_n"]
    assert restore_interval(row, "hit", prefix="hit_") == interval
