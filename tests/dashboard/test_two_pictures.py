"""A second picture beside the first: whom it is of, what is compared, and what cannot be."""

import numpy as np
import pytest

from dashboard import cache
from fascore.data import open_data
from fascore.images import Box
from fascore.models import VARIANTS
from fascore.store import Store
from tests.conftest import SIZE
from tests.dashboard.conftest import encoded, picture, text_of

pytestmark = pytest.mark.usefixtures("store_path", "detect")


def pictures(app, words):
    shown = [each for block in app.get("image") for each in block.proto.imgs]
    return [each for each in shown if each.caption.startswith(words)]


def beside(app):
    app.run()
    return app.toggle(key="beside").set_value(True).run()


def sample(app, store_path, name):
    groups = cache.gallery(str(store_path), cache.sets_stamp(Store(store_path)))
    found = [each for group in groups.values() for each in group]
    return next(each for each in found if each.sample_id == app.query_params[name])


def test_the_same_person_of_the_other_class_is_set_beside_at_once(app, store_path):
    beside(app)
    assert not app.exception and not app.error
    first, second = (sample(app, store_path, name) for name in ("sample", "beside"))
    assert first.subject == second.subject and first.label != second.label
    assert len(pictures(app, "First minus second")) == len(VARIANTS)
    assert text_of(app).count(", then ") == len(VARIANTS)
    assert "networks say" in text_of(app)


def test_another_face_and_another_method_can_be_chosen(app, store_path):
    beside(app)
    before = app.query_params["beside"]
    app.segmented_control(key="second_source").set_value("replay").run()
    assert sample(app, store_path, "beside").pai_species == "replay"
    app.segmented_control(key="second_method").set_value("shap").run()
    assert not app.exception and not app.error and before != app.query_params["beside"]
    assert any("≤ −" in each.proto.body for each in app.get("html"))


def test_the_way_back_sets_the_second_picture_beside_again(app, store_path, go_back):
    beside(app)
    link = dict(app.query_params)
    app.toggle(key="beside").set_value(False).run()
    assert "beside" not in app.query_params and not pictures(app, "First minus second")
    go_back(app, link)
    assert app.query_params == link and pictures(app, "First minus second")


def test_a_link_to_a_second_picture_that_is_not_there_is_one_sentence(app):
    app.query_params["beside"] = "gone.jpg"
    app.run()
    assert len(app.error) == 1 and "gone.jpg, which is not in it" in app.error[0].value
    assert len(pictures(app, "First minus second")) == 0 and "networks say" in text_of(app)


def upload_second(app, data):
    app.segmented_control(key="second_source").set_value("upload").run()
    return app.file_uploader(key="second_upload").set_value(("second.png", data, "image/png")).run()


def test_an_upload_can_be_the_second_picture_and_is_in_no_link(app):
    upload_second(beside(app), encoded(picture(9)))
    assert not app.exception and not app.error
    assert len(pictures(app, "First minus second")) == len(VARIANTS)
    assert "beside" not in app.query_params and "a picture of yours" in "".join(
        each.caption for each in pictures(app, "Second picture")
    )


def test_an_upload_set_beside_counts_as_a_picture_of_ones_own(app, monkeypatch):
    monkeypatch.setenv("FASCORE_MAX_PICTURES_A_SESSION", "1")
    beside(app)
    for number, refused in ((0, False), (1, True)):
        upload_second(app, encoded(picture(number)))
        assert any("in one session" in error.value for error in app.error) == refused
        assert bool(pictures(app, "First minus second")) != refused


def test_a_second_picture_without_a_face_gets_a_sentence(app, detect):
    beside(app)
    detect()
    upload_second(app, encoded(picture(9)))
    assert any("No face was found in the second picture" in each.value for each in app.warning)
    assert not pictures(app, "First minus second") and not app.error
    detect(Box(10, 10, 70, 80))


def test_a_second_file_that_is_no_picture_gets_its_sentence(app):
    upload_second(beside(app), b"not a picture at all\n" * 9)
    assert len(app.error) == 1 and "a text file" in app.error[0].value
    assert not pictures(app, "First minus second")


def test_maps_of_two_verdicts_explain_two_classes_and_are_not_subtracted(app, store_path):
    beside(app)
    opened = Store(store_path)
    data = open_data(opened.card("cnn").data["root"])
    both = [sample(app, store_path, name) for name in ("sample", "beside")]
    seen = [data.face_input(each, size=SIZE, expansion=1.5) for each in both]
    between = float(opened.load("cnn").spoof_scores(np.stack(seen)).mean())
    app.radio(key="target").set_value("predicted")
    app.selectbox(key="threshold_rule").set_value("hand").run()
    app.number_input(key="threshold_value").set_value(between).run()
    told = [each.value for each in app.error]
    assert told and all("explain the same class" in each for each in told)
    assert len(pictures(app, "First minus second")) + len(told) == len(VARIANTS)


def test_the_second_follows_the_first_to_another_person(app, store_path):
    beside(app)
    before = sample(app, store_path, "beside")
    for pick in [each for each in app.button if each.key.startswith("pick_")][:2]:
        if pick.proto.type != "primary":
            pick.click().run()
            break
    after = sample(app, store_path, "beside")
    assert after.subject == sample(app, store_path, "sample").subject
    assert after.subject != before.subject
