from fascore.training.history import read_runs
from fascore.training.settings import (
    NOT_RECORDED,
    cost_table,
    differing,
    earlier_note,
    settings_table,
)
from tests.fascore.training.conftest import CONFIG, card


def test_only_settings_in_which_networks_differ_are_named():
    cards = {"cnn": card("cnn"), "cnn_channel": card("cnn_channel", config=CONFIG | {"epochs": 9})}
    table = settings_table(cards)
    assert table.index[differing(table)].tolist() == ["epochs"]
    assert table.loc["epochs"].tolist() == ["8", "9"]
    assert table.loc["training images"].tolist() == ["5", "5"]


def test_setting_that_one_card_lacks_is_said_not_to_be_recorded():
    cards = {"cnn": card("cnn"), "cnn_channel": card("cnn_channel", config=CONFIG | {"dropout": 1})}
    assert settings_table(cards).loc["dropout"].tolist() == [NOT_RECORDED, "1"]


def test_setting_that_a_recipe_does_without_is_none_and_not_unrecorded():
    config = CONFIG | {"monitor": None}
    cards = {"cnn": card("cnn", config=config), "cnn_channel": card("cnn_channel")}
    assert settings_table(cards).loc["monitor"].tolist()[0] == "none"


def test_what_came_before_is_said_of_networks_that_go_on_from_others():
    fresh, on = card("cnn"), card("cnn_channel", initial_weights="runs/first")
    assert earlier_note({"cnn": fresh}) == ""
    assert "trained before (runs/first)" in earlier_note({"cnn": fresh, "cnn_channel": on})


def test_time_an_epoch_is_the_historys_or_the_whole_times_share(trained):
    cards = {"cnn": card("cnn"), "cnn_channel": card("cnn_channel", seconds=10.0)}
    runs = {"cnn": read_runs(trained)[0]}
    costs = cost_table(cards, runs)
    assert costs["seconds an epoch"].tolist() == ["2.0", "5.0"]
    assert costs["device"].tolist() == [NOT_RECORDED] * 2
    assert costs["finished"].tolist() == ["2026-01-02"] * 2
