"""Networks on a test set of both classes, or of one."""

import numpy as np
import pandas as pd
import pytest

from fascore.evaluation_sets import set_folder
from fascore.scores.across_sets import across_sets, set_table
from fascore.store import SAMPLES
from tests.fascore.conftest import add_set

# label, species, subject, score; at 0.5 one of two live faces is rejected, one of two prints passes
ROWS = [
    (0, "live", "a", 0.1),
    (0, "live", "b", 0.6),
    (1, "print", "a", 0.4),
    (1, "print", "b", 0.9),
    (1, "replay", "a", 0.7),
    (1, "replay", "b", 0.8),
]
COLUMNS = ["label", "pai_species", "subject", "spoof_score"]


@pytest.fixture
def scored():
    codes = {"live": 0, "print": 1, "replay": 9}
    table = pd.DataFrame(ROWS, columns=COLUMNS)
    return table.assign(spoof_type=table["pai_species"].map(codes))


def test_rates_are_those_of_the_worst_species_and_of_all_pooled(scored):
    row = set_table({"cnn": scored}, {"cnn": 0.5}).loc["cnn"]
    assert (row["worst_species"], row["apcer"], row["bpcer"]) == ("print", 0.5, 0.5)
    assert (row["acer"], row["hter"]) == (0.5, (0.25 + 0.5) / 2)
    assert row["auc"] == 7 / 8 and row["auc_low"] < 7 / 8 < row["auc_high"]


def test_the_threshold_is_the_one_given(scored):
    row = set_table({"cnn": scored}, {"cnn": 0.65}).loc["cnn"]
    assert (row["apcer"], row["bpcer"]) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("label", "there", "undefined"),
    [
        (0, {"bpcer": 0.5}, ["auc", "apcer", "acer", "hter"]),
        (1, {"apcer": 0.5, "worst_species": "print"}, ["auc", "bpcer", "acer", "hter"]),
    ],
)
def test_one_class_has_the_rates_that_exist(scored, label, there, undefined):
    row = set_table({"cnn": scored[scored["label"] == label]}, {"cnn": 0.5}).loc["cnn"]
    assert {name: row[name] for name in there} == there
    assert row[undefined].isna().all()


def test_intervals_are_over_subjects_where_they_are_known(scored):
    """Twice the same images of two people say no more than once."""
    both = {"once": scored, "twice": pd.concat([scored, scored], ignore_index=True)}
    once, twice = (set_table({"cnn": table}, {"cnn": 0.5}).loc["cnn"] for table in both.values())
    width = [row["bpcer_high"] - row["bpcer_low"] for row in (once, twice)]
    assert width[1] == pytest.approx(width[0], rel=0.2) or np.greater(*width[::-1])


def test_a_damaged_set_takes_only_its_own_row_away(scored_store):
    test = scored_store.samples().query("split == 'test'")
    for name in ("broken", "whole"):
        add_set(scored_store, name, test)
    table = set_folder(scored_store, "broken") / SAMPLES
    table.write_text(table.read_text().replace(",test,", ",neither,"))
    found, (problem,) = across_sets(scored_store, {"cnn": 0.5})
    assert [each.tested.name for each in found] == ["", "whole"]
    assert "The test set broken is left out. Expected" in problem and "Received" in problem
