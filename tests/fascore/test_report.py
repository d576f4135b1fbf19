"""The report: valid numbers, one file, no network."""

import json
import re

import jsonschema
import pandas as pd
import pytest

from fascore.report import SCHEMA, store_report
from fascore.scores.thresholds import ThresholdChoice
from fascore.store import PREDICTIONS, StoreError
from tests.fascore.conftest import add_set, add_study, record_rule, rewrite_card
from trainer.cli import main


@pytest.fixture
def report(scored_store):
    return store_report(scored_store, ThresholdChoice())


def test_numbers_validate_and_are_those_of_the_store(report):
    _, numbers = report
    jsonschema.validate(json.loads(json.dumps(numbers, allow_nan=False)), SCHEMA)
    cnn = numbers["models"][0]
    assert cnn["confusion"] == [[2, 1], [1, 3]] and cnn["threshold"] == 0.5
    assert cnn["metrics"]["apcer"]["estimate"] == 0.5 and cnn["worst_species"] == "print"
    assert numbers["paired_tests"][0]["n"] == 7


def test_one_subject_alone_has_no_interval_and_is_said_so(report):
    page, numbers = report
    strong = next(part for part in numbers["slices"]["Illumination"] if part["value"] == "strong")
    assert strong["errors"]["cnn"] == {"estimate": 0.5, "low": None, "high": None, "n": 2}
    assert "<td>0.5000 [one subject]</td>" in page


def test_networks_on_other_test_sets_are_in_it(scored_store):
    store = scored_store
    own = store.scored("cnn")
    folder = store.path / "outside" / "other"
    folder.mkdir(parents=True)
    own[["spoof_score"]].to_csv(folder / "scores.csv")
    record = {"title": "Other", "set": "", "threshold": None, "rule": ""}
    (folder / "about.json").write_text(json.dumps(record))
    page, numbers = store_report(store, ThresholdChoice())
    (tested,) = numbers["test_sets"]
    networks = {each["title"]: each["metrics"] for each in tested["networks"]}
    assert (
        networks["CNN"]["bpcer"]["estimate"] == numbers["models"][0]["metrics"]["bpcer"]["estimate"]
    )
    assert networks["Other"]["auc"] == networks["CNN"]["auc"]
    assert networks["Other"]["bpcer"] == {"estimate": None}
    assert "<h2>Across test sets</h2>" in page


def test_report_of_another_set_has_its_numbers_and_says_where_thresholds_are_from(scored_store):
    test = scored_store.samples().query("split == 'test' and label == 0")
    about = {"description": "other faces", "shared": {"by": "sample ids", "test": 3}}
    add_set(scored_store, "other", test, **about)
    page, numbers = store_report(scored_store, ThresholdChoice(), "other")
    assert numbers["test_set"]["title"] == "other faces" and numbers["test_set"]["images"] == 3
    metrics = numbers["models"][0]["metrics"]
    assert metrics["bpcer"]["estimate"] == pytest.approx(1 / 3) and metrics["bpcer"]["n"] == 3
    assert metrics["apcer"] == metrics["auc"] == {"estimate": None}
    for words in (
        "Measured on other faces.",
        "on the store's own validation, applied to other faces",
        "3 pictures of it are also the store's own",
        "All images are bona fide",
        "Networks trained on",
    ):
        assert words.replace("'", "&#39;") in page


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


def test_study_comes_with_what_its_runs_were_trained_by(scored_store):
    add_study(scored_store.path, seeds=2)
    for path in scored_store.path.glob("study/*/*/card.json"):
        rewrite_card(path, training={"epochs": 1})
    page, numbers = store_report(scored_store, ThresholdChoice())
    assert numbers["training_noise"]["seeds"] == [0, 1]
    assert "epochs 1, not 3" in numbers["training_noise_note"]
    assert "epochs 1, not 3" in page and "Over 2 trainings of each variant" in page


def test_study_that_is_not_done_is_said_and_the_rest_reported(scored_store):
    add_study(scored_store.path, seeds=1)
    page, numbers = store_report(scored_store, ThresholdChoice())
    assert numbers["training_noise"] is None and len(numbers["models"]) == 2
    assert "1 complete seeds" in numbers["training_noise_note"]
    assert "1 complete seeds" in page and "<h2>Training noise</h2>" in page


def test_report_without_a_study_has_no_such_section(report):
    page, numbers = report
    assert numbers["training_noise"] is None and not numbers["training_noise_note"]
    assert "<h2>Training noise</h2>" not in page


def test_threshold_set_by_hand_is_marked(scored_store):
    page, numbers = store_report(scored_store, ThresholdChoice(value=0.4))
    assert (
        "while the test results are in view" in numbers["threshold_note"]
        and "set by hand to 0.4" in page
    )


def test_undefined_is_said_so(scored_store):
    page, numbers = store_report(scored_store, ThresholdChoice(value=0.0))
    metrics = numbers["models"][0]["metrics"]
    assert metrics["precision"] == {"estimate": None}  # nothing is called live
    assert metrics["apcer"]["estimate"] == 0
    assert "<td>undefined</td>" in page
    assert "<td>none</td>" in page  # the worst species, where none errs


def test_scores_all_alike_and_a_species_of_one_image_are_reported(scored_store):
    table = scored_store.samples()
    for name in scored_store.names:
        pd.DataFrame({"spoof_score": 1.0}, table.index).to_csv(
            scored_store.path / name / PREDICTIONS
        )
    _, numbers = store_report(scored_store, ThresholdChoice("bpcer_1"))
    metrics = numbers["models"][0]["metrics"]
    assert metrics["auc"]["estimate"] == metrics["eer"]["estimate"] == 0.5
    assert metrics["bpcer"]["estimate"] == 0 and metrics["apcer"]["estimate"] == 1


def test_command_writes_page_and_numbers(scored_store, tmp_path):
    out = tmp_path / "out"
    arguments = ["--out", str(out / "report.html"), "--json", str(out / "report.json")]
    options = ["--threshold-rule", "fixed"]
    assert main(["report", "--store", str(scored_store.path), *arguments, *options]) == 0
    numbers = json.loads((out / "report.json").read_text())
    assert numbers["threshold_rule"] == "fixed at 0.5"
    assert (out / "report.html").read_text().startswith("<!doctype html>")


def test_report_has_the_rule_that_the_store_records(scored_store, tmp_path):
    record_rule(scored_store, "BPCER = 5 %")
    out = [str(tmp_path / "report.html"), "--json", str(tmp_path / "report.json")]
    assert main(["report", "--store", str(scored_store.path), "--out", *out]) == 0
    numbers = json.loads((tmp_path / "report.json").read_text())
    assert numbers["threshold_rule"] == "BPCER = 5 %"
    assert [model["threshold"] for model in numbers["models"]] == [0.4, 0.4]


def test_threshold_outside_its_range_is_refused(scored_store, capsys):
    with pytest.raises(SystemExit):
        main(["report", "--store", ".", "--out", "x.html", "--threshold", "1.5"])
    assert "expected a number from 0 to 1, received 1.5" in capsys.readouterr().err


def test_store_without_scores_is_one_sentence(scored_store):
    for name in ("cnn", "cnn_channel"):
        (scored_store.path / name / PREDICTIONS).unlink()
    with pytest.raises(StoreError, match="Expected a store with scores"):
        store_report(scored_store, ThresholdChoice())
