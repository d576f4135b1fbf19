"""The threshold of a model: by rule on its validation scores, or by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fascore.labels import LIVE, SPOOF, spoof_type_name
from fascore.scores.operating_points import (
    apcer_threshold,
    bpcer_threshold,
    eer_threshold,
    mid_gap,
)

if TYPE_CHECKING:  # both are slow to import, and the names of the rules need neither
    import pandas as pd

    from fascore.store import Card

DEFAULT_RULE = "eer"
FIXED_RULE, FIXED = "fixed", 0.5
NO_VALIDATION = "0.5, for want of scored validation images"


@dataclass(frozen=True)
class ThresholdRule:
    """How a threshold is chosen on validation: a title, and the choice itself."""

    title: str
    choose: Callable[[pd.DataFrame], float]


@dataclass(frozen=True)
class ThresholdChoice:
    """How thresholds are chosen: a rule of `THRESHOLD_RULES`, or a `value` set by hand."""

    rule: str = DEFAULT_RULE
    value: float | None = None

    @property
    def title(self) -> str:
        """The choice in words."""
        if self.value is not None:
            return f"set by hand to {np.format_float_positional(self.value, trim='-')}"
        return THRESHOLD_RULES[self.rule].title

    @property
    def note(self) -> str:
        """What rates at it are worth, in a sentence."""
        if self.value is not None:
            return (
                "Set by hand while the test results are in view: rates at it are no measure of how "
                "the networks do on other images."
            )
        if self.rule == FIXED_RULE:
            return "The same for each network, chosen without a look at any score."
        return "Chosen on validation for each network, applied to test."

    def note_on(self, title: str) -> str:
        """The same of rates on another test set than the networks' own, by its title."""
        if self.value is not None or self.rule == FIXED_RULE:
            return self.note
        return f"Chosen for each network on the store's own validation, applied to {title}."


@dataclass(frozen=True)
class Threshold:
    """A model's threshold, and in words where it is from."""

    value: float
    origin: str


def live_scores(scored: pd.DataFrame) -> np.ndarray:
    """P(spoof) of the live images of a scored table (`Store.scored`)."""
    return np.asarray(scored.loc[scored["label"] == LIVE, "spoof_score"])


def spoof_scores(scored: pd.DataFrame) -> np.ndarray:
    """P(spoof) of the spoof images."""
    return np.asarray(scored.loc[scored["label"] == SPOOF, "spoof_score"])


def scores_by_species(scored: pd.DataFrame) -> dict[str, np.ndarray]:
    """P(spoof) of the spoof images by PAI species."""
    groups = scored[scored["label"] == SPOOF].groupby("pai_species")["spoof_score"]
    return {str(name): scores.to_numpy() for name, scores in groups}


def scores_by_type(scored: pd.DataFrame) -> dict[str, np.ndarray]:
    """P(spoof) of the spoof images by spoof type."""
    groups = scored[scored["label"] == SPOOF].groupby("spoof_type")["spoof_score"]
    return {spoof_type_name(int(str(code))): scores.to_numpy() for code, scores in groups}


THRESHOLD_RULES = {
    "eer": ThresholdRule(
        "equal error rate",
        lambda scored: eer_threshold(live_scores(scored), spoof_scores(scored)),
    ),
    "bpcer_1": ThresholdRule(
        "BPCER = 1 %", lambda scored: bpcer_threshold(live_scores(scored), limit=0.01)
    ),
    "bpcer_5": ThresholdRule(
        "BPCER = 5 %", lambda scored: bpcer_threshold(live_scores(scored), limit=0.05)
    ),
    "apcer_5": ThresholdRule(
        "APCER = 5 %", lambda scored: apcer_threshold(scores_by_species(scored), limit=0.05)
    ),
    FIXED_RULE: ThresholdRule("fixed at 0.5", lambda scored: FIXED),
}


def recorded_rule(cards: Iterable[Card]) -> str:
    """The rule by which the thresholds in these cards were chosen, a key of `THRESHOLD_RULES`.

    Equal error rate where the cards name several rules, one that is not known, or none.
    """
    names = {rule.title: name for name, rule in THRESHOLD_RULES.items()}
    titles = {card.threshold["rule"] for card in cards if "rule" in card.threshold}
    return names.get(titles.pop(), DEFAULT_RULE) if len(titles) == 1 else DEFAULT_RULE


def choose_threshold(
    card: Card, validation: pd.DataFrame | None, choice: ThresholdChoice
) -> Threshold:
    """A model's threshold: the one recorded if the rule is the card's, else chosen anew.

    Without validation images of both classes it is 0.5, and says so.

    Parameters
    ----------
    card : Card
    validation : DataFrame, optional
        The model's scored validation table (`Store.scored`), None where it has none.
    choice : ThresholdChoice
    """
    if choice.value is not None:
        return Threshold(choice.value, "set by hand")
    rule = THRESHOLD_RULES[choice.rule]
    if card.threshold.get("rule") == rule.title:
        return Threshold(card.threshold_value, f"{rule.title}, chosen on {card.threshold['split']}")
    if choice.rule == FIXED_RULE:
        return Threshold(FIXED, rule.title)
    if validation is None or set(validation["label"]) != {LIVE, SPOOF}:
        return Threshold(FIXED, NO_VALIDATION)
    chosen = mid_gap(rule.choose(validation), validation["spoof_score"].to_numpy())
    return Threshold(chosen, f"{rule.title}, chosen on validation")
