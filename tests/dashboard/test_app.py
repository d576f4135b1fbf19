"""Every page: its store, its threshold, and one sentence where something is missing."""

import logging
import shutil

import pytest

from dashboard import cache
from fascore.models import MODELS, VARIANTS
from fascore.store import CARD, SAMPLES
from tests.dashboard.conftest import text_of
from tests.dashboard.metrics_page import open_metrics

PAGES = (
    "start", "compare", "many", "metrics", "explanations", "images", "training", "stores", "about",
)  # fmt: skip


@pytest.fixture(params=PAGES)
def open_page(request, app, store_path):
    """Opens a page of the app on the store as it is then."""

    def run():
        return app.switch_page(f"app_pages/{request.param}.py").run()

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


def test_store_with_a_table_above_the_limit_is_one_sentence(open_page, store_path, monkeypatch):
    monkeypatch.setenv("FASCORE_MAX_TABLE_MEGABYTES", "1")
    with (store_path / SAMPLES).open("ab") as samples:
        samples.truncate(2**20 + 1)
    app = open_page()
    assert not app.exception
    assert len(app.error) == 1 and "at most 1 MB" in app.error[0].value
    assert SAMPLES in app.error[0].value


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

    for opened in ("store_page", "open_store"):  # every page begins with one of them
        monkeypatch.setattr(f"dashboard.views.{opened}", fail)
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


@pytest.mark.parametrize("page", ["explanations", "training", "about"])
def test_page_that_no_threshold_changes_has_no_control_and_the_others_keep_it(
    app, store_path, page
):
    open_metrics(app).selectbox(key="threshold_rule").set_value("hand").run()
    app.switch_page(f"app_pages/{page}.py").run()
    assert "threshold_rule" not in [box.key for box in app.selectbox]
    open_metrics(app)
    assert app.selectbox(key="threshold_rule").value == "hand"


def test_rule_without_validation_images_falls_back_and_says_so(app, store_path):
    app.run().selectbox(key="threshold_rule").set_value("bpcer_1").run()
    assert "Threshold 0.500 (0.5, for want of scored validation images)" in text_of(app)
    for page in ("metrics", "images"):
        app.switch_page(f"app_pages/{page}.py").run()
        (said,) = [each.value for each in app.warning if "for want of" in each.value]
        assert all(MODELS[name].title in said for name in VARIANTS)


def test_about_tells_what_the_store_was_trained_on(app, store_path):
    page = text_of(app.run().switch_page("app_pages/about.py").run())
    assert "**tiny faces**: simulated faces and attacks; protocol *official*" in page
    assert "<td>test</td><td>2</td><td>2</td><td>2</td><td>2</td>" in page
    assert "trained on simulated attacks" in page
    assert "must not be used for" in page


def test_retrained_model_is_read_anew(store_path):
    from fascore.store import Store

    before = cache.model_key(Store(store_path), "cnn")
    path = store_path / "cnn" / CARD
    path.write_text(path.read_text() + "\n")
    assert cache.model_key(Store(store_path), "cnn") != before
