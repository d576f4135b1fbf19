import json
import shutil

import pytest

from fascore.models import VARIANTS
from fascore.store import CARD, HISTORY
from fascore.training.history import STATE
from tests.dashboard.conftest import text_of
from tests.fascore.training.conftest import history, write_state


@pytest.fixture
def trained_path(store_path):
    """The store with a history of each network."""
    for name in VARIANTS:
        history([0.5, 0.4]).to_csv(store_path / name / HISTORY, index=False)
    return store_path


@pytest.fixture
def training(app, trained_path):
    return app.switch_page("app_pages/training.py")


def charts(app):
    return {chart.key: json.loads(chart.proto.spec) for chart in app.get("plotly_chart")}


def test_each_network_has_its_curves(training):
    training.run()
    assert not training.exception and not training.error
    assert {*charts(training)} == {f"loss_{name}" for name in VARIANTS}
    training.segmented_control(key="training_metric").set_value("auc").run()
    assert {*charts(training)} == {f"auc_{name}" for name in VARIANTS}


def test_studys_runs_are_drawn_with_the_network(training, studied_path):
    history([0.9]).to_csv(studied_path / "study" / "seed-0" / "cnn" / HISTORY, index=False)
    names = [line["name"] for line in charts(training.run())["loss_cnn"]["data"]]
    assert "validation, study's runs" in names


def test_networks_trained_alike_are_said_to_be_but_for_the_seed(training):
    table = next(shown.value for shown in training.run().dataframe if "Differs" in shown.value)
    assert table.index.tolist() == ["seed"] and table["Differs"].tolist() == ["≠"]
    training.toggle(key="settings_only").set_value(False).run()
    table = next(shown.value for shown in training.dataframe if "Differs" in shown.value)
    assert (table.loc["data set"] == ["", *["tiny faces"] * len(VARIANTS)]).all()


def test_what_training_took_is_told(training):
    table = next(shown.value for shown in training.run().dataframe if "Device" in shown.value)
    assert (table["Seconds an epoch"] == "2.0").all() and (table["Epochs trained"] == "1").all()


def test_network_without_history_is_named(training, trained_path):
    (trained_path / "cnn" / HISTORY).unlink()
    assert "No history is in the store for: CNN." in text_of(training.run())


def test_training_in_progress_is_shown_with_its_epochs_so_far(training, trained_path):
    write_state(trained_path / "cnn_spatial", [0.8, 0.7, 0.6])
    page = text_of(training.run())
    assert "**CNN + spatial**: 3 of at most 8 epochs done, the last " in page
    names = [line["name"] for line in charts(training)["loss_cnn_spatial"]["data"]]
    assert "validation, in progress" in names


def test_first_training_is_shown_before_there_is_a_store(training, store_path):
    for name in VARIANTS:
        shutil.rmtree(store_path / name)
    write_state(store_path / "cnn", [0.8])
    page = text_of(training.run())
    assert "**CNN**: 1 of at most 8 epochs done" in page
    assert {*charts(training)} == {"loss_cnn"}


def test_state_that_cannot_be_read_is_one_sentence(training, trained_path):
    (trained_path / "cnn" / STATE).write_bytes(b"no arrays")
    training.run()
    assert not training.exception
    assert [error.value[:39] for error in training.error] == [
        "Expected the state of a training in " + str(trained_path)[:3]
    ]


def test_network_without_a_card_is_named_beside_the_others(training, trained_path):
    (trained_path / "cnn" / CARD).unlink()
    training.run()
    assert len(training.error) == 1 and not training.exception
    assert {*charts(training)} == {f"loss_{name}" for name in VARIANTS if name != "cnn"}
