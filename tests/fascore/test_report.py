"""The report: valid numbers, one file, no network."""

import json
import re

import jsonschema
import pytest

from fascore.report import SCHEMA, store_report
from fascore.store import PREDICTIONS, StoreError
from fascore.thresholds import ThresholdChoice
from trainer.cli import main


@pytest.fixture
def report(scored_store):
    return store_report(scored_store, ThresholdChoice())


def test_numbers_validate_and_are_those_of_the_store(report):
    _, numbers = report
    jsonschema.validate(json.loads(json.dumps(numbers)), SCHEMA)
    cnn = numbers["models"][0]
    assert cnn["confusion"] == [[2, 1], [1, 3]] and cnn["threshold"] == 0.5
    assert cnn["metrics"]["apcer"]["estimate"] == 0.5 and cnn["worst_species"] == "print"
    assert numbers["paired_tests"][0]["n"] == 7


@pytest.mark.parametrize("broken", [{"models": []}, {"made": 1}, {"extra": 1}])
def test_schema_refuses_what_is_no_report(report, broken):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**report[1], **broken}, SCHEMA)


def test_page_needs_no_network_and_holds_its_numbers(report):
    page, numbers = report
    markup = re.sub(r"<script.*?</script>", "<script>", page, flags=re.S)
    assert not re.findall(r'(?:src|href)="(?!#)', markup)
    assert "<script src" not in page
    held = re.search(r'<script type="application/json" id="report">(.*?)</script>', page, re.S)
    assert json.loads(held[1]) == json.loads(json.dumps(numbers))
    for definition in numbers["definitions"].values():
        assert f"<b>{definition['title']}</b>" in page


def test_names_from_a_data_set_cannot_break_the_page(scored_store):
    for folder in ("cnn", "cnn_channel"):
        path = scored_store.path / folder / "card.json"
        card = json.loads(path.read_text())
        card["data"]["name"] = "</script><script>alert(1)</script>"
        path.write_text(json.dumps(card))
    page, _ = store_report(scored_store, ThresholdChoice())
    assert "<script>alert" not in page


def test_command_writes_page_and_numbers(scored_store, tmp_path):
    out = tmp_path / "out"
    arguments = ["--out", str(out / "report.html"), "--json", str(out / "report.json")]
    options = ["--threshold-rule", "fixed"]
    assert main(["report", "--store", str(scored_store.path), *arguments, *options]) == 0
    numbers = json.loads((out / "report.json").read_text())
    assert numbers["threshold_rule"] == "fixed at 0.5"
    assert (out / "report.html").read_text().startswith("<!doctype html>")


def test_threshold_outside_its_range_is_refused(scored_store, capsys):
    with pytest.raises(SystemExit):
        main(["report", "--store", ".", "--out", "x.html", "--threshold", "1.5"])
    assert "expected a number from 0 to 1, received 1.5" in capsys.readouterr().err


def test_store_without_scores_is_one_sentence(scored_store):
    for name in ("cnn", "cnn_channel"):
        (scored_store.path / name / PREDICTIONS).unlink()
    with pytest.raises(StoreError, match="Expected a store with scores"):
        store_report(scored_store, ThresholdChoice())
