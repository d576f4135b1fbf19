"""Heavy work is done piece by piece, behind verdicts; who waits knows it, who leaves frees it."""

import threading
from contextlib import ExitStack

import pytest

from dashboard import cache, turns, views
from dashboard.turns import Turns
from fascore.explain import GradCAM, LimeImage
from fascore.models import VARIANTS
from fascore.models.face_model import FaceModel
from tests.dashboard.conftest import check_clean, text_of


def nothing(*_):
    pass


def test_turns_come_in_the_order_in_which_they_were_asked_for():
    held, told, order = Turns(), {"b": [], "c": []}, []
    asked = {name: threading.Event() for name in told}

    def work(name):
        def tell(before):
            told[name].append(before)
            asked[name].set()

        with held.turn(tell, nothing):
            order.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in told]
    with held.turn(nothing, nothing):
        for thread, event in zip(threads, asked.values(), strict=True):
            thread.start()
            event.wait(10)
        order.append("a")
    for thread in threads:
        thread.join(10)
    assert order == ["a", "b", "c"]
    assert told["b"] == [1] and told["c"][0] == 2


def test_who_leaves_while_waiting_frees_the_place():
    class LeftError(Exception):
        pass

    def leave():
        raise LeftError

    held = Turns()
    with held.turn(nothing, nothing):
        with pytest.raises(LeftError), held.turn(nothing, leave):
            pytest.fail("a turn for somebody who left")
    with held.turn(nothing, leave):  # nobody is before: no waiting, no look
        pass


def test_work_that_fails_ends_its_turn():
    held = Turns()
    with pytest.raises(ZeroDivisionError), held.turn(nothing, nothing):
        1 / 0  # noqa: B018
    with held.turn(lambda before: pytest.fail("somebody is still before"), nothing):
        pass


def test_heavy_work_gives_way_to_verdicts_on_their_way_and_not_to_those_asked_for_meanwhile():
    held, order = Turns(), []
    first, second = held.verdict(), held.verdict()
    given = first.__enter__()

    def look():
        second.__enter__()  # another visitor's, who comes meanwhile
        order.append("verdict")
        given()

    held.give_way(look)
    order.append("batch")
    assert order == ["verdict", "batch"]
    second.__exit__(None, None, None)
    held.give_way(lambda: pytest.fail("no verdict is on its way"))


def test_a_turn_that_has_come_waits_for_verdicts_too():
    held = Turns()
    with held.verdict() as given:
        looks = iter([given])
        with held.turn(lambda before: pytest.fail("nobody is before"), lambda: next(looks)()):
            assert not list(looks)


def test_a_verdict_that_fails_holds_nothing_back():
    held = Turns()
    with pytest.raises(ZeroDivisionError), held.verdict():
        1 / 0  # noqa: B018
    held.give_way(lambda: pytest.fail("no verdict is on its way"))


def test_a_verdict_that_never_comes_does_not_hold_others_for_ever(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST", 0.0)
    held = Turns()
    with held.verdict():
        held.give_way(lambda: pytest.fail("still waiting"))


def test_who_leaves_while_giving_way_frees_the_turn():
    class LeftError(Exception):
        pass

    def leave():
        raise LeftError

    held = Turns()
    with held.verdict():
        with pytest.raises(LeftError), held.turn(nothing, leave):
            pytest.fail("work for somebody who left")
    with held.turn(lambda before: pytest.fail("somebody is still before"), leave):
        pass


@pytest.mark.usefixtures("store_path", "detect")
def test_maps_wait_for_others_with_their_place_shown_and_those_made_before_do_not(app, monkeypatch):
    told, shown = [], turns.place_words
    other = turns.HEAVY.turn(nothing, nothing)

    def words(before):
        told.append(shown(before))
        other.__exit__(None, None, None)
        return told[-1]

    monkeypatch.setattr(turns, "place_words", words)
    other.__enter__()
    app.run()
    assert not app.exception and told == ["1 other before you."]
    assert "being computed" not in text_of(app)

    with turns.HEAVY.turn(nothing, nothing):
        app.run()
    assert not app.exception and len(told) == 1


@pytest.mark.usefixtures("store_path", "detect")
@pytest.mark.parametrize("begun", [GradCAM, LimeImage])
def test_no_map_goes_on_while_another_visitor_waits_for_a_verdict(app, monkeypatch, begun):
    """The other one comes when a method has begun, and has the verdict at the second look.

    The first is at whether the visitor is still there.
    """
    events, given, looks = [], [], iter([None, "verdict"])
    explain, forward = begun.explain, FaceModel._forward

    def ask(*args, **kwargs):
        if "asked" not in events:
            events.append("asked")
            given.append(other.enter_context(turns.HEAVY.verdict()))
        return explain(*args, **kwargs)

    def look():
        if given and next(looks):
            events.append("verdict")
            given.pop()()

    def batch(*args):
        events.append("batch")
        return forward(*args)

    monkeypatch.setattr(begun, "explain", ask)
    monkeypatch.setattr(turns, "go_on", look)
    monkeypatch.setattr(FaceModel, "_forward", batch)
    with ExitStack() as other:
        app.run()
    check_clean(app)
    asked = events.index("asked")
    assert events[asked + 1] == "verdict" and "batch" in events[asked + 2 :]


@pytest.mark.usefixtures("store_path", "detect")
def test_own_verdicts_are_on_the_page_before_it_gives_way_to_others(app, monkeypatch):
    shown = []
    verdict, firmness = views.verdict, cache.firmness
    monkeypatch.setattr(
        views,
        "verdict",
        lambda *args, **kwargs: shown.append("verdict") or verdict(*args, **kwargs),
    )
    monkeypatch.setattr(
        cache, "firmness", lambda *args, **kwargs: shown.append("more") or firmness(*args, **kwargs)
    )
    with turns.HEAVY.verdict() as given:
        monkeypatch.setattr(turns, "go_on", lambda: shown.append("gave way") or given())
        app.run()
    check_clean(app)
    assert shown[: len(VARIANTS) + 2] == ["verdict"] * len(VARIANTS) + ["gave way", "more"]
