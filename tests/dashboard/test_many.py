"""Many pictures at once: what may be given, what each row says, where it leads."""

import io
import threading
import time
import zipfile

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from dashboard import cache, turns
from dashboard.limits import Limits, allowed, limits
from fascore.batch.judging import NO_FACE
from fascore.errors import FascoreError
from fascore.faces import Face
from fascore.images import Box
from fascore.models import VARIANTS, model_title
from fascore.store import WEIGHTS
from tests.dashboard.conftest import encoded, picture, text_of

pytestmark = pytest.mark.usefixtures("store_path", "detect")

TITLES = [model_title(name) for name in VARIANTS]


@pytest.fixture
def many(app):
    return app.switch_page("app_pages/many.py").run()


def packed(files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def give(app, files):
    given = [(name, data, "application/octet-stream") for name, data in files.items()]
    app.file_uploader[0].set_value(given).run()
    assert not app.exception
    return app


def pictures(number: int) -> dict[str, bytes]:
    return {f"{seed}.png": encoded(picture(seed)) for seed in range(number)}


def table(app) -> pd.DataFrame:
    assert len(app.dataframe) == 1
    return app.dataframe[0].value


def errors(app) -> list[str]:
    return [error.value for error in app.error]


def test_every_face_is_a_row_with_all_verdicts_and_a_bad_file_is_one_with_its_reason(many, detect):
    detect(Box(10, 10, 70, 80), Box(20, 20, 40, 40))
    files = {"a.png": encoded(picture(1)), "b.txt": b"hello", "c.png": encoded(picture(2))}
    app = give(many, files)
    rows = table(app)
    assert not app.error
    assert list(rows["Picture"]) == ["a.png", "a.png", "b.txt", "c.png", "c.png"]
    assert list(rows["Face"]) == ["1", "2", "", "1", "2"]
    assert "a text file" in rows["Note"][2]
    words = rows[TITLES].drop(index=2).map(lambda cell: cell.split()[1])
    assert words.isin(["SPOOF", "LIVE"]).all(axis=None)
    votes = (words == "SPOOF").sum(axis=1).map(lambda number: f"{number} of 4")
    assert rows["Say SPOOF"].drop(index=2).equals(votes)
    assert "4 faces in 3 files" in text_of(app) and "1 file not judged" in text_of(app)


def test_scores_are_those_that_compare_shows_of_the_same_picture(many):
    app = give(many, pictures(1))
    row = table(app).iloc[0]
    app.switch_page("app_pages/compare.py").run()
    app.segmented_control(key="source").set_value("upload").run()
    app.file_uploader[0].set_value(("0.png", pictures(1)["0.png"], "image/png")).run()
    shown = "".join(element.proto.body for element in app.get("html"))
    for title in TITLES:
        _, word, score = row[title].split()
        assert f"{word} <small>" in shown and f"P(spoof) <b>{score}</b>" in shown


def test_rows_are_filtered_by_what_the_networks_say(many):
    app = give(many, pictures(6) | {"b.txt": b"hello"})
    everything = table(app)
    votes = everything["Say SPOOF"].str[:1]
    expected = {
        "spoof": votes == "4",
        "live": votes == "0",
        "differ": votes.isin(["1", "2", "3"]),
        "not_judged": votes == "",
    }
    assert expected["differ"].any() and not expected["differ"].all()
    for kind, rows in expected.items():
        app.segmented_control(key="many_kind").set_value(kind).run()
        found = list(table(app)["Picture"]) if app.dataframe else []
        assert found == list(everything["Picture"][rows]), kind


def test_verdicts_follow_the_threshold_without_judging_anew(many, monkeypatch):
    app = give(many, pictures(2))

    def fail(*args, **options):
        pytest.fail("judged again")

    monkeypatch.setattr(cache, "detect", fail)
    app.selectbox(key="threshold_rule").set_value("hand").run()
    app.number_input(key="threshold_value").set_value(0.0).run()
    assert table(app)[TITLES].map(lambda cell: "SPOOF" in cell).all(axis=None)
    assert f"{len(TITLES)} of {len(TITLES)}" in list(table(app)["Say SPOOF"])


def pick(app, number: int):
    """Ticks a row of the table."""
    key = app.dataframe[0].key
    app.session_state[key] = {"selection": {"rows": [number], "columns": [], "cells": []}}
    return app.run()


def test_a_row_opens_compare_with_its_picture_and_its_face(many, detect):
    detect(Box(10, 10, 70, 80), Box(20, 20, 40, 40))
    app = pick(give(many, pictures(2)), 3)
    next(button for button in app.button if button.label == "Open in Compare").click().run()
    app.switch_page("app_pages/compare.py").run()  # as the click has done in a browser
    assert not app.exception and not app.error
    assert app.session_state["face"] == 1 and "the chosen one is judged" in text_of(app)
    assert app.segmented_control(key="source").value == "upload"
    shown = app.session_state["shown"].picture.pixels
    assert np.array_equal(shown, np.asarray(picture(1)))


def test_a_picture_without_a_face_and_a_broken_member_are_rows_and_the_others_are_judged(
    many, monkeypatch
):
    found = iter([[], [Face(Box(10, 10, 70, 80), np.zeros((5, 2), np.float32), 0.99)]])
    monkeypatch.setattr(cache, "detect", lambda pixels: next(found))
    members = {"1.png": b"not a picture\0", **{f"{n}.png": encoded(picture(n)) for n in (2, 3)}}
    archive = packed(members | {"inside.zip": packed({})})
    rows = table(give(many, {"visit.zip": archive})).set_index("Picture")
    assert "a file of another kind" in rows["Note"]["visit.zip/1.png"]
    assert rows["Note"]["visit.zip/2.png"] == NO_FACE
    assert rows["Face"]["visit.zip/3.png"] == "1"
    assert "a .zip inside a .zip" in rows["Note"]["visit.zip/inside.zip"]


@pytest.mark.parametrize(
    ("variable", "files", "told"),
    [
        (
            "FASCORE_MAX_BATCH_FILES",
            {"v.zip": packed(dict.fromkeys("abcd", b""))},
            "at most 3 files",
        ),
        ("FASCORE_MAX_BATCH_MEGABYTES", {"a.png": bytes(4 * 2**20)}, "3 MB in all"),
    ],
)
def test_a_limit_is_said_before_and_one_sentence_when_it_is_hit(
    many, monkeypatch, variable, files, told
):
    monkeypatch.setenv(variable, "3")
    app = many.run()
    assert told in app.file_uploader[0].label
    give(app, files)
    (error,) = errors(app)
    assert error.startswith("Expected at most 3") and error.endswith("Give them in parts.")
    assert not app.dataframe


def test_pictures_a_minute_are_limited_and_the_rest_is_judged_when_they_may_be(many, monkeypatch):
    monkeypatch.setenv("FASCORE_MAX_PICTURES_A_MINUTE", "10")
    app = give(many, pictures(12))
    assert len(table(app)) == 10
    (warning,) = [w.value for w in app.warning if "a minute" in w.value]
    assert warning.startswith("Expected at most 10 of your own pictures a minute.")
    assert warning.endswith("2 files are not judged yet.")
    monkeypatch.setenv("FASCORE_MAX_PICTURES_A_MINUTE", "100")
    app.button(key="many_go_on").click().run()
    assert list(table(app)["Picture"]) == list(pictures(12))


def test_a_batch_takes_turns_in_pieces_and_says_its_place(many, monkeypatch):
    told, others = [], []
    detect, words = cache.detect, turns.place_words

    def another(pixels):  # asks for maps while a picture of the batch is looked at
        if not others:
            others.append(turns.HEAVY.turn(lambda before: None, lambda: None))
            threading.Thread(target=others[0].__enter__).start()
            while len(turns.HEAVY._waiting) < 2:
                time.sleep(0.01)
        return detect(pixels)

    def leave(before):
        told.append(words(before))
        others[0].__exit__(None, None, None)
        return told[-1]

    monkeypatch.setattr(cache, "detect", another)
    monkeypatch.setattr(turns, "place_words", leave)
    app = give(many, pictures(6))
    assert told == ["1 other before you."]  # the second piece had to wait, the first had not
    assert list(table(app)["Picture"]) == list(pictures(6))


def test_a_batch_that_is_broken_off_goes_on_and_counts_no_picture_twice(many, monkeypatch):
    detect, looked = cache.detect, []

    def click(pixels):
        looked.append(pixels)
        if len(looked) == 3:
            st.rerun()
        return detect(pixels)

    monkeypatch.setenv("FASCORE_MAX_PICTURES_A_SESSION", "6")
    monkeypatch.setattr(cache, "detect", click)
    app = give(many, pictures(6))
    assert list(table(app)["Picture"]) == list(pictures(6))
    assert not any("in one session" in warning.value for warning in app.warning)


def test_an_upload_on_compare_counts_as_a_picture_of_ones_own(app, monkeypatch):
    monkeypatch.setenv("FASCORE_MAX_PICTURES_A_SESSION", "1")
    app.run()
    app.segmented_control(key="source").set_value("upload").run()
    for number, refused in ((0, False), (1, True)):
        data = encoded(picture(number))
        app.file_uploader[0].set_value((f"{number}.png", data, "image/png")).run()
        assert any("in one session" in error for error in errors(app)) == refused
    assert "shown" not in app.session_state


def test_files_leave_streamlits_keeping_at_once_and_the_page_when_forgotten(many, monkeypatch):
    remove, left = MemoryUploadedFileManager.remove_file, []

    def removed(self, session_id, file_id):
        remove(self, session_id, file_id)
        left.append(sum(map(len, self.file_storage.values())))

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", removed)
    app = give(many, pictures(2))
    assert len(app.session_state["many_batch"].files) == 2
    assert left == [1, 0]
    app.button(key="many_forget").click().run()
    assert "many_batch" not in app.session_state and not app.dataframe


def test_other_files_take_the_place_of_those_before(many):
    give(many, pictures(1))
    assert list(table(give(many, {"x.png": encoded(picture(9))}))["Picture"]) == ["x.png"]


def test_a_network_that_cannot_be_loaded_is_named_and_the_others_judge(many, store_path):
    (store_path / "cnn" / WEIGHTS).write_bytes(b"damaged")
    app = give(many, pictures(1))
    assert len(app.error) == 1
    rows = table(app)
    assert model_title("cnn") not in rows and set(TITLES) - {model_title("cnn")} <= set(rows)


def test_another_store_judges_the_same_files_anew(many, second_path, monkeypatch):
    app = give(many, pictures(1))
    before = app.session_state["many_batch"].judged_by
    monkeypatch.setenv("FASCORE_STORE", str(second_path))
    app.run()
    assert len(table(app)) == 1
    assert app.session_state["many_batch"].judged_by != before


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", ""])
def test_a_limit_that_is_no_number_is_one_sentence(many, monkeypatch, text):
    monkeypatch.setenv("FASCORE_MAX_BATCH_FILES", text)
    with pytest.raises(FascoreError, match="FASCORE_MAX_BATCH_FILES. Received"):
        limits()
    app = many.run()
    assert len(errors(app)) == 1 and "FASCORE_MAX_BATCH_FILES" in errors(app)[0]


@pytest.mark.parametrize(
    ("taken", "wanted", "now", "number", "told"),
    [
        ([], 3, 0, 3, None),
        ([0, 50], 1, 55, 1, None),
        ([0, 50], 3, 55, 1, "a minute. Received: more. Go on in 5 s."),
        ([0, 50, 50], 1, 55, 0, "Go on in 5 s."),
        ([0, 50, 50], 1, 60, 1, None),  # the first is a minute ago
        ([], 4, 0, 3, "a minute"),
        ([0, 1, 2, 3], 3, 500, 1, "in one session"),
        ([0, 1, 2, 3, 4], 1, 500, 0, "in one session"),
    ],
)
def test_pictures_are_counted_by_the_minute_and_by_the_session(taken, wanted, now, number, told):
    few = Limits(pictures_a_minute=3, pictures_a_session=5)
    found, why_not = allowed(taken, wanted, now=now, limits=few)
    assert found == number
    assert why_not is None if told is None else told in why_not
