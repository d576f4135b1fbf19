"""Compare's first sight, its verdicts, and what is done to the picture."""

import json
import re

import pytest

from fascore.explain import default_explainers
from fascore.models import VARIANTS
from fascore.store import CARD
from tests.dashboard.compare_page import count_calls, html_of, maps_of, upload
from tests.dashboard.conftest import check_clean, encoded, picture, text_of

pytestmark = pytest.mark.usefixtures("store_path", "detect")


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


def test_simulated_weights_are_never_shown_without_the_warning(app):
    app.run()
    assert any("trained on simulated attacks" in warning.value for warning in app.warning)


def test_hidden_regions_change_the_scores_beside_random_ones(app):
    app.run()
    assert "At random:" not in text_of(app)
    app.toggle(key="hide").set_value(True).run()
    app.slider(key="hide_count").set_value(3).run()
    check_clean(app)
    assert text_of(app).count("At random:") == len(VARIANTS)


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


def test_score_next_to_its_threshold_is_told_from_it(app, store_path):
    path = store_path / "cnn" / CARD
    card = json.loads(path.read_text())
    card["threshold"]["value"] = 0.9999925
    path.write_text(json.dumps(card))
    app.run()
    (shown,) = (each for each in html_of(app, "fs-verdict") if "Threshold 0.99999" in each)
    assert "LIVE" in shown and "Bar in log-odds" in shown


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
