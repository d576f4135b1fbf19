"""Paired tests by subject and by image, against scipy's and statsmodels'."""

from itertools import product
from unittest.mock import patch

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.stats import binom, binomtest, permutation_test
from statsmodels.stats.multitest import multipletests

from fascore.stats.paired import holm, paired_tests, sign_flips, smallest_difference


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
    with patch("gc.collect"):  # statsmodels calls it, a second each time
        expected = multipletests(p, method="holm")[1]
    assert np.allclose(holm(p), expected)


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


gains = some.lists(some.integers(-4, 4), min_size=2, max_size=7).map(np.array)


@given(gains)
@settings(max_examples=50)
def test_sign_flips_are_scipys_over_all_flips(gains):
    expected = permutation_test((gains,), np.sum, permutation_type="samples", n_resamples=1000)
    assert sign_flips(gains) == pytest.approx(expected.pvalue)


def test_sign_flips_of_many_subjects_are_the_binomial_test_where_each_has_one_image():
    gains = np.repeat([1, -1, 0], [340, 290, 5000])
    assert sign_flips(gains) == pytest.approx(binomtest(340, 630).pvalue)


@pytest.mark.parametrize("tests", [1, 6])
def test_smallest_difference_is_just_significant(tests):
    n, discordant = 1000, 40
    smallest = smallest_difference(n, np.ones(discordant, int), tests=tests)
    wins = round((smallest * n + discordant) / 2)
    p = [2 * binom.cdf(discordant - w, discordant, 0.5) for w in (wins, wins - 1)]
    assert p[0] < 0.05 / tests <= p[1]


@given(gains, some.sampled_from([1, 3]))
@settings(max_examples=30)
def test_smallest_difference_is_that_of_the_test_beside_it(gains, tests):
    """Of all signs that gains of these sizes could have had."""
    signed = [np.abs(gains) * signs for signs in product([1, -1], repeat=len(gains))]
    found = [abs(each.sum()) for each in signed if sign_flips(each) < 0.05 / tests]
    smallest = smallest_difference(100, gains, tests=tests)
    assert smallest == (min(found) / 100 if found else None)
