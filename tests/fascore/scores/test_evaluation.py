"""Thresholds by rule, and a model's numbers at one, on a table worked by hand."""

import numpy as np
import pandas as pd
import pytest

from fascore.errors import FascoreError
from fascore.scores.evaluation import evaluate_scores, judged_rightly, score_quality
from fascore.scores.thresholds import THRESHOLD_RULES


def table(live, **spoof):
    rows = [(0, 0, "live", score) for score in live]
    codes = {"print": 1, "replay": 9, "unspecified": -1}
    rows += [(1, codes[name], name, score) for name, scores in spoof.items() for score in scores]
    columns = ["label", "spoof_type", "pai_species", "spoof_score"]
    return pd.DataFrame(rows, columns=columns).assign(subject="")


@pytest.fixture
def scored():
    return table([0.1, 0.2, 0.3, 0.7], print=[0.4, 0.9], replay=[0.6, 0.8], unspecified=[0.95])


def test_numbers_by_hand(scored):
    result = evaluate_scores(score_quality(scored), threshold=0.5)
    assert result.rates.confusion.tolist() == [[3, 1], [1, 4]]
    assert result.accuracy.estimate == pytest.approx(7 / 9) and result.accuracy.n == 9
    assert (result.bpcer.estimate, result.bpcer.n) == (0.25, 4)
    assert {name: each.estimate for name, each in result.apcer.items()} == result.pad.by_species
    assert result.acer.estimate == (0.5 + 0.25) / 2 and result.acer.n == 2 + 4
    assert result.hter.estimate == (1 / 5 + 0.25) / 2 and result.hter.n == 5 + 4
    assert (result.pad.worst, result.pad.apcer, result.apcer["print"].n) == ("print", 0.5, 2)
    assert result.pad.by_type["unspecified"] == 0
    assert judged_rightly(scored, threshold=0.5).sum() == 7


def test_rules_do_what_they_say():
    rng = np.random.default_rng(0)
    scored = table(
        rng.beta(2, 5, 300), print=rng.beta(5, 2, 200), replay=np.round(rng.beta(7, 2, 150), 2)
    )
    chosen = {name: rule.choose(scored) for name, rule in THRESHOLD_RULES.items()}
    quality = score_quality(scored)
    for rule, limit in (("bpcer_1", 0.01), ("bpcer_5", 0.05)):
        bpcer = evaluate_scores(quality, threshold=chosen[rule]).bpcer.estimate
        lower = evaluate_scores(quality, threshold=chosen[rule] - 1e-3).bpcer.estimate
        assert bpcer <= limit <= lower
    apcer = evaluate_scores(quality, threshold=chosen["apcer_5"]).pad.apcer
    higher = evaluate_scores(quality, threshold=chosen["apcer_5"] + 0.02).pad.apcer
    assert apcer <= 0.05 < higher
    pad = evaluate_scores(quality, threshold=chosen["eer"])
    assert pad.pad.pooled_apcer == pytest.approx(pad.pad.bpcer, abs=0.01)
    assert chosen["fixed"] == 0.5


def test_operating_point_is_where_the_worst_species_reaches_its_limit():
    """Pooled, one attack in ten would pass at 0.35; but it is half of the replays."""
    quality = score_quality(table([0.1, 0.25, 0.3, 0.4], print=[0.9] * 8, replay=[0.2, 0.9]))
    assert quality.curve.bpcer_at_apcer(0.1) == 0.75  # only 0.1 lies below every replay
    at = quality.curve.thresholds > 0.3
    assert quality.curve.pooled_apcer[at][0] == 0.1 and quality.curve.apcer[at][0] == 0.5


def test_errors_of_one_person_say_less_than_those_of_many():
    rows = table([0.1] * 8 + [0.9] * 4, print=[0.9] * 4)
    many = rows.assign(subject=[str(i) for i in range(len(rows))])
    one = rows.assign(subject=["a", "b", "c", "d"] * 2 + ["z"] * 4 + ["a", "b", "c", "d"])
    intervals = [evaluate_scores(score_quality(t), threshold=0.5).bpcer for t in (many, one)]
    assert intervals[0].estimate == intervals[1].estimate == pytest.approx(1 / 3)
    assert intervals[1].high > intervals[0].high


def test_a_score_that_is_no_number_is_not_judged_live():
    with pytest.raises(FascoreError, match="Received: nan"):
        judged_rightly(table([0.1, np.nan], print=[0.9]), threshold=0.5)
