"""Intervals in words and in columns."""

import numpy as np
import pandas as pd
import pytest

from fascore.stats.intervals import Interval, flatten_interval, interval_text, restore_interval


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
