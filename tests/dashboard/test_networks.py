"""Networks whose cards, weights or crops differ, and what their gates do."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from dashboard import cache
from dashboard.views import judged
from fascore import store
from fascore.explain import default_explainers
from fascore.files import sha256
from fascore.firmness.changes import changed_input
from fascore.judging.gates import Gate
from fascore.models import CHANNEL, VARIANTS
from fascore.store import CARD, WEIGHTS, Store
from tests.conftest import SIZE
from tests.dashboard.compare_page import captions, change_card, html_of, maps_of, set_threshold
from tests.dashboard.conftest import check_clean, text_of
from tests.extension import doorman_network

pytestmark = pytest.mark.usefixtures("store_path", "detect")


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


def test_a_network_not_evaluated_has_no_recorded_threshold(app, store_path):
    change_card(store_path, "cnn", threshold={})
    page = text_of(app.run().switch_page("app_pages/about.py").run())
    assert page.count("<td>not chosen</td>") == 1
    assert page.count("<td>0.500</td>") == len(VARIANTS) - 1


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


def test_networks_of_another_crop_show_what_they_see(app, store_path):
    change_card(store_path, "cnn_spatial", crop_expansion=2.0)
    app.run()
    check_clean(app)
    told = "\n".join(captions(app))
    assert "1.5 times the face's longer side" in told and "2 times the face's longer side" in told
    assert "What the networks see (CNN, CNN + channel, CNN + channel + spatial)" in told
    assert "What the networks see (CNN + spatial)" in told


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


@pytest.mark.parametrize(("threshold", "told"), [(0.5, "the verdict turns"), (0.3, "stays")])
def test_a_gate_turns_the_verdict_shown(app, monkeypatch, threshold, told):
    gate = Gate(CHANNEL, np.linspace(0.1, 0.9, 128), score=0.4, score_off=0.6)
    monkeypatch.setattr(cache, "gates", lambda key, face: [gate])
    page = text_of(set_threshold(app.run(), threshold))
    check_clean(app)
    assert page.count("<b>0.600</b> instead of 0.400") == len(VARIANTS)
    assert told in page
