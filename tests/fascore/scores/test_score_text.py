"""Scores in print: never equal to a threshold that they are not equal to."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from fascore.scores.curves import histogram_figure
from fascore.scores.score_text import (
    bar_places,
    logit_axis,
    score_against,
    score_texts,
    threshold_text,
)
from fascore.scores.thresholds import ThresholdChoice

SCORES = some.floats(0, 1)


@given(SCORES, SCORES, SCORES)
@example(0.9999999, 0.99999991, 0.9999999)
@example(1e-18, 3e-18, 2e-18)
@example(1.0, 1 - 1e-16, 1 - 1e-16)
def test_scores_are_told_from_each_other_and_from_their_threshold(one, other, threshold):
    values = (one, other, threshold)
    texts = score_texts(one, other, threshold=threshold)
    for first, first_text in zip(values, texts, strict=True):
        for second, second_text in zip(values, texts, strict=True):
            assert (first < second) == (float(first_text) < float(second_text))


@given(some.floats(0, 1, exclude_min=True, exclude_max=True))
def test_a_threshold_never_reads_as_0_or_1_where_all_or_nothing_would_pass(threshold):
    assert 0 < float(threshold_text(threshold)) < 1


@pytest.mark.parametrize(
    ("score", "threshold", "text"),
    [
        (0.5, 0.5, "0.500 ≥ 0.500"),
        (0.99999, 0.5, "1.000 ≥ 0.500"),
        (0.4999, 0.5, "0.4999 < 0.5000"),
        (0.999992, 0.9999925, "0.9999920 < 0.9999925"),
        (0.3, 0.9999925, "0.30000 < 0.99999"),
    ],
)
def test_a_score_stands_on_its_side_of_the_threshold(score, threshold, text):
    assert score_against(score, threshold) == text


def test_a_threshold_set_by_hand_is_said_in_full():
    assert ThresholdChoice("hand", 0.9999925).title == "set by hand to 0.9999925"
    assert ThresholdChoice("hand", 1e-7).title == "set by hand to 0.0000001"
    assert ThresholdChoice("hand", 0.4).title == "set by hand to 0.4"


def test_saturated_scores_keep_their_side_on_a_bar():
    score, threshold = bar_places(0.9999, 0.9999925)
    assert threshold - score > 0.05
    assert bar_places(0.7, 0.6) == (0.7, 0.6)


@pytest.mark.parametrize(("threshold", "crowded"), [(0.6, False), (0.9999925, True)])
def test_a_histogram_has_log_odds_where_the_threshold_is_at_an_end(threshold, crowded):
    scored = pd.DataFrame(
        {"pai_species": ["live", "print"], "spoof_score": [0.99999, 0.9999999]}, index=["a", "b"]
    )
    figure = histogram_figure("CNN", scored, threshold=threshold)
    place = figure.layout.shapes[0].x0
    live, spoof = (trace.x[0] for trace in figure.data)
    assert live < place < spoof if crowded else place == threshold
    for trace in figure.data:  # Plotly draws nothing of a pattern that replaces its bar's colour
        assert trace.marker.color and trace.marker.pattern.fillmode == "overlay"
    assert ("log-odds" in figure.layout.xaxis.title.text) == crowded
    if crowded:
        np.testing.assert_allclose(place, logit_axis(threshold))
