import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard import cache
from dashboard.views import judged
from fascore import store
from fascore.data import open_data
from fascore.explain import EXPLAINERS, default_explainers, grad_cam
from fascore.files import sha256
from fascore.firmness.changes import changed_input
from fascore.images import Box
from fascore.judging.gates import Gate
from fascore.judging.stability import shifted
from fascore.models import CHANNEL, VARIANTS
from fascore.store import CARD, WEIGHTS, Store
from tests.conftest import SIZE
from tests.dashboard.conftest import check_clean, encoded, picture, text_of
from tests.extension import Guess, doorman_network

pytestmark = pytest.mark.usefixtures("store_path", "detect")


def html_of(app: AppTest, css_class: str) -> list[str]:
    return [e.proto.body for e in app.get("html") if f'class="{css_class}' in e.proto.body]


def maps_of(app: AppTest) -> list[str]:
    return html_of(app, "fs-scale")


def upload(app: AppTest, data: bytes, name: str = "face.png") -> AppTest:
    app.segmented_control(key="source").set_value("upload").run()
    return app.file_uploader[0].set_value((name, data, "image/png")).run()


def test_first_sight_shows_a_face_with_every_verdict_and_every_map(app):
    app.run()
    check_clean(app)
    verdicts = html_of(app, "fs-verdict")
    assert len(verdicts) == len(VARIANTS)
    assert all(re.search(r"P\(spoof\) <b>0\.\d{3}</b>", verdict) for verdict in verdicts)
    assert all(
        "Threshold 0.500 (equal error rate, chosen on validation)" in verdict
        for verdict in verdicts
    )
    assert len(maps_of(app)) == len(VARIANTS) * len(default_explainers())
    assert not html_of(app, "fs-wait")
    assert "True label: live" in text_of(app)


def test_verdict_is_the_score_against_the_models_threshold(app):
    app.run()
    for verdict in html_of(app, "fs-verdict"):
        score = float(re.search(r"<b>(0\.\d+)</b>", verdict)[1])
        assert ("SPOOF <small>attack" in verdict) == (score >= 0.5)
        assert ("LIVE <small>bona fide" in verdict) == (score < 0.5)


def test_each_map_names_its_method_and_says_how_well_it_fits(app):
    page = text_of(app.run())
    assert all(kind.title in page for kind in default_explainers())
    assert "fits with R² =" in page
    assert "The pixels sum to" in page and "add up" in page


def test_each_map_is_judged_on_request(app):
    app.run()
    assert "Fidelity over chance" not in text_of(app)
    app.toggle(key="judge").set_value(True).run()
    check_clean(app)
    page = text_of(app)
    cells = len(VARIANTS) * len(default_explainers())
    assert page.count("Fidelity over chance") + page.count("Fidelity undefined") == cells
    assert page.count("Stability (1 is unchanged)") == cells


@pytest.mark.parametrize(
    ("species", "told"),
    [
        ("print", "spoof** (attack, photo (Print))"),
        ("replay", "spoof** (attack, phone (Replay))"),
        ("3d_mask", "spoof** (attack, 3D mask)"),
    ],
)
def test_one_click_picks_from_the_gallery(app, species, told):
    app.run()
    app.segmented_control(key="species").set_value(species).run()
    next(b for b in app.button if b.key.startswith("pick_")).click().run()
    check_clean(app)
    assert told in text_of(app)


def test_simulated_weights_are_never_shown_without_the_warning(app):
    app.run()
    assert any("trained on simulated attacks" in warning.value for warning in app.warning)


def test_uploaded_face_is_found_and_judged(app, detect):
    detect(Box(10, 10, 70, 80))
    upload(app.run(), encoded(picture(5)))
    check_clean(app)
    assert len(maps_of(app)) == len(VARIANTS) * len(default_explainers())
    assert "True label" not in text_of(app)


def test_removing_the_upload_forgets_the_picture(app):
    upload(app.run(), encoded(picture(5)))
    app.file_uploader[0].set_value(None).run()
    assert "shown" not in app.session_state
    assert not html_of(app, "fs-verdict")


