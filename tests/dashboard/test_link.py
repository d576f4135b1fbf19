"""The address of Compare names the gallery picture on show, and opens it again."""

from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import cache
from fascore.store import Store
from tests.dashboard.conftest import APP, encoded, picture, text_of
from tests.fascore.conftest import record_rule

pytestmark = pytest.mark.usefixtures("detect")


@pytest.fixture
def attack(store_path):
    """A test image that is not the one shown first."""
    store = Store(store_path)
    groups = cache.gallery(str(store_path), cache.sets_stamp(store))
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


def open_link(app, **link):
    for name, text in link.items():
        app.query_params[name.replace("__", ".")] = text
    return app.run()


SHOWN = {
    "threshold": "0.25",
    "networks": "cnn,cnn_spatial",
    "target": "live",
    "methods": "grad_cam,lime",
    "view": "pixels",
    "judge": "1",
    "lime__samples": "60",
    "lime__seed": "3",
    "grad_cam__layer": "feature_map",
    "brightness": "60",
}


def test_a_link_opens_all_that_it_names_and_names_it_still(app, attack):
    open_link(app, sample=attack.sample_id, **SHOWN)
    assert not app.exception and not app.error
    assert not any("Session State" in each.value for each in app.warning)
    page = text_of(app)
    assert page.count('"fs-chip fs-') == 2 and "SHAP <small>" not in page
    assert "Threshold 0.250 (set by hand)" in page and "for live" in page
    assert "60 pictures with areas hidden" in page and "changed by the sliders" in page
    assert app.number_input(key="lime_seed").value == 3 and app.toggle(key="judge").value
    named = {name.replace("__", "."): text for name, text in SHOWN.items()}
    assert app.query_params == {"sample": attack.sample_id, **named}


def test_the_address_names_only_what_differs_from_the_defaults(app, store_path):
    app.run()
    assert set(app.query_params) == {"sample"}
    app.number_input(key="shap_num_samples").set_value(50)
    app.radio(key="target").set_value("live").run()
    assert {**app.query_params, "sample": None} == {
        "sample": None,
        "shap.samples": "50",
        "target": "live",
    }


def test_the_way_back_shows_what_was_there(app, store_path, go_back):
    app.run()
    before = dict(app.query_params)
    app.radio(key="target").set_value("live").run()
    go_back(app, before)
    assert app.radio(key="target").value == "spoof" and app.query_params == before


def test_the_way_back_to_an_address_without_words_shows_all_defaults(app, store_path, go_back):
    app.switch_page("app_pages/metrics.py").run()
    assert app.query_params == {}
    own = app.selectbox(key="threshold_rule").value
    app.selectbox(key="threshold_rule").set_value("bpcer_1").run()
    assert app.query_params == {"threshold": "bpcer_1"}
    go_back(app, {})
    assert app.selectbox(key="threshold_rule").value == own and app.query_params == {}


def test_an_address_behind_the_widgets_undoes_no_change(app, store_path):
    """Whatever follows a change at once is sent before the browser knows the change's address."""
    app.run()
    before = dict(app.query_params)
    app.radio(key="target").set_value("live").run()
    app.query_params.clear()
    app.query_params.update(before)
    app.run()  # of a widget that the address does not name, or that was given its own value
    assert app.radio(key="target").value == "live" and app.query_params["target"] == "live"


def test_the_threshold_is_in_the_address_of_every_page(app, store_path):
    app.switch_page("app_pages/metrics.py")
    open_link(app, threshold="bpcer_1")
    assert app.selectbox(key="threshold_rule").value == "bpcer_1"
    app.selectbox(key="threshold_rule").set_value("eer").run()
    assert "threshold" not in app.query_params


def test_a_store_opens_at_the_rule_that_it_records(app, store_path, go_back):
    record_rule(Store(store_path), "BPCER = 5 %")
    app.run()
    assert app.selectbox(key="threshold_rule").value == "bpcer_5"
    assert "Threshold 0.400 (BPCER = 5 %, chosen on validation)" in text_of(app)
    before = dict(app.query_params)
    assert "threshold" not in before
    app.selectbox(key="threshold_rule").set_value("eer").run()
    assert app.query_params["threshold"] == "eer"
    go_back(app, before)
    assert app.selectbox(key="threshold_rule").value == "bpcer_5"


def test_a_link_without_a_threshold_opens_at_the_stores_own(app, store_path):
    record_rule(Store(store_path), "BPCER = 5 %")
    open_link(app, target="live")
    assert app.selectbox(key="threshold_rule").value == "bpcer_5"


