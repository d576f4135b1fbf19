"""Heavy work is done one piece at a time; who waits knows the place, and who leaves frees it."""

import threading

import pytest

from dashboard import turns
from dashboard.turns import Turns
from tests.dashboard.conftest import text_of


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
