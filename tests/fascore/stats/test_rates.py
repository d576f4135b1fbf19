"""Intervals of rates against other ways of computing them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from fascore.stats.rates import clustered_rate, mean_rate, rate_interval


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

    def test_more_errors_never_lower_the_upper_end(self):
        """Of 20 people with two images each, of whom none, one, two, … are wrong once."""
        owner = np.repeat(np.arange(20), 2)
        ends = [
            clustered_rate((np.arange(40) % 2 == 0) & (owner < few), owner).high for few in range(8)
        ]
        assert (np.diff(ends) > 0).all()

    @pytest.mark.parametrize("confidence", [0.9, 0.99, 0.9999])
    def test_few_people_have_an_interval_at_any_confidence(self, confidence):
        interval = clustered_rate(np.arange(6) < 2, np.repeat([0, 1], 3), confidence=confidence)
        assert 0 <= interval.low < 1 / 3 < interval.high <= 1

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


class TestMeanRate:
    def test_of_different_people_the_reaches_add_as_squares(self):
        rejected, missed = np.arange(80) < 8, np.arange(50) < 20
        both = mean_rate((rejected, np.arange(80)), (missed, np.arange(80, 130)))
        a, b = rate_interval(8, 80), rate_interval(20, 50)
        assert (both.estimate, both.n) == (pytest.approx(0.25), 130)
        assert both.low == pytest.approx(0.25 - np.hypot(0.1 - a.low, 0.4 - b.low) / 2)
        assert both.high == pytest.approx(0.25 + np.hypot(a.high - 0.1, b.high - 0.4) / 2)

    def test_people_who_err_both_ways_make_it_less_sure(self):
        """The same ten of forty people are rejected; who is missed too changes."""
        rejected, owner = np.arange(40) < 10, np.arange(40)
        alike = mean_rate((rejected, owner), (rejected, owner))
        apart = mean_rate((rejected, owner), (rejected[::-1], owner))
        assert alike.high - alike.low == pytest.approx(
            rate_interval(10, 40).high - rate_interval(10, 40).low
        )
        assert apart.high - apart.low < alike.high - alike.low

    def test_without_images_of_one_kind_it_is_undefined(self):
        nobody = np.array([], bool), np.array([], int)
        some_people = np.arange(4) < 1, np.arange(4)
        assert np.isnan(mean_rate(some_people, nobody).estimate)
        assert mean_rate(nobody, some_people).n == 0