@pytest.mark.parametrize("source", ["upload", "camera"])
def test_tab_without_a_picture_shows_none_and_the_gallery_its_first_again(app, source):
    app.run()
    app.segmented_control(key="source").set_value(source).run()
    check_clean(app)
    assert not html_of(app, "fs-verdict") and not html_of(app, "fs-chip")
    assert "True label" not in text_of(app)
    app.segmented_control(key="source").set_value("gallery").run()
    assert "True label: live" in text_of(app)


def test_species_control_shows_its_first_picture_at_once(app):
    app.run()
    app.segmented_control(key="species").set_value("replay").run()
    check_clean(app)
    assert "spoof** (attack, phone (Replay))" in text_of(app)


def test_upload_can_be_removed_after_a_visit_elsewhere(app):
    upload(app.run(), encoded(picture(5)))
    app.switch_page("app_pages/about.py").run()
    app.switch_page("app_pages/compare.py").run()
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)
    app.button(key="remove").click().run()
    assert not html_of(app, "fs-verdict")


def test_hidden_regions_change_the_scores_beside_random_ones(app):
    app.run()
    assert "At random:" not in text_of(app)
    app.toggle(key="hide").set_value(True).run()
    app.slider(key="hide_count").set_value(3).run()
    check_clean(app)
    assert text_of(app).count("At random:") == len(VARIANTS)


def test_no_face_is_never_judged_silently(app, detect):
    detect()
    upload(app.run(), encoded(picture(5)))
    assert "No face found" in text_of(app)
    assert not html_of(app, "fs-verdict")
    app.button(key="use_whole").click().run()
    check_clean(app)
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)
    assert "largest centred square is judged instead" in text_of(app)


def test_largest_of_several_faces_is_judged_and_another_can_be(app, detect):
    detect(Box(10, 10, 80, 80), Box(60, 60, 30, 30))
    upload(app.run(), encoded(picture(5)))
    assert "2 faces found: the largest one is judged." in text_of(app)
    before = html_of(app, "fs-verdict")
    app.button(key="pick_face_2").click().run()
    check_clean(app)
    assert "the chosen one is judged" in text_of(app)
    assert "The face is 30 px" in text_of(app)
    assert html_of(app, "fs-verdict") != before


def test_first_frame_of_several_is_judged_and_said(app):
    data = encoded(picture(1), "GIF", save_all=True, append_images=[picture(2), picture(3)])
    upload(app.run(), data, "face.gif")
    check_clean(app)
    assert "First of 3 frames used." in text_of(app)


