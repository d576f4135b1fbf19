"""Tables to take home: each row says where it is from, with the same column names everywhere."""

import io
import json
import zipfile

import pandas as pd
import pytest

from fascore.report.numbers import metrics_numbers, zipped
from fascore.report.origin import Exported, Origin, described, file_name
from fascore.scores.comparison import compare_models, read_all_scored
from fascore.scores.thresholds import ThresholdChoice
from tests.fascore.conftest import add_study

EVERYWHERE = ["data_set", "store", "test_set", "threshold_rule", "made"]
CHOICE = ThresholdChoice("fixed")


@pytest.fixture
def comparison(scored_store):
    return compare_models(read_all_scored(scored_store)[0], CHOICE)


def tables_of(archive):
    """The archive's tables by file name, and about.json."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        about = json.loads(opened.read("about.json"))
        names = [name for name in opened.namelist() if name != "about.json"]
        return {name: pd.read_csv(opened.open(name)) for name in names}, about


def test_every_table_of_the_metrics_page_says_where_it_is_from(scored_store, comparison):
    add_study(scored_store.path, seeds=2)
    tables, failed = metrics_numbers(scored_store, comparison, CHOICE)
    read, about = tables_of(zipped(tables, failed=failed, about={"data_set": "made up"}))
    kinds = {name.partition("-")[0] for name in read}
    assert kinds >= {"metrics", "thresholds", "confusion", "curves", "pairs", "slices",
                     "across_sets", "runs", "run_differences", "reported_1"}  # fmt: skip
    assert about["left_out"] == {} and about["made"]
    for name, table in read.items():
        assert table.columns[-len(EVERYWHERE) :].to_list() == EVERYWHERE or set(EVERYWHERE) <= set(
            table
        ), name
        assert table[EVERYWHERE].notna().all(axis=None), name
        assert {"model", "first"} & set(table), name
    own = next(table for name, table in read.items() if name.startswith("metrics"))
    assert own["threshold"].to_list() == [0.5, 0.5]
    assert own["threshold_rule"].unique() == ["fixed at 0.5"]
    assert own["test_set"].unique() == ["made up, test split"]


def test_files_name_table_store_and_set(scored_store, comparison):
    tables, failed = metrics_numbers(scored_store, comparison, CHOICE)
    read, _ = tables_of(zipped(tables, failed=failed, about={}))
    store = scored_store.path.name
    assert f"pairs-{store}-made-up-test-split.csv" in read


def test_stores_threshold_is_not_put_beside_what_had_another(scored_store, comparison):
    add_study(scored_store.path, seeds=2)
    tables, _ = metrics_numbers(scored_store, comparison, CHOICE)
    for name in ("runs", "reported_1"):
        assert (
            described(tables[name].rows, tables[name].origin, made="now")["threshold"].isna().all()
        )
    rules = described(tables["reported_1"].rows, tables["reported_1"].origin, made="now")
    assert set(rules["threshold_rule"]) == {"not reported"}


def test_confusion_and_pairs_are_those_of_the_store(scored_store, comparison):
    tables, _ = metrics_numbers(scored_store, comparison, CHOICE)
    confusion = tables["confusion"].rows.set_index(["model", "label", "verdict"])["images"]
    assert confusion["cnn"].to_list() == [2, 1, 1, 3]
    pair = described(tables["pairs"].rows, tables["pairs"].origin, made="now").iloc[0]
    assert (pair["first"], pair["second"]) == ("cnn", "cnn_channel")
    assert pair["threshold_first"] == pair["threshold_second"] == 0.5


def test_table_that_cannot_be_made_is_named_with_the_reason(scored_store, comparison):
    folder = scored_store.path / "tests" / "cut"
    folder.mkdir(parents=True)
    (folder / "about.json").write_text("{")
    tables, failed = metrics_numbers(scored_store, comparison, CHOICE)
    assert "metrics" in tables and set(tables["across_sets"].rows["test_set"]) == {"made up"}
    _, about = tables_of(zipped(tables, failed=failed, about={}))
    assert "about.json" in about["left_out"]["across_sets"]


def test_column_that_a_table_has_is_kept():
    origin = Origin("mine", "faces", "own split", "equal error rate", {"a": 0.5})
    rows = described(pd.DataFrame({"model": ["a"], "test_set": ["other"]}), origin, made="now")
    assert rows["test_set"].to_list() == ["other"] and rows["threshold"].to_list() == [0.5]


def test_index_with_a_meaning_is_a_column_and_a_running_number_is_not():
    origin = Origin("mine", "faces")
    named = pd.DataFrame({"x": [1]}, index=pd.Index(["epochs"], name="setting"))
    assert Exported(named, origin).csv().startswith("setting,x,data_set")
    assert Exported(pd.DataFrame({"x": [1]}), origin).csv().startswith("x,data_set")


def test_file_name_has_nothing_that_a_system_forbids():
    assert file_name("a/b\\c:d*e?", "..", "ü", ending="csv") == "a-b-c-d-e-ü.csv"