def test_a_rule_that_nobody_chose_follows_the_store(app, store_path, second_path, monkeypatch):
    record_rule(Store(second_path), "BPCER = 5 %")
    monkeypatch.setattr(
        "sys.argv", ["app", "--store", str(store_path), "--store", str(second_path)]
    )
    app.run().sidebar.selectbox(key="store").set_value(second_path).run()
    assert app.selectbox(key="threshold_rule").value == "bpcer_5"
    app.selectbox(key="threshold_rule").set_value("apcer_5").run()  # chosen: it stays
    app.sidebar.selectbox(key="store").set_value(store_path).run()
    assert app.selectbox(key="threshold_rule").value == "apcer_5"


def test_a_link_names_the_store_where_several_are_open(
    app, store_path, second_path, monkeypatch, attack
):
    monkeypatch.setattr(
        "sys.argv", ["app", "--store", str(store_path), "--store", str(second_path)]
    )
    open_link(app, store="second", sample=attack.sample_id)
    assert not app.error and app.selectbox(key="store").value == second_path
    assert app.query_params == {"store": "second", "sample": attack.sample_id}


BAD_PARTS = {
    "store": ("elsewhere", "Expected as store of the link: store. Received: 'elsewhere'"),
    "threshold": ("1.5", "or a number from 0 to 1. Received: '1.5'"),
    "networks": ("cnn,resnet", "Received: 'resnet'"),
    "target": ("both", "Expected as target of the link: spoof, live, predicted"),
    "methods": ("lime,ouija", "Received: 'ouija'"),
    "view": ("cubes", "Received: 'cubes'"),
    "lime__superpixels": ("5000", "Superpixels: a number from 2 to 1000. Received: '5000'"),
    "lime__settled": ("nan", "How steady is enough: a number from 0.5 to 1. Received: 'nan'"),
    "shap__seed": ("x", "Received: 'x'"),
    "grad_cam__layer": ("logits", "Layer: last_conv, feature_map. Received: 'logits'"),
    "blur": ("-3", "Blur: a number from 0 to 50. Received: '-3'"),
}


def test_each_bad_part_of_a_link_gets_its_sentence_and_the_rest_is_used(app, attack):
    bad = {name: text for name, (text, _) in BAD_PARTS.items()}
    open_link(app, sample=attack.sample_id, **bad, lime__samples="40")
    assert not app.exception and len(app.error) == len(BAD_PARTS)
    said = "\n".join(each.value for each in app.error)
    assert all(sentence in said for _, sentence in BAD_PARTS.values())
    assert (
        "True label: spoof" in text_of(app) and app.number_input(key="lime_num_samples").value == 40
    )
    assert text_of(app).count('"fs-chip fs-') == 1  # of the networks that were named the known one
    app.run()
    assert not app.error


def test_an_upload_is_in_no_link(app, store_path):
    app.run()
    app.segmented_control(key="source").set_value("upload").run()
    app.file_uploader[0].set_value(("face.png", encoded(picture()), "image/png")).run()
    assert "sample" not in app.query_params and "in no link" in text_of(app)


PAGES = (
    "Start", "Many pictures", "Metrics", "Explanations", "Images", "Training", "Stores", "About",
)  # fmt: skip


def linked(app):
    """What the navigation's links name, by page."""
    links = app.sidebar.get("page_link")
    return {link.proto.label: dict(parse_qsl(link.proto.query_string)) for link in links}


def test_a_page_is_opened_under_the_address_that_it_will_write(app):
    app.run()
    shown = {"sample": app.query_params["sample"]}
    assert linked(app) == {"Compare": shown} | dict.fromkeys(PAGES, {})
    app.selectbox(key="threshold_rule").set_value("bpcer_1").run()
    rule = {"threshold": "bpcer_1"}
    assert linked(app) == {"Compare": rule | shown} | dict.fromkeys(PAGES, rule)


def test_the_picture_that_compare_will_show_is_in_its_link(app):
    first = app.run().query_params["sample"]
    start = AppTest.from_file(str(APP), default_timeout=120).run()
    assert linked(start)["Compare"] == {"sample": first}


@pytest.mark.parametrize(
    ("name", "value"), [("FASCORE_STORE", "/nowhere"), ("FASCORE_MAX_BATCH_FILES", "many")]
)
def test_the_way_to_other_pages_is_there_whatever_is_wrong(app, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    app.run()
    assert len(app.error) == 1 and not app.exception
    assert set(linked(app)) == {"Compare", *PAGES}