BAD_FILES = {
    "empty": (lambda: b"", "an empty file"),
    "cut": (lambda: encoded(picture(1), "JPEG")[:900], "a damaged or unfinished file"),
    "text": (lambda: b"not a picture at all\n" * 9, "a text file"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    "bomb": (lambda: encoded(Image.new("1", (20_000, 20_000))), "at most 50 megapixels"),
    "heavy": (lambda: bytes(11 * 2**20), "at most 10 MB"),
    "dot": (lambda: encoded(picture(1, 1)), "1 x 1 pixels"),
    "line": (lambda: encoded(Image.new("RGB", (1, 10_000))), "1 x 10000 pixels"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_gets_its_sentence_and_no_verdict(app, name):
    make, sentence = BAD_FILES[name]
    upload(app.run(), make())
    assert not app.exception
    assert [sentence in error.value for error in app.error] == [True]
    assert not html_of(app, "fs-verdict")


def test_webcam_picture_is_judged(app):
    app.run()
    app.segmented_control(key="source").set_value("camera").run()
    app.camera_input[0].set_value(("me.jpg", encoded(picture(7), "JPEG"), "image/jpeg")).run()
    check_clean(app)
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)


def test_a_map_that_is_zero_everywhere_offers_the_other_class(app, monkeypatch):
    real = grad_cam.class_activation_map
    st.cache_data.clear()
    with monkeypatch.context() as patch:
        patch.setattr(grad_cam, "class_activation_map", lambda *given: 0 * real(*given))
        app.run()
    assert "does not mean that nothing speaks for spoof" in text_of(app)
    app.button(key="other_grad_cam_cnn").click().run()
    check_clean(app)
    assert app.radio(key="target").value == "live"


def test_hires_cam_is_there_for_whoever_asks(app):
    assert "HiResCAM" not in " ".join(html_of(app.run(), "fs-method"))
    methods = app.get("button_group")
    assert methods
    app.session_state["methods"] = [*EXPLAINERS]
    app.run()
    check_clean(app)
    assert len(maps_of(app)) == len(VARIANTS) * len(EXPLAINERS)
    assert "belongs to no cell" in text_of(app)


def count_calls(monkeypatch) -> list[str]:
    """Method names, one an `explain` call, from now on."""
    calls: list[str] = []
    for kind in EXPLAINERS.values():

        def counted(self, *args, _explain=kind.explain, **kwargs):
            calls.append(self.name)
            return _explain(self, *args, **kwargs)

        monkeypatch.setattr(kind, "explain", counted)
    return calls


def test_opacity_recomputes_nothing_and_a_setting_only_its_method(app, monkeypatch):
    calls = count_calls(monkeypatch)
    app.run()
    assert calls
    calls.clear()
    app.slider(key="opacity").set_value(0.2).run()
    app.radio(key="pixel_view").set_value("pixels").run()
    assert calls == []
    app.number_input(key="lime_num_samples").set_value(200).run()
    assert calls == ["lime"]
    check_clean(app)


def test_picture_and_settings_survive_other_pages_at_no_cost(app, monkeypatch):
    upload(app.run(), encoded(picture(5)))
    app.slider(key="opacity").set_value(0.2)
    app.number_input(key="shap_num_samples").set_value(50).run()
    verdicts, maps = html_of(app, "fs-verdict"), maps_of(app)
    calls = count_calls(monkeypatch)
    app.switch_page("app_pages/metrics.py").run()
    assert not html_of(app, "fs-verdict")
    app.switch_page("app_pages/compare.py").run()
    check_clean(app)
    assert (html_of(app, "fs-verdict"), maps_of(app)) == (verdicts, maps)
    assert app.slider(key="opacity").value == 0.2
    assert calls == []


def test_target_changes_what_is_explained(app):
    app.run()
    app.radio(key="target").set_value("live").run()
    check_clean(app)
    assert all("for live" in cell for cell in maps_of(app))


@pytest.mark.parametrize(("threshold", "word"), [(0.0, "for spoof"), (1.0, "for live")])
def test_verdict_explained_is_the_verdict_shown_at_the_threshold_set_by_hand(app, threshold, word):
    app.run()
    app.radio(key="target").set_value("predicted").run()
    app.selectbox(key="threshold_rule").set_value("hand").run()
    app.number_input(key="threshold_value").set_value(threshold).run()
    check_clean(app)
    assert all(word in cell for cell in maps_of(app))


def test_score_next_to_its_threshold_is_told_from_it(app, store_path):
    path = store_path / "cnn" / CARD
    card = json.loads(path.read_text())
    card["threshold"]["value"] = 0.9999925
    path.write_text(json.dumps(card))
    app.run()
    (shown,) = (each for each in html_of(app, "fs-verdict") if "Threshold 0.99999" in each)
    assert "LIVE" in shown and "Bar in log-odds" in shown


def test_model_whose_card_does_not_fit_its_weights_says_so_and_others_work(app, store_path):
    (store_path / "cnn" / WEIGHTS).write_bytes(b"other weights")
    app.run()
    assert not app.exception
    assert len(app.error) == 1 and "Received: other weights" in app.error[0].value
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS) - 1
    assert len(maps_of(app)) == (len(VARIANTS) - 1) * len(default_explainers())


def test_card_with_another_input_size_says_so_and_others_work(app, store_path):
    path = store_path / "cnn_channel" / CARD
    path.write_text(json.dumps({**json.loads(path.read_text()), "size": 24}))
    app.run()
    assert not app.exception
    assert len(app.error) == 1 and "takes RGB images of shape" in app.error[0].value
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS) - 1


