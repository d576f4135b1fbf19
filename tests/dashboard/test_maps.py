"""Compare's maps: which there are, of what, what they cost, and what judges them."""

import numpy as np
import pytest
import streamlit as st

from dashboard import cache
from fascore.data import open_data
from fascore.explain import EXPLAINERS, default_explainers, grad_cam
from fascore.judging.stability import shifted
from fascore.models import VARIANTS
from fascore.store import Store
from tests.conftest import SIZE
from tests.dashboard.compare_page import count_calls, html_of, maps_of, set_threshold
from tests.dashboard.conftest import check_clean, text_of
from tests.extension import Guess

pytestmark = pytest.mark.usefixtures("store_path", "detect")


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


def test_hires_cam_is_there_for_whoever_asks(app):
    assert "HiResCAM" not in " ".join(html_of(app.run(), "fs-method"))
    methods = app.get("button_group")
    assert methods
    app.session_state["methods"] = [*EXPLAINERS]
    app.run()
    check_clean(app)
    assert len(maps_of(app)) == len(VARIANTS) * len(EXPLAINERS)
    assert "belongs to no cell" in text_of(app)


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
