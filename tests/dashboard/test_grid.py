import pytest

from dashboard import cache, turns
from dashboard.views import grid

FIRST = ["grad_cam"] * 4  # a step for each network


@pytest.fixture
def order(monkeypatch):
    """What Compare does, in its order: maps by method, and the strip of scores."""
    done = []
    explain, draw = cache.explanations, grid.fill_maps

    def explained(keys, explainer, *given, **options):
        if "tell" in options:  # a map of the grid
            done.append(explainer.name)
        return explain(keys, explainer, *given, **options)

    def filled(*given, meanwhile):
        return draw(*given, meanwhile=lambda: (done.append("strip"), meanwhile()))

    monkeypatch.setattr(cache, "explanations", explained)
    monkeypatch.setattr("dashboard.views.fill_maps", filled)
    return done


@pytest.mark.usefixtures("store_path", "detect")
@pytest.mark.parametrize("somebody_waits", [False, True])
def test_the_strip_comes_after_the_first_row_unless_that_waits_for_others(
    app, order, monkeypatch, somebody_waits
):
    monkeypatch.setattr(turns.Turns, "taken", somebody_waits)
    assert not app.run().exception
    before = [] if somebody_waits else FIRST
    assert order[: len(before) + 1] == [*before, "strip"]
    assert order.count("strip") == 1 and {"lime", "shap"} < set(order)


@pytest.mark.usefixtures("store_path", "detect")
@pytest.mark.parametrize("methods", [[], ["grad_cam"]])
def test_the_strip_comes_where_there_is_no_second_row(app, order, methods):
    app.session_state["methods"] = methods
    assert not app.run().exception
    assert order == [*FIRST[: 4 * len(methods)], "strip"]


def test_a_turn_is_taken_while_somebody_holds_it():
    heavy = turns.Turns()
    assert not heavy.taken
    with heavy.turn(lambda before: None, lambda: None):
        assert heavy.taken
    assert not heavy.taken
