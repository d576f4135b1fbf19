"""What a comparison says in words: which networks differ, and how much the weakest one errs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from fascore.errors import FascoreError
from fascore.labels import SPECIES_TITLES
from fascore.scores.comparison import Comparison
from fascore.scores.evaluation import Evaluation
from fascore.sentences import joined
from fascore.stats.intervals import CONFIDENCE, Interval, percent_text
from fascore.stats.paired import PairedTest

Title = Callable[[str], str]


def differences(comparison: Comparison, title: Title = str) -> str:
    """Which networks can be told apart on the test set, or why that cannot be tested."""
    if len(comparison.models) < 2:
        return "One network alone cannot be compared."
    try:
        return pairs_sentence(comparison.paired_tests(), title)
    except FascoreError as err:
        return str(err)


def pairs_sentence(
    tests: Sequence[PairedTest], title: Title = str, *, alpha: float = 1 - CONFIDENCE
) -> str:
    """Which of several networks can be told apart on one test set, in words."""
    better: dict[str, list[str]] = {}
    for test in tests:
        if test.p_holm < alpha:
            ahead = test.difference > 0
            worse, name = (test.first, test.second) if ahead else (test.second, test.first)
            better.setdefault(worse, []).append(title(name))
    images = f"these {tests[0].n:,} images"
    if not better:
        return f"No two of the networks can be told apart on {images}."
    parts = [
        f"{joined(names)} make{'s' if len(names) == 1 else ''} fewer errors than {title(worse)}"
        for worse, names in better.items()
    ]
    rest = len(tests) - sum(map(len, better.values()))
    others = f" {rest} of {len(tests)} pairs cannot be told apart." if rest else ""
    return f"On {images} {'; '.join(parts)}.{others}"


def weakest_sentence(measured: Mapping[str, Evaluation], title: Title = str) -> str:
    """The highest APCER and BPCER of several networks, and whose they are.

    A rate that the images do not define is left out; "" where neither is defined.

    Parameters
    ----------
    measured : mapping of str to Evaluation
        `fascore.scores.comparison.Comparison.measured`.
    title : callable
        Makes a network's name readable.
    """
    accepted = {
        name: result.apcer[result.pad.worst]
        for name, result in measured.items()
        if result.pad.worst
    }
    rejected = {
        name: result.bpcer
        for name, result in measured.items()
        if not math.isnan(result.bpcer.estimate)
    }
    parts = []
    if accepted:
        rate, names = _highest(accepted)
        kinds = joined(sorted({SPECIES_TITLES[measured[name].pad.worst] for name in names}))
        parts.append(
            f"up to {rate} % of one kind of attack pass as live (APCER: {kinds}; "
            f"{joined([title(name) for name in names])})"
        )
    if rejected:
        rate, names = _highest(rejected)
        parts.append(
            f"up to {rate} % of live faces are rejected (BPCER: "
            f"{joined([title(name) for name in names])})"
        )
    return f"At the networks' thresholds {', and '.join(parts)}." if parts else ""


def _highest(rates: Mapping[str, Interval]) -> tuple[str, list[str]]:
    """The highest of some rates with its interval, in percent, and who has it."""
    highest = max(rates.values(), key=lambda rate: rate.estimate)
    names = [name for name, rate in rates.items() if rate.estimate == highest.estimate]
    return percent_text(highest), names
