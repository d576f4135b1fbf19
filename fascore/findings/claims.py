"""The paper's four claims about its explanations, answered from a store's own measures by rule.

Every claim comes down to rows. A row is a mean with an interval, and is held against one value, the
null. Intervals are 95 % for all rows of a claim together (Bonferroni), by bootstrap over subjects.

A row is *above* where its interval lies above the null, *below* where it lies below, and *open*
where its interval contains the null. It is *unknown* where it is measured on fewer than MIN_IMAGES
images.

Rows come in groups. A group is one instrument: an explanation method, or a measure. What is
compared, say a variant with the plain CNN, has a row in every group. It speaks *for* the claim
where all its rows are above, *against* it where some row is below and none above. Where one is
above and another below, the instruments *contradict* each other; otherwise it is *open*.

A claim is a general statement. The answer is yes where everything compared speaks for it, no where
something speaks against it, and cannot tell otherwise.

Only what was measured has rows (`fascore.findings.questions`): a network or method that is merely
registered neither widens the intervals nor leaves a claim undecided.

The nulls: claims `features` and `lime` are of paired differences, held against 0. `device` is of a
ratio to the area's share, held against 1. `grad_cam` is of how much less alike two models' maps
are than one model's own maps under noise, held against -MARGIN: less than that is no difference
that an eye could see in a map of 8 x 8 cells.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from fascore.findings.questions import QUESTIONS, Measures, Question
from fascore.findings.summary import owners_of
from fascore.stats.intervals import CONFIDENCE, Interval, flatten_interval
from fascore.stats.resampling import mean_intervals

MIN_IMAGES = 10
CLAIM_DRAWS = 10_000  # Bonferroni's intervals have thin tails

Answer = Literal["yes", "no", "cannot tell"]
Reading = Literal["above", "below", "open", "unknown"]


@dataclass(frozen=True)
class Row:
    """One comparison that a claim rests on; `interval` is None where nothing is measured."""

    group: str
    what: str
    interval: Interval | None
    reading: Reading


@dataclass(frozen=True)
class Claim:
    """A claim with its answer.

    Attributes
    ----------
    question : Question
    rows : tuple of Row
    answer : {"yes", "no", "cannot tell"}
    sentence : str
        The answer in words, with what each group says.
    """

    question: Question
    rows: tuple[Row, ...]
    answer: Answer
    sentence: str

    def table(self) -> pd.DataFrame:
        """One row for each comparison: group, what, mean, low, high, n, reading."""
        return pd.DataFrame(
            [
                {
                    "group": row.group,
                    "what": row.what,
                    **flatten_interval(row.interval, "mean"),
                    "reading": self.words(row.reading),
                }
                for row in self.rows
            ]
        )

    def words(self, reading: Reading) -> str:
        """A reading in this claim's words."""
        return _words(self.question)[reading]


def answer_claims(joined: pd.DataFrame) -> dict[str, Claim]:
    """The four claims' answers by key, from measures of `join_samples`."""
    measures = Measures(joined)
    return {key: answer(question, joined, measures) for key, question in QUESTIONS.items()}


def answer(question: Question, joined: pd.DataFrame, measures: Measures | None = None) -> Claim:
    """One claim's answer by this module's rule; `measures` are those joined, if made already."""
    columns = question.columns(measures or Measures(joined))
    if not columns:
        return Claim(question, (), "cannot tell", _sentence(question, ()))
    wide = pd.DataFrame({key: values for key, values in columns.items()}, dtype=float)
    owner, _ = owners_of(joined, wide.index)
    # Bonferroni, not Holm: the answer is read off intervals, and Holm's has none
    confidence = 1 - (1 - CONFIDENCE) / len(columns)
    intervals = mean_intervals(
        wide.to_numpy(float), owner, draws=CLAIM_DRAWS, confidence=confidence
    )
    rows = tuple(
        Row(*key, interval, _reading(interval, question.null))
        for key, interval in zip(columns, intervals, strict=True)
    )
    return Claim(question, rows, _overall(rows), _sentence(question, rows))


def _reading(interval: Interval | None, null: float) -> Reading:
    if interval is None or interval.n < MIN_IMAGES:
        return "unknown"
    return "above" if interval.low > null else "below" if interval.high < null else "open"


def _verdicts(rows: tuple[Row, ...]) -> set[str]:
    """What the things compared say, all together: "for", "against", "contradict", "open"."""
    readings: dict[str, set[Reading]] = {}
    for row in rows:
        readings.setdefault(row.what, set()).add(row.reading)
    return {
        "for" if of_one == {"above"}
        else "contradict" if {"above", "below"} <= of_one
        else "against" if "below" in of_one
        else "open"
        for of_one in readings.values()
    }  # fmt: skip


def _overall(rows: tuple[Row, ...]) -> Answer:
    verdicts = _verdicts(rows)
    return "yes" if verdicts == {"for"} else "no" if "against" in verdicts else "cannot tell"


def _sentence(question: Question, rows: tuple[Row, ...]) -> str:
    """Why the answer is what it is, then what every group says."""
    if all(row.reading == "unknown" for row in rows):
        return f"Nothing to go by: measured on fewer than {MIN_IMAGES} images."
    why = {
        "yes": "It holds in every comparison.",
        "no": "As a general statement it does not hold.",
        "cannot tell": f"The {question.instruments} contradict each other."
        if "contradict" in _verdicts(rows)
        else "These images do not decide it.",
    }[_overall(rows)]
    groups = dict.fromkeys(row.group for row in rows)
    return " ".join([why, *(_group_words(question, rows, group) for group in groups)])


def _group_words(question: Question, rows: tuple[Row, ...], group: str) -> str:
    counts = Counter(row.reading for row in rows if row.group == group)
    words = _words(question)
    parts = [f"{words[key]} in {counts[key]}" for key in words if counts[key]]
    return f"{group}: {', '.join(parts)} of {counts.total()}."


def _words(question: Question) -> dict[Reading, str]:
    return {
        "above": question.above,
        "below": question.below,
        "open": "undecided",
        "unknown": "too few images",
    }
