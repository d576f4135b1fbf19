"""Tests within seeds against statsmodels and scipy."""

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare
from statsmodels.stats.anova import AnovaRM

from fascore.stats.blocked import blocked_test


@pytest.fixture(scope="module")
def runs():
    rng = np.random.default_rng(0)
    return rng.normal(0.9, 0.02, (6, 1)) + rng.normal([0, 0.01, 0, 0.015], 0.01, (6, 4))


def test_f_is_statsmodels(runs):
    long = pd.DataFrame(runs).rename_axis("seed").reset_index().melt("seed", value_name="accuracy")
    table = AnovaRM(long, "accuracy", "seed", ["variable"]).fit().anova_table
    assert blocked_test(runs).f_p == pytest.approx(table["Pr > F"].iloc[0])


def test_friedman_is_scipys(runs):
    assert blocked_test(runs).friedman_p == friedmanchisquare(*runs.T).pvalue


def test_what_a_seed_does_to_all_variants_changes_nothing(runs):
    shifted = runs + np.linspace(-0.3, 0.3, 6)[:, None]
    assert blocked_test(shifted).p == blocked_test(runs).p
    assert blocked_test(shifted).residual == pytest.approx(blocked_test(runs).residual)


def test_permutations_agree_with_trying_all(monkeypatch):
    """With 3 variants and 4 seeds there are 1,296 orders: drawn 10,000 times they say the same."""
    values = np.random.default_rng(3).normal([0, 0.5, 1], 1, (4, 3))
    exact = blocked_test(values).p
    monkeypatch.setattr("fascore.stats.blocked.EXCHANGES", 100)
    assert blocked_test(values).p == pytest.approx(exact, abs=0.015)


def test_p_is_the_share_of_orders_counted_one_by_one():
    values = np.random.default_rng(4).normal([0, 0.7, 1], 1, (3, 3))
    orders = product(permutations(range(3)), repeat=3)
    spreads = [
        np.var([np.mean([values[row, order[column]] for row, order in enumerate(each)])
                for column in range(3)])
        for each in orders
    ]  # fmt: skip
    share = np.mean(np.array(spreads) >= np.var(values.mean(axis=0)) * (1 - 1e-9))
    assert blocked_test(values).p == pytest.approx(share)


def test_true_null_is_rejected_as_often_as_promised():
    rng = np.random.default_rng(0)
    draws = [rng.normal(0, 1, (5, 1)) + rng.normal(0, 0.5, (5, 3)) for _ in range(300)]
    rejected = np.mean([blocked_test(values).p < 0.05 for values in draws])
    assert 0.02 < rejected < 0.085  # 5 %, three standard errors either way


def test_smallest_difference_is_found_four_times_in_five(monkeypatch):
    monkeypatch.setattr("fascore.stats.blocked.EXCHANGES", 0)
    monkeypatch.setattr("fascore.stats.blocked.DRAWS", 1)  # only F is looked at
    rng = np.random.default_rng(1)
    effect = blocked_test(rng.normal(0, 1, (5, 4)))
    shift = np.array([0, 0, 0, effect.smallest / effect.residual])
    found = [blocked_test(rng.normal(0, 1, (5, 4)) + shift).f_p < 0.05 for _ in range(500)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.06)


def test_alike_in_every_run_is_no_evidence():
    test = blocked_test(np.full((3, 2), 0.9))
    assert test.p == test.f_p == 1 and test.residual == 0
