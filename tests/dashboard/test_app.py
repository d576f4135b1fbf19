import json
import logging
import shutil

import pytest

from dashboard import cache
from fascore.models import VARIANTS
from fascore.store import CARD
from tests.dashboard.conftest import text_of

PAGES = ("compare", "metrics", "about")


@pytest.fixture(params=PAGES)
def open_page(request, app, store_path):
    """Opens a page of the app on the store as it is then."""

    def run():
        page = f"app_pages/{request.param}.py"
        return app.run() if request.param == "compare" else app.run().switch_page(page).run()

    return run


def test_page_names_the_open_store_and_its_data_set(open_page, store_path):
    app = open_page()
    assert not app.exception and not app.error
    note = app.sidebar.markdown[0].value
    assert "tiny faces" in note and str(store_path) in note


def test_missing_store_is_one_sentence(open_page, store_path):
    shutil.rmtree(store_path)
    app = open_page()
    assert not app.exception
    assert len(app.error) == 1 and "which is not there" in app.error[0].value


def test_empty_store_is_one_sentence(open_page, store_path):
    shutil.rmtree(store_path)
    store_path.mkdir()
    app = open_page()
    assert not app.exception
    assert len(app.error) == 1 and "which holds none" in app.error[0].value


def test_model_without_card_is_one_sentence(open_page, store_path):
    (store_path / "cnn" / CARD).unlink()
    app = open_page()
    assert not app.exception
    assert len(app.error) == 1
    assert f"Expected {CARD} beside the weights of cnn" in app.error[0].value


def test_whatever_fails_ends_in_one_sentence_and_a_log_line_without_content(
    open_page, monkeypatch, caplog
):
    def fail(*args):
        raise RuntimeError("secret picture content")

    monkeypatch.setattr("dashboard.views.open_store", fail)
    with caplog.at_level(logging.ERROR):
        app = open_page()
    assert not app.exception
    assert len(app.error) == 1 and "could not be finished (RuntimeError)" in app.error[0].value
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text + text_of(app)


def test_store_option_comes_before_the_environment(app, store_path, tmp_path, monkeypatch):
    monkeypatch.setenv("FASCORE_STORE", str(tmp_path / "elsewhere"))
    monkeypatch.setattr("sys.argv", ["app.py", "--store", str(store_path)])
    app.run().switch_page("app_pages/metrics.py").run()
    assert not app.error


def test_metrics_are_those_of_the_stores_scores(app, store_path):
    app.run().switch_page("app_pages/metrics.py").run()
    page = text_of(app)
    assert "**tiny faces**, test split, 8 images" in page
    # of 2 live images one is rejected, of 6 attacks one is accepted
    rates = "<td>0.7500 [0.409, 0.929]</td><td>0.6667</td><td>0.6667</td><td>0.6667</td>"
    assert page.count(rates) == len(VARIANTS)
    assert "<td>equal error rate, chosen on validation</td>" in page
    charts = {chart.key: chart for chart in app.get("plotly_chart")}
    confusion = json.loads(charts["confusion_cnn"].proto.spec)
    assert [[cell.split("<br>") for cell in row] for row in confusion["data"][0]["text"]] == [
        [["<b>1</b>", "50.0%"], ["<b>1</b>", "50.0%"]],
        [["<b>1</b>", "16.7%"], ["<b>5</b>", "83.3%"]],
    ]
    each = [f"{kind}_{name}" for kind in ("scores", "confusion") for name in VARIANTS]
    assert {*charts} == {"roc", "det", "species", "calibration", *each}


def test_equal_networks_cannot_be_told_apart(app, store_path):
    page = text_of(app.run().switch_page("app_pages/metrics.py").run())
    pairs = len(VARIANTS) * (len(VARIANTS) - 1) // 2
    assert page.count("On these 8 images the two cannot be told apart.") == pairs


def test_threshold_set_by_hand_rules_both_pages(app, store_path):
    app.run().selectbox(key="threshold_rule").set_value("hand").run()
    app.slider(key="threshold_value").set_value(0.0).run()
    assert text_of(app).count("SPOOF <small>") == len(VARIANTS)
    assert "Threshold 0.000 (set by hand)" in text_of(app)
    app.switch_page("app_pages/metrics.py").run()
    page = text_of(app)
    assert page.count("<td>0.000</td><td>set by hand</td>") == len(VARIANTS)
    # everything is taken for an attack: six right of eight, no attack accepted
    assert page.count("<td>0.7500 [0.409, 0.929]</td>") == len(VARIANTS)
    assert page.count("<td>1.0000 [") >= len(VARIANTS)
    assert any("while the test results are in view" in each.value for each in app.warning)


def test_rule_without_validation_images_falls_back_and_says_so(app, store_path):
    app.run().selectbox(key="threshold_rule").set_value("bpcer_1").run()
    assert "Threshold 0.500 (0.5, for want of scored validation images)" in text_of(app)


def test_papers_figures_are_marked_as_reported(app, store_path):
    page = text_of(app.run().switch_page("app_pages/metrics.py").run())
    for table in ("Table I", "Table II"):
        assert f"{table} (reported, CelebA-Spoof, 2,000 test images)" in page
    assert "<td>0.99600 [0.9921, 0.9980]</td><td>0.99601</td><td>0.99598</td>" in page
    assert "Whether two networks differ cannot be tested" in page


def test_model_of_another_data_set_is_not_compared(app, store_path):
    path = store_path / "cnn" / CARD
    card = json.loads(path.read_text())
    path.write_text(json.dumps({**card, "data": {**card["data"], "fingerprint": "other"}}))
    app.run().switch_page("app_pages/metrics.py").run()
    assert not app.exception
    assert len(app.error) == 1
    assert "Not compared." in app.error[0].value and "another data set" in app.error[0].value
    confusions = [c for c in app.get("plotly_chart") if c.key.startswith("confusion")]
    assert len(confusions) == len(VARIANTS) - 1


def test_about_tells_what_the_store_was_trained_on(app, store_path):
    page = text_of(app.run().switch_page("app_pages/about.py").run())
    assert "**tiny faces**: simulated faces; protocol *official*" in page
    assert "<td>test</td><td>2</td><td>2</td><td>2</td><td>2</td>" in page
    assert "trained on simulated faces" in page
    assert "must not be used for" in page


def test_retrained_model_is_read_anew(store_path):
    from fascore.store import Store

    before = cache.model_key(Store(store_path), "cnn")
    path = store_path / "cnn" / CARD
    path.write_text(path.read_text() + "\n")
    assert cache.model_key(Store(store_path), "cnn") != before
