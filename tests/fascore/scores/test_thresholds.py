"""Where a model's threshold comes from, and what is said of it."""

import numpy as np
import pandas as pd
import pytest

from fascore.scores.thresholds import (
    NO_VALIDATION,
    THRESHOLD_RULES,
    Threshold,
    ThresholdChoice,
    choose_threshold,
    recorded_rule,
)
from fascore.store import Card


def card(**threshold):
    return Card("cnn", 64, 1.5, ["last_conv"], "", {}, {}, {}, threshold)


def table(label, scores):
    rows = {"label": label, "spoof_score": scores}
    return pd.DataFrame(rows).assign(spoof_type=label, pai_species="print")


BOTH = table([0, 0, 1, 1], [0.1, 0.3, 0.5, 0.9])


def test_rule_of_the_card_is_the_threshold_recorded():
    recorded = card(value=0.37, rule="equal error rate", split="validation")
    chosen = choose_threshold(recorded, BOTH, ThresholdChoice())
    assert chosen == Threshold(0.37, "equal error rate, chosen on validation")


def test_other_rule_is_chosen_anew_on_validation():
    recorded = card(value=0.37, rule="equal error rate", split="validation")
    chosen = choose_threshold(recorded, BOTH, ThresholdChoice("apcer_5"))
    # the largest that accepts no spoof is 0.5, the lowest spoof's score; the live one below is 0.3
    middle = 1 / (1 + np.sqrt(0.7 / 0.3 * 0.5 / 0.5))
    assert chosen.value == pytest.approx(middle)
    assert chosen.origin == "APCER = 5 %, chosen on validation"


@pytest.mark.parametrize(
    ("titles", "rule"),
    [
        (["BPCER = 5 %", "BPCER = 5 %"], "bpcer_5"),
        (["BPCER = 5 %", "equal error rate"], "eer"),  # they differ
        (["of my own"], "eer"),
        ([], "eer"),
    ],
)
def test_a_store_has_the_rule_that_its_cards_agree_on(titles, rule):
    unscored = Card("cnn", 64, 1.5, ["last_conv"], "", {}, {}, {}, {})
    assert recorded_rule([card(value=0.4, rule=title) for title in titles] + [unscored]) == rule


@pytest.mark.parametrize("rule", [rule for rule in THRESHOLD_RULES if rule != "fixed"])
@pytest.mark.parametrize(
    "validation", [None, BOTH[:0], BOTH[:2], BOTH[2:]], ids=["none", "empty", "live", "spoof"]
)
def test_without_validation_images_of_both_classes_it_is_half_and_says_so(rule, validation):
    chosen = choose_threshold(card(), validation, ThresholdChoice(rule))
    assert chosen == Threshold(0.5, NO_VALIDATION)


def test_fixed_threshold_needs_no_validation():
    assert choose_threshold(card(), None, ThresholdChoice("fixed")) == Threshold(
        0.5, "fixed at 0.5"
    )


def test_threshold_set_by_hand_comes_before_all_and_is_marked():
    choice = ThresholdChoice("hand", 0.8)
    assert choose_threshold(card(), BOTH, choice) == Threshold(0.8, "set by hand")
    assert (
        choice.title == "set by hand to 0.8" and "while the test results are in view" in choice.note
    )


def test_only_a_rule_is_said_to_be_chosen_on_validation():
    notes = {rule: ThresholdChoice(rule).note for rule in THRESHOLD_RULES}
    chosen = {rule for rule, note in notes.items() if "Chosen on validation" in note}
    assert chosen == {"eer", "bpcer_1", "bpcer_5", "apcer_5"}


@pytest.mark.parametrize("extreme", [0.0, 1.0])
def test_rules_hold_where_all_scores_are_alike(extreme):
    alike = table([0, 0, 1], np.full(3, extreme))
    bpcer = choose_threshold(card(), alike, ThresholdChoice("bpcer_1")).value
    apcer = choose_threshold(card(), alike, ThresholdChoice("apcer_5")).value
    assert bpcer > extreme and apcer == extreme
