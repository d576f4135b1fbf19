"""How sure a number is: an interval, its text and its columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

CONFIDENCE = 0.95
BOOTSTRAP_DRAWS = 1000
ENDS = ("low", "high", "n")


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; `n` is what it was estimated from."""

    estimate: float
    low: float
    high: float
    n: int


UNDEFINED = Interval(math.nan, math.nan, math.nan, 0)  # of no image at all


def interval_text(
    interval: Interval | None,
    *,
    digits: int = 4,
    end_digits: int | None = None,
    signed: bool = False,
) -> str:
    """An estimate with its interval, as it stands in every table, hover and summary.

    Parameters
    ----------
    interval : Interval or None
        None where nothing is defined.
    digits, end_digits : int
        Decimals of the estimate, and of the ends; the ends have one fewer unless given.
    signed : bool
        Whether positive numbers get a plus, as differences do.

    Examples
    --------
    >>> interval_text(Interval(0.9125, 0.8961, 0.9265, 1440))
    '0.9125 [0.896, 0.926]'
    >>> interval_text(None)
    'undefined'
    """
    if interval is None:
        return "undefined"
    end_digits = digits - 1 if end_digits is None else end_digits
    plus = "+" if signed else ""
    text = f"{interval.estimate:{plus}.{digits}f}"
    if math.isnan(interval.low):  # an interval takes at least two subjects
        return f"{text} [one subject]".replace("-", "−")
    ends = f"{interval.low:{plus}.{end_digits}f}, {interval.high:{plus}.{end_digits}f}"
    return f"{text} [{ends}]".replace("-", "−")


def percent_text(rate: Interval | None) -> str:
    """A rate with its interval in percent, for a sentence, which adds the sign.

    Examples
    --------
    >>> percent_text(Interval(0.902, 0.831, 0.944, 1164))
    '90.2 [83, 94]'
    """
    if rate is None:
        return interval_text(None)
    ends = {name: 100 * getattr(rate, name) for name in ("estimate", "low", "high")}
    return interval_text(replace(rate, **ends), digits=1, end_digits=0)


def p_text(p: float) -> str:
    """A p value as it stands in every table: never 0, and never on the other side of 0.05.

    Examples
    --------
    >>> p_text(0.031), p_text(0.00002), p_text(0.04996), p_text(0.05)
    ('0.031', '< 0.001', '0.04996', '0.050')
    """
    if p < 0.001:
        return "< 0.001"
    limit = round(1 - CONFIDENCE, 9)  # the difference is just above 0.05
    texts = (f"{p:.{digits}f}" for digits in range(3, 17))
    return next((text for text in texts if (float(text) < limit) == (p < limit)), repr(p))


def flatten_interval(
    interval: Interval | None, name: str = "estimate", *, prefix: str = ""
) -> dict[str, float]:
    """An interval as columns: the estimate under `name`, then low, high and n after `prefix`.

    None becomes NaN with an n of 0; `restore_interval` is the way back.

    Examples
    --------
    >>> flatten_interval(Interval(0.5, 0.25, 0.75, 8), "hit", prefix="hit_")
    {'hit': 0.5, 'hit_low': 0.25, 'hit_high': 0.75, 'hit_n': 8}
    """
    interval = interval or UNDEFINED
    ends = {f"{prefix}{end}": getattr(interval, end) for end in ENDS}
    return {name: interval.estimate, **ends}


def restore_interval(
    columns: Mapping[str, Any] | pd.Series, name: str = "estimate", *, prefix: str = ""
) -> Interval | None:
    """The interval that `flatten_interval` laid out under these names.

    Examples
    --------
    >>> restore_interval({"mean": 0.5, "low": 0.25, "high": 0.75, "n": 8}, "mean")
    Interval(estimate=0.5, low=0.25, high=0.75, n=8)
    """
    if math.isnan(columns[name]):
        return None
    low, high, n = (columns[f"{prefix}{end}"] for end in ENDS)
    return Interval(float(columns[name]), float(low), float(high), int(n))
