"""What a comparison says in words, by hand."""

import pandas as pd

from fascore.evaluation_sets import open_set
from fascore.scores.comparison import compare_models, read_all_scored
from fascore.scores.summary import differences, pairs_sentence, weakest_sentence
from fascore.scores.thresholds import ThresholdChoice
from fascore.stats.paired import paired_tests, told_worst
from tests.fascore.conftest import add_set

BY_HAND = ThresholdChoice(value=0.5)


def right(*errors: int) -> pd.Series:
    return pd.Series([i not in errors for i in range(40)])


def test_pairs_are_told_apart_by_their_tests():
    tests = paired_tests({"a": right(), "b": right(*range(30)), "c": right(0)})
    assert pairs_sentence(tests) == (
        "On these 40 images a and c make fewer errors than b. 1 of 3 pairs cannot be told apart."
    )
    assert told_worst(tests) == "b"
    tests = paired_tests({"a": right(), "c": right(0)})
    assert pairs_sentence(tests) == ("No two of the networks can be told apart on these 40 images.")
    assert told_worst(tests) is None


def test_a_network_told_from_some_others_alone_is_not_the_worst():
    tests = paired_tests({"a": right(), "b": right(*range(9)), "c": right(*range(11))})
    assert pairs_sentence(tests).startswith("On these 40 images a makes fewer errors than b; a ")
    assert told_worst(tests) is None


def test_the_weakest_rates_name_network_and_species(scored_store):
    models, _ = read_all_scored(scored_store)
    # live .1 .7 .2, print .9 .3, replay .8 .6: of three live faces and of two prints one errs
    measured = compare_models(models, BY_HAND).measured
    sentence = weakest_sentence({"cnn": measured["cnn"]}, str.upper)
    assert "up to 50.0 [" in sentence and "(APCER: Print; CNN)" in sentence
    assert "up to 33.3 [" in sentence and sentence.endswith("(BPCER: CNN).")


def test_the_weakest_rates_of_live_faces_alone_are_bpcer(scored_store):
    own = scored_store.samples()
    add_set(scored_store, "live", own[(own["label"] == 0) & (own["split"] == "test")])
    tested = open_set(scored_store, "live")
    models, _ = read_all_scored(scored_store, tested)
    there = compare_models(models, BY_HAND, tested)
    assert "BPCER" in weakest_sentence(there.measured)
    assert "APCER" not in weakest_sentence(there.measured)
    assert differences(there.chosen(["cnn"])) == "One network alone cannot be compared."
