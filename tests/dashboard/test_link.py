"""The address of Compare names the gallery picture on show, and opens it again."""

import pytest

from dashboard import cache
from fascore.store import Store
from tests.dashboard.conftest import encoded, picture, text_of

pytestmark = pytest.mark.usefixtures("detect")


@pytest.fixture
def attack(store_path):
    """A test image that is not the one shown first."""
    store = Store(store_path)
    groups = cache.gallery(str(store_path), cache.samples_stamp(store))
    return next(group for name, group in groups.items() if name != "live")[-1]


def test_the_picture_on_show_is_in_the_address(app, store_path):
    app.run()
    first = app.query_params["sample"]
    app.segmented_control(key="species").set_value("replay").run()
    assert app.query_params["sample"] != first and "set" not in app.query_params


def test_a_link_opens_its_picture(app, attack):
    app.query_params["sample"] = attack.sample_id
    app.run()
    assert not app.exception and not app.error
    assert "True label: spoof" in text_of(app)
    assert app.query_params["sample"] == attack.sample_id
    assert not any("Session State" in each.value for each in app.warning)


def test_after_a_link_another_picture_can_be_chosen(app, attack):
    app.query_params["sample"] = attack.sample_id
    app.run()
    app.segmented_control(key="species").set_value("live").run()
    assert not app.exception and "True label: live" in text_of(app)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"sample": "gone.jpg"}, "gone.jpg, which is not in it"),
        ({"sample": "1.jpg", "set": "elsewhere"}, "Received: 'elsewhere'"),
    ],
)
def test_a_link_to_what_is_not_there_is_one_sentence(app, store_path, link, sentence):
    for key, value in link.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception and any(sentence in each.value for each in app.error)
    assert "True label: live" in text_of(app)


def test_an_upload_is_in_no_link(app, store_path):
    app.run()
    app.segmented_control(key="source").set_value("upload").run()
    app.file_uploader[0].set_value(("face.png", encoded(picture()), "image/png")).run()
    assert "sample" not in app.query_params and "in no link" in text_of(app)
