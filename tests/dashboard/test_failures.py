"""What goes wrong is said as what it is: bad input in its own sentence, our faults in the log."""

import json
import logging
import zipfile

import pandas as pd
import pytest

from dashboard import cache
from fascore import store_tables
from fascore.errors import FascoreError
from fascore.models import MODELS
from fascore.store import BACKGROUND, CARD, SAMPLES, WEIGHTS
from tests.conftest import tiny_network
from tests.dashboard.conftest import text_of


def open_page(app, name):
    return app.switch_page(f"app_pages/{name}.py").run()


def test_a_librarys_value_error_is_no_bad_input_and_the_log_names_our_last_line(
    app, store_path, monkeypatch, caplog
):
    def fail(*args, **options):
        raise ValueError("operands could not be broadcast together")

    monkeypatch.setattr(pd.DataFrame, "join", fail)  # `Store.scored` calls it
    with caplog.at_level(logging.ERROR):
        open_page(app, "metrics")
    assert not app.exception
    (error,) = app.error
    assert "could not be finished (ValueError)" in error.value
    assert "broadcast" not in text_of(app) + caplog.text
    assert "Metrics page: ValueError in" in caplog.text and "/fascore/store.py:" in caplog.text


def test_bad_input_is_said_in_its_own_sentence_wherever_it_is_found(
    app, store_path, monkeypatch, caplog
):
    def fail(*args):
        raise FascoreError("Expected a. Received: b. Do c.")

    monkeypatch.setattr("dashboard.views.store_page", fail)
    with caplog.at_level(logging.ERROR):
        open_page(app, "compare")
    assert [error.value for error in app.error] == ["Expected a. Received: b. Do c."]
    assert not caplog.text


@pytest.fixture
def readings(monkeypatch):
    """Lists each time that a store's samples are read or hashed."""
    store_tables._samples_at.cache_clear()
    listed = []
    for name in ("read_samples", "fingerprint"):
        work = getattr(store_tables, name)

        def counted(*args, work=work, name=name):
            listed.append(name)
            return work(*args)

        monkeypatch.setattr(store_tables, name, counted)
    return listed


@pytest.mark.parametrize("page", ["compare", "metrics", "images", "explanations"])
def test_samples_are_read_and_hashed_at_most_once_a_page(app, store_path, readings, page):
    open_page(app, page)
    assert not app.error
    assert len(readings) == len(set(readings))


def test_changed_samples_are_read_anew(app, store_path, readings):
    open_page(app, "metrics")
    path = store_path / SAMPLES
    path.write_text(path.read_text().replace(",9,replay", ",8,replay"))
    app.run()
    assert readings == ["read_samples", "fingerprint"] * 2


def change_card(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def trained_anew(folder):
    change_card(folder / CARD, threshold={}, scores={})


def other_weights_lie_there(folder):
    tiny_network(seed=9).save(folder / WEIGHTS)


@pytest.mark.parametrize("happened", [trained_anew, other_weights_lie_there])
@pytest.mark.parametrize("page", ["compare", "metrics"])
def test_scores_of_other_weights_are_never_shown(app, store_path, page, happened):
    open_page(app, page)
    happened(store_path / "cnn")
    app.run()
    assert not app.exception
    (error,) = app.error
    assert "other weights" in error.value and "python -m trainer" in error.value
    tables = [each.value for each in app.dataframe if "APCER" in each.value]
    assert all(MODELS["cnn"].title not in table.index for table in tables)
    assert page == "compare" or tables


def test_key_of_a_model_follows_its_weights(store_path):
    from fascore.store import Store

    before = cache.model_key(Store(store_path), "cnn")
    other_weights_lie_there(store_path / "cnn")
    assert cache.model_key(Store(store_path), "cnn") != before


def test_one_missing_picture_takes_its_tile_and_no_other(app, store_path, tmp_path):
    faces, kept = tmp_path / "faces.zip", {}
    with zipfile.ZipFile(faces) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    del kept["Data/test/2/live/live.jpg"]
    with zipfile.ZipFile(faces, "w") as archive:
        for name, data in kept.items():
            archive.writestr(name, data)
    app.run()
    assert not app.exception
    told = {error.value for error in app.error}
    assert told and all("live.jpg" in sentence and "nothing there" in sentence for sentence in told)
    assert len([button for button in app.button if (button.key or "").startswith("pick_")]) == 1


def test_damaged_background_takes_shap_alone(app, store_path):
    (store_path / BACKGROUND).write_bytes((store_path / BACKGROUND).read_bytes()[:300])
    app.run()
    assert not app.exception
    assert {error.value.split(" in ")[0] for error in app.error} == {
        "Expected SHAP's background images"
    }
    assert text_of(app).count("P(spoof) <b>") == 4
    assert "<small>" in text_of(app) and len(app.get("image")) >= 3 + 2 * 4  # Grad-CAM and LIME


def test_damaged_network_takes_its_column_alone(app, store_path):
    (store_path / "cnn" / WEIGHTS).write_bytes(b"half")
    app.run()
    assert not app.exception
    (error,) = app.error
    assert "cnn's card.json" in error.value and text_of(app).count("P(spoof) <b>") == 3
