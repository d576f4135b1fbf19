"""One face to take home: a page that needs no network, a picture, and the raw maps."""

import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fascore.explain import GradCAM, LimeImage
from fascore.firmness.changes import AS_GIVEN, Change
from fascore.firmness.trials import Firmness, trials
from fascore.report.face import ByMethod, FaceExport, OnNetwork, face_data, face_values
from fascore.report.face_page import face_html
from fascore.report.face_picture import face_png
from fascore.report.origin import Origin
from fascore.scores.thresholds import Threshold, ThresholdChoice
from fascore.store import Card

HOSTILE = "</script><script>alert(1)</script><img src=http://elsewhere.example/x>"
EXPLAINERS = (GradCAM(), LimeImage(num_samples=40, num_superpixels=9))


def on_network(name, image, score):
    data = {"name": "made up", "fingerprint": "f00d", "protocol": "official"}
    card = Card(name, 16, 1.5, ["last_conv"], f"{name}-sha", data, {}, {})
    tried = trials(1.5)[:3]
    firmness = Firmness(tried, score, np.array([0.8, 0.4, 0.3]), 0.5)
    threshold = Threshold(0.5, "equal error rate, chosen on validation")
    return OnNetwork(card, score, threshold, np.kron(image, np.ones((2, 2, 1), np.uint8)), image,
                     firmness)  # fmt: skip


@pytest.fixture(scope="module")
def export(tiny_models, image):
    methods = [ByMethod(each, each.explain(tiny_models, image), {}) for each in EXPLAINERS]
    names = [model.name for model in tiny_models]
    networks = [on_network(n, image, score) for n, score in zip(names, (0.9, 0.2), strict=True)]
    return FaceExport(
        origin=Origin("mine", "made up", "made up, test split", "equal error rate",
                      {name: 0.5 for name in names}),
        choice=ThresholdChoice(), picture="Data/test/7/spoof/1.jpg", truth="True label: spoof",
        pictures={"The picture": image, "Large": np.zeros((200, 300, 3), np.uint8)},
        change=AS_GIVEN, answer=["1 of 2 networks say SPOOF.", "The least firm is b."],
        warnings=["Demo weights."], networks=networks, without={}, methods=methods,
        pixel_view="grid", opacity=0.6,
    )  # fmt: skip


def held(page):
    return json.loads(
        re.search(r'<script type="application/json" id="face">(.*?)</script>', page, re.S)[1]
    )


def markup(page):
    return re.sub(r"<script.*?</script>", "<script>", page, flags=re.S)


def test_page_has_verdicts_maps_settings_and_what_made_it(export):
    page = face_html(export)
    text = markup(page)
    assert text.count("▲ SPOOF") == 2 and text.count("● LIVE") == 2  # a verdict each, and the key
    assert text.count('class="scale"') == 4 and "grad_cam" not in text
    for words in ("Demo weights.", "1 of 2 networks say SPOOF.", "f00d", "made up, test split",
                  "equal error rate", "Samples: 40", "tensorflow", "tiny_0-sha",
                  "1 of 3 changes turns its verdict"):  # fmt: skip
        assert words in text, words
    assert held(page)["networks"][0]["verdict"] == "spoof"


def test_page_asks_nothing_of_anybody(export):
    text = markup(face_html(export))
    assert all(
        link.startswith("data:image/") for link in re.findall(r'(?:src|href)="([^"]*)"', text)
    )
    assert "<script src" not in text


def test_nothing_from_outside_can_break_the_page(export, image):
    network = replace(export.networks[0], card=replace(export.networks[0].card, model=HOSTILE))
    method = replace(export.methods[0], maps=[], failed={HOSTILE: HOSTILE})
    page = face_html(
        replace(
            export,
            origin=replace(export.origin, store=HOSTILE, data_set=HOSTILE, test_set=HOSTILE),
            picture=HOSTILE, truth=HOSTILE, answer=[HOSTILE], warnings=[HOSTILE],
            without={HOSTILE: HOSTILE}, pictures={HOSTILE: image}, networks=[network],
            methods=[method],
        )
    )  # fmt: skip
    assert "<script>alert" not in page and "<img src=http" not in page
    assert held(page)["sample_id"] == HOSTILE


def test_network_without_map_or_verdict_says_why(export):
    failed = replace(export.methods[0], maps=export.methods[0].maps[:1], failed={"tiny_1": "Why."})
    page = face_html(replace(export, methods=[failed], without={"cnn": "Its weights are cut."}))
    assert "tiny_1 has no map. Why." in page and "CNN has no verdict. Its weights" in page
    assert face_png(replace(export, methods=[failed]))


def test_changed_picture_is_said_to_be_changed(export):
    changed = replace(export, change=Change(brightness=0.5))
    assert face_data(changed)["change"] == {"brightness": 0.5}
    assert "Changed first:</b> brightness 0.5" in face_html(changed)
    assert "Changed first" not in face_html(export)


def test_picture_of_the_grid_shows_each_map(export):
    picture = np.asarray(Image.open(io.BytesIO(face_png(export))).convert("RGB"), float)
    height, width = picture.shape[:2]
    for row in (0.3, 0.75):
        for column in (0.25, 0.75):
            y, x = int(row * height), int(column * width)
            assert picture[y - 20 : y + 20, x - 20 : x + 20].std() > 5


def test_raw_maps_open_without_pickle_and_say_what_they_are(export):
    with np.load(io.BytesIO(face_values(export)), allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        names = set(file.files) - {"about"}
        maps = {each.model: each.values for each in export.methods[1].maps}
        np.testing.assert_array_equal(file["lime/tiny_1/values"], maps["tiny_1"])
        assert file["tiny_0/input"].dtype == np.uint8
    assert {"grad_cam/tiny_0/values", "lime/tiny_0/superpixels", "tiny_1/input"} <= names
    lime = about["methods"][1]
    assert (lime["unit"], lime["maps"][0]["target"]) == ("logits", "spoof")
    assert about["threshold_rule"] == "equal error rate" and about["made"] and about["test_set"]


def test_undefined_quality_is_null_and_not_no_number(export):
    first = export.methods[0]
    odd = replace(first.maps[0], quality={"share": float("nan")})

    class Quiet(GradCAM):
        def quality_sentence(self, attribution):
            return "Nothing."

    data = face_data(replace(export, methods=[ByMethod(Quiet(), [odd], {})]))
    assert data["methods"][0]["maps"][0]["quality"] == {"share": None}
