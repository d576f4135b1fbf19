"""The Metrics page: tables, matrices, curves, slices and the paper's figures."""

import json
import shutil
from itertools import product

import pandas as pd

from fascore.data.sample_table import fingerprint, read_samples
from fascore.models import MODELS, VARIANTS
from fascore.scores.definitions import METRICS
from fascore.store import CARD, SAMPLES, study_run
from tests.dashboard.conftest import check_clean, text_of
from tests.dashboard.metrics_page import open_metrics, shown


def test_metrics_are_those_of_the_stores_scores(app, store_path):
    open_metrics(app)
    assert "**Measured** on **tiny faces**, test split, 8 images" in text_of(app)
    # of 2 live images one is rejected, of 6 attacks one is accepted: both of one person in two
    measured = shown(app, "Precision", 1)
    assert list(measured.index) == [MODELS[name].title for name in VARIANTS]
    rates = {"Accuracy": "0.7500 [0.198, 0.999]", "Precision": "0.6667", "Recall": "0.6667"}
    assert (measured[list(rates)] == pd.Series(rates)).all(axis=None)
    pad = shown(app, "APCER").iloc[0]
    # of two replay attacks one is accepted; the other species err in none
    assert pad["APCER"].startswith("0.5000 [") and pad["BPCER"].startswith("0.5000 [")
    assert pad["ACER"] == pad["APCER"] and pad["Pooled HTER"].startswith("0.3333 [")
    assert pad["Worst species"] == "Replay"
    open_metrics(app, "More rates")
    assert (shown(app, "Threshold")["By"] == "equal error rate, chosen on validation").all()


def test_metrics_opens_with_the_answer_and_two_tables(app, studied_path):
    app.run().switch_page("app_pages/metrics.py").run()
    check_clean(app)
    answer, *_ = [each.value for each in app.markdown if "told apart" in each.value]
    assert "No two of the networks can be told apart on these 8 images." in answer
    assert "% of one kind of attack pass as live (APCER: Replay; CNN, CNN + channel" in answer
    assert "of live faces are rejected (BPCER: " in answer
    assert "**Does attention help? Cannot tell.** Over 2 trainings" in answer
    assert [each.value for each in app.header][:2] == [
        "Table II: the plain CNN and its variants with attention",
        "Attack detection (ISO/IEC 30107-3)",
    ]
    assert [list(table.value.columns)[0] for table in app.dataframe][:3] == [
        "Accuracy", "Accuracy", "APCER",
    ]  # fmt: skip


def test_every_metric_is_defined_below_its_table(app, store_path):
    page = text_of(open_metrics(app, "More rates"))
    for about in METRICS.values():
        assert f"**{about.title}**. {about.sentence}" in page and about.formula in page


def test_confusion_matrices_are_those_of_the_stores_scores(app, store_path):
    open_metrics(app, "Confusion matrices")
    charts = {chart.key: chart for chart in app.get("plotly_chart")}
    assert {*charts} == {f"confusion_{name}" for name in VARIANTS}
    confusion = json.loads(charts["confusion_cnn"].proto.spec)
    assert [[cell.split("<br>") for cell in row] for row in confusion["data"][0]["text"]] == [
        [["<b>1</b>", "50.0%"], ["<b>1</b>", "50.0%"]],
        [["<b>1</b>", "16.7%"], ["<b>5</b>", "83.3%"]],
    ]
    assert app.button(key="cell_cnn_1_False").label == "1 attack accepted"


def test_curves_are_drawn_for_each_network(app, store_path):
    open_metrics(app, "Curves")
    scores = {f"scores_{name}" for name in VARIANTS}
    drawn = {chart.key for chart in app.get("plotly_chart")}
    assert drawn == {"roc", "det", "species", "calibration", *scores}


def test_slices_are_by_what_is_known_of_the_images(app, store_path):
    open_metrics(app, "Slices")
    assert "PAI species" in app.selectbox(key="slice_column").options
    assert "Illumination" not in app.selectbox(key="slice_column").options
    table = shown(app, "Rate")
    assert table.loc["phone (small), attack", "CNN"].startswith("0.5000 [")
    assert list(table["Rate"]) == ["BPCER", "APCER", "APCER", "APCER"]