def test_missing_background_is_said_in_shaps_cells_only(app, store_path):
    (store_path / "background.npz").unlink()
    app.run()
    assert not app.exception
    assert len(app.error) == len(VARIANTS)
    assert all("SHAP needs background images" in error.value for error in app.error)
    assert len(maps_of(app)) == len(VARIANTS) * (len(default_explainers()) - 1)


def test_missing_data_set_is_said_and_uploads_still_work(app, store_path):
    (store_path.parent / "faces.zip").unlink()
    app.run()
    assert not app.exception
    assert len(app.error) == 1 and "The gallery cannot be shown" in app.error[0].value
    upload(app, encoded(picture(5)))
    check_clean(app)
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)


def test_empty_map_is_said_not_left_blank(app, monkeypatch):
    monkeypatch.setattr(
        "fascore.explain.grad_cam.class_activation_map",
        lambda maps, slopes: np.zeros(maps.shape[:2], np.float32),
    )
    app.run()
    check_clean(app)
    told = [cell for cell in maps_of(app) if "cancels in every cell" in cell]
    assert len(told) == len(VARIANTS)
    offers = [each for each in app.button if each.label.startswith("Explain ")]
    assert len(offers) == len(VARIANTS)
    assert not any("No place spoke" in cell for cell in maps_of(app))


def test_another_explainer_is_drawn_like_the_others(app, monkeypatch):
    monkeypatch.setitem(EXPLAINERS, Guess.name, Guess)
    app.run()
    check_clean(app)
    assert len(maps_of(app)) == len(VARIANTS) * len(default_explainers())
    page = text_of(app)
    assert page.count("Nothing but luck (0.5).") == len(VARIANTS)
    assert "logits (LIME, SHAP); guesses (Guess)." in page
    control = app.number_input(key="guess_num_guesses")
    assert (control.label, control.min, control.max, control.value) == ("Guesses", 1, 50, 4)
    assert control.help == "Random maps that are averaged, at most."


def test_each_networks_gates_are_shown_and_none_is_told_it_has_no_attention(app, store_path):
    path = store_path / "cnn_spatial" / WEIGHTS
    doorman_network().save(path)
    card = Store(store_path).card("cnn_spatial")
    store.write_card(path.parent, replace(card, weights_sha256=sha256(path)))
    page = text_of(app.run())
    check_clean(app)
    assert page.count("There is no gate to look at") == len(VARIANTS) - 1
    told = "\n".join(captions(app))
    assert told.count("Spatial gate (doorman)") == told.count("before attention") == 1
    assert told.count("the maps are the same") == len(VARIANTS) - 1


def test_model_without_weights_is_listed_with_the_commands_that_train_it(app, store_path):
    folder = store_path / "xception"
    shutil.copytree(store_path / "cnn", folder)
    (folder / store.WEIGHTS).unlink()
    card = replace(Store(store_path).card("cnn"), model="xception")
    config = {"epochs": 5, "learning_rate": 0.001}
    store.write_card(folder, replace(card, training={**card.training, "config": config}))
    app.run()
    check_clean(app)
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)
    assert any("no weights in this store: Xception" in each.label for each in app.expander)
    assert "--epochs 5 --learning-rate 0.001 --weights none --models xception" in app.code[0].value


def test_networks_that_see_alike_share_one_crop(app, monkeypatch):
    calls = []

    def counted(*arguments, **options):
        calls.append(options)
        return changed_input(*arguments, **options)

    monkeypatch.setattr(judged, "changed_input", counted)
    app.run()
    assert calls == [{"size": SIZE, "expansion": 1.5}]
    app.slider(key="opacity").set_value(0.2).run()
    check_clean(app)
    assert len(calls) == 1


def test_answer_comes_first_and_says_how_firm(app):
    app.run()
    (answer,) = html_of(app, "fs-chips")
    assert answer.count("fs-chip ") == len(VARIANTS) and "networks say" in answer
    (firm,) = html_of(app, "fs-firm")
    assert firm.count("<li>") == len(VARIANTS)


def test_sliders_change_the_picture_that_is_judged_and_take_it_back(app):
    app.run()
    given = html_of(app, "fs-verdict")
    slider = next(each for each in app.slider if each.label == "Brightness")
    slider.set_value(20).run()
    check_clean(app)
    assert html_of(app, "fs-verdict") != given
    assert any("changed by the sliders" in each.value for each in app.warning)
    app.button(key="as_given").click().run()
    check_clean(app)
    assert html_of(app, "fs-verdict") == given


