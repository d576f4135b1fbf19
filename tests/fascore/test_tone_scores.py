"""Tone scores beside the networks on a test set, by hand."""

import json

import pytest

from fascore.evaluation_sets import scores_record, set_scores
from fascore.files import write_json
from fascore.scores.across_sets import across_sets
from fascore.tone_scores import (
    ABOUT,
    REGRESSION,
    TITLE,
    regression_path,
    regression_record,
    tone_folder,
)


@pytest.fixture
def toned(scored_store):
    """The store with a regression that is cnn's scores less 0.05, and equalised scores of cnn."""
    store, folder = scored_store, tone_folder(scored_store, "")
    numbers = {"statistics": ["grey"], "mean": [0.5], "scale": [1], "coefficients": [1]}
    numbers |= {"intercept": 0, "threshold": 0.5, "cut": "64 px at 1.5 x"}
    write_json(regression_path(store), numbers)
    scored = store.scored("cnn")[["spoof_score"]]
    (scored - 0.05).to_csv(set_scores(folder, REGRESSION))
    scored.assign(spoof_score=0.5).to_csv(set_scores(folder, "cnn"))
    records = {
        REGRESSION: regression_record(store, set_scores(folder, REGRESSION)),
        "cnn": scores_record(store.card("cnn"), set_scores(folder, "cnn")),
    }
    write_json(folder / ABOUT, {"scores": records})
    return store


def test_the_regression_is_a_row_and_equalised_auc_a_column(toned):
    (found,), problems = across_sets(toned, {"cnn": 0.5, "cnn_channel": 0.5})
    assert not problems and TITLE in found.rules
    row, other, regression = (found.table.loc[n] for n in ("cnn", "cnn_channel", TITLE))
    assert row["auc_equalised"] == 0.5 and row["auc"] > 0.8
    # cnn rejects one of three live faces; so may the regression from 0.15 on, and accepts none
    assert row["bpcer"] == pytest.approx(1 / 3) and row["regression_apcer"] == 0
    assert regression["apcer"] == 0.5 and regression["bpcer"] == pytest.approx(1 / 3)
    assert other["auc_equalised"] != other["auc_equalised"]  # nobody scored it
    # cnn_channel rejects no live face, and the regression then accepts one attack in two
    assert other["bpcer"] == 0 and other["regression_apcer"] == 0.5


@pytest.mark.parametrize("spoilt", [REGRESSION, "cnn"])
def test_scores_that_changed_since_are_named_and_not_shown(toned, spoilt):
    path = set_scores(tone_folder(toned, ""), spoilt)
    path.write_text(path.read_text().replace("0.", "0.1", 1))
    (found,), (problem,) = across_sets(toned, {"cnn": 0.5})
    assert f"tone scores of {spoilt} on made up" in problem and "--tone" in problem
    assert (TITLE in found.table.index) == (spoilt != REGRESSION)


def test_another_regression_takes_its_scores_out_of_sight(toned):
    path = regression_path(toned)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"intercept": 1}))
    (found,), (problem,) = across_sets(toned, {"cnn": 0.5})
    assert TITLE not in found.table.index and found.table.loc["cnn", "auc_equalised"] == 0.5
    assert "tone scores of regression" in problem