def test_equal_networks_cannot_be_told_apart(app, store_path):
    pairs = len(VARIANTS) * (len(VARIANTS) - 1) // 2
    words = list(shown(open_metrics(app), "In words")["In words"])
    assert words == ["On these 8 images the two cannot be told apart."] * pairs


def test_store_without_a_study_says_what_to_run(app, store_path):
    assert "trains each variant several times" in text_of(open_metrics(app))


def test_runs_of_a_study_are_shown_beside_the_tables(app, studied_path):
    page = text_of(open_metrics(app))
    assert "Over 2 trainings of each variant, no difference between the variants is shown" in page
    assert "were trained otherwise" not in page
    assert shown(app, "CNN").loc["seed 1", "CNN"] == "0.7500"


def test_runs_of_another_recipe_are_said_to_be(app, store_path):
    for seed, name in product((0, 1), VARIANTS):
        folder = study_run(store_path, seed) / name
        shutil.copytree(store_path / name, folder)
        card = json.loads((folder / CARD).read_text())
        training = card["training"] | {"epochs": 3}
        (folder / CARD).write_text(json.dumps(card | {"training": training}))
    page = text_of(open_metrics(app))
    assert "were trained otherwise than the store's networks: epochs 3, not 1." in page


def test_threshold_set_by_hand_rules_both_pages(app, store_path):
    app.run().selectbox(key="threshold_rule").set_value("hand").run()
    app.number_input(key="threshold_value").set_value(0.0).run()
    assert text_of(app).count("SPOOF <small>") == len(VARIANTS)
    assert "Threshold 0.000 (set by hand)" in text_of(app)
    open_metrics(app, "More rates")
    thresholds = shown(app, "Threshold")
    assert (thresholds["Threshold"] == "0.000").all() and (thresholds["By"] == "set by hand").all()
    # everything is taken for an attack: six right of eight, no attack accepted
    assert (shown(app, "Precision", 1)["Accuracy"] == "0.7500 [0.198, 0.997]").all()
    assert shown(app, "APCER")["BPCER"].str.startswith("1.0000 [").all()
    # nothing is called live
    assert (shown(app, "Precision", 1)["Precision"] == "undefined").all()
    assert any("while the test results are in view" in each.value for each in app.warning)
    assert "Threshold: **set by hand to 0**. Set by hand while the test" in text_of(app)


def test_papers_figures_are_marked_as_reported(app, store_path):
    page = text_of(open_metrics(app, "Table I"))
    assert page.count("**Reported** on CelebA-Spoof, 2,000 test images") == 2
    both = shown(app, "Precision", 0).loc["CNN + channel + spatial"]
    assert both["Accuracy"] == "0.9960 [0.992, 0.998]"
    assert "Whether the paper's networks differ cannot be tested" in page


def test_store_of_one_class_is_one_sentence_a_model(app, store_path):
    samples = pd.read_csv(store_path / SAMPLES)
    samples = samples[samples["label"] == 1]
    samples.to_csv(store_path / SAMPLES, index=False)
    other_data = fingerprint(read_samples(store_path / SAMPLES))
    for name in VARIANTS:
        path = store_path / name / CARD
        card = json.loads(path.read_text())
        path.write_text(json.dumps(card | {"data": card["data"] | {"fingerprint": other_data}}))
    open_metrics(app)
    assert not app.exception
    assert len(app.error) == len(VARIANTS)
    assert all("images of both classes" in each.value for each in app.error)


def test_report_is_offered(app, store_path):
    open_metrics(app)
    assert any(each.proto.label.startswith("Report") for each in app.get("download_button"))


def test_model_of_another_data_set_is_not_compared(app, store_path):
    path = store_path / "cnn" / CARD
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "data": {**card["data"], "fingerprint": "other"}}))
    app.run().switch_page("app_pages/metrics.py").run()
    assert not app.exception
    assert len(app.error) == 1
    assert "Not compared." in app.error[0].value and "another data set" in app.error[0].value
    assert MODELS["cnn"].title not in shown(app, "APCER").index