def change_card(store_path, name, **changes):
    folder = store_path / name
    store.write_card(folder, replace(Store(store_path).card(name), **changes))


def captions(app: AppTest) -> list[str]:
    return [shown.caption for block in app.get("image") for shown in block.proto.imgs]


def test_networks_of_another_crop_show_what_they_see(app, store_path):
    change_card(store_path, "cnn_spatial", crop_expansion=2.0)
    app.run()
    check_clean(app)
    told = "\n".join(captions(app))
    assert "1.5 times the face's longer side" in told and "2 times the face's longer side" in told
    assert "What the networks see (CNN, CNN + channel, CNN + channel + spatial)" in told
    assert "What the networks see (CNN + spatial)" in told


def test_face_without_a_labelled_box_is_said_to_be_the_whole_picture(app, store_path, tmp_path):
    faces = tmp_path / "mine"
    for sample_id in Store(store_path).samples().index:
        (faces / sample_id).parent.mkdir(parents=True, exist_ok=True)
        picture(3).resize((96, 120)).save(faces / sample_id)
    rows = [f"{each},{int('live' not in each)}" for each in Store(store_path).samples().index]
    (faces / "mine.csv").write_text("\n".join(["path,label", *rows]))
    for name in VARIANTS:
        data = {**Store(store_path).card(name).data, "root": str(faces / "mine.csv")}
        change_card(store_path, name, data=data, crop_expansion=2.0)
    app.run()
    check_clean(app)
    told = "\n".join(captions(app))
    assert "No face box (the data set labels none)" in told
    assert "Crop, 96 × 96 px: the picture's largest centred square." in told


def set_threshold(app, value):
    app.selectbox(key="threshold_rule").set_value("hand").run()
    return app.number_input(key="threshold_value").set_value(float(value)).run()


def test_whether_a_change_turns_the_verdict_is_asked_at_the_pages_threshold(app, store_path):
    opened = Store(store_path)
    sample = cache.gallery(str(store_path), cache.sets_stamp(opened))["live"][0]
    data = open_data(opened.card("cnn").data["root"])
    seen = data.face_input(sample, size=SIZE, expansion=1.5)
    scores = opened.load("cnn").spoof_scores(np.stack([seen, shifted(seen)]))
    app.run().toggle(key="judge").set_value(True).run()
    set_threshold(app, 1e-9)
    assert "shift none, as the verdict turns" not in text_of(app)
    set_threshold(app, scores.mean())
    check_clean(app)
    assert "shift none, as the verdict turns" in text_of(app)


def test_a_threshold_that_turns_no_verdict_recomputes_nothing(app, monkeypatch):
    app.run().radio(key="target").set_value("predicted")
    app.toggle(key="judge").set_value(True).run()
    set_threshold(app, 1e-9)
    calls = count_calls(monkeypatch)
    set_threshold(app, 2e-9)
    assert calls == []
    set_threshold(app, 1.0)
    assert set(calls) == {kind.name for kind in default_explainers()}
    check_clean(app)


@pytest.mark.parametrize(("threshold", "told"), [(0.5, "the verdict turns"), (0.3, "stays")])
def test_a_gate_turns_the_verdict_shown(app, monkeypatch, threshold, told):
    gate = Gate(CHANNEL, np.linspace(0.1, 0.9, 128), score=0.4, score_off=0.6)
    monkeypatch.setattr(cache, "gates", lambda key, face: [gate])
    page = text_of(set_threshold(app.run(), threshold))
    check_clean(app)
    assert page.count("<b>0.600</b> instead of 0.400") == len(VARIANTS)
    assert told in page


def test_a_network_not_evaluated_has_no_recorded_threshold(app, store_path):
    change_card(store_path, "cnn", threshold={})
    page = text_of(app.run().switch_page("app_pages/about.py").run())
    assert page.count("<td>not chosen</td>") == 1
    assert page.count("<td>0.500</td>") == len(VARIANTS) - 1
