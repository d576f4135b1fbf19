import json

import numpy as np
import pandas as pd
import pytest

from dashboard.views.findings import DIFFERENCE
from fascore.findings.measures import MEASURES
from fascore.findings.results import (
    ABOUT,
    FOLDER,
    PLANTED,
    Results,
    read_results,
    write_results,
)
from fascore.judging.planted import COLUMNS
from fascore.models import MODELS, VARIANTS
from fascore.store import CARD, Store
from tests.dashboard.conftest import text_of
from tests.findings_results import METHODS

SECTIONS = ("Claims", "Measures", "Where it looks", "Agreement", "Trust", "Images")


def open_explanations(app, section="Claims"):
    app.run().switch_page("app_pages/explanations.py").run()
    return app.segmented_control(key="findings_section").set_value(section).run()


def shown(app, column):
    """The cells of the first table with this column."""
    return next(each.value for each in app.dataframe if column in each.value)


def charts(app):
    return {chart.key: json.loads(chart.proto.spec) for chart in app.get("plotly_chart")}


@pytest.mark.parametrize("section", SECTIONS)
def test_section_is_drawn_and_says_of_what(app, judged_path, section):
    open_explanations(app, section)
    assert not app.exception and not app.error
    page = text_of(app)
    assert "**tiny faces**, test split, 8 images" in page
    assert "each network's own verdict" in page and "in 32 steps" in page
    assert "trained on simulated attacks" in page


@pytest.mark.parametrize("section", SECTIONS)
def test_what_is_not_registered_any_more_is_shown_by_its_name(app, judged_path, section):
    """LIME's results and one network's, under names that no registry has."""
    store = Store(judged_path)
    results = read_results(store)
    (judged_path / "cnn_spatial").rename(judged_path / "cnn_old")
    card = json.loads((judged_path / "cnn_old" / CARD).read_text())
    (judged_path / "cnn_old" / CARD).write_text(json.dumps(card | {"model": "cnn_old"}))
    write_results(store, renamed_results(results, {"cnn_spatial": "cnn_old", "lime": "guess"}))
    open_explanations(app, section)
    assert not app.exception and not app.error
    drawn = json.dumps(charts(app)) + text_of(app) + "".join(map(str, app.dataframe))
    if section != "Claims":  # too few images to say anything
        assert "cnn_old" in drawn or "guess" in drawn


def renamed_results(results, names):
    """Results with other names of models and methods."""

    def renamed(name):
        return "/".join(names.get(part, part) for part in name.split("/"))

    measures = results.measures.assign(
        model=results.measures["model"].map(renamed),
        method=results.measures["method"].map(renamed),
    )
    maps = {tuple(map(renamed, key)): each for key, each in results.maps.items()}
    about = dict(results.about)
    for part in ("settings", "weights", "thresholds"):
        about[part] = {renamed(name): value for name, value in about[part].items()}
    return Results(measures, maps, about)


def test_store_without_results_says_what_to_run(app, store_path):
    app.run().switch_page("app_pages/explanations.py").run()
    assert not app.exception and not app.error
    assert "have not been judged" in text_of(app)
    assert app.get("code")[0].value.startswith("python -m trainer judge --store")


def test_results_of_other_samples_are_refused(app, judged_path):
    path = judged_path / FOLDER / ABOUT
    path.write_text(json.dumps(json.loads(path.read_text()) | {"fingerprint": "other"}))
    app.run().switch_page("app_pages/explanations.py").run()
    assert not app.exception
    assert len(app.error) == 1 and "those of another data set" in app.error[0].value
    assert "trainer judge" in app.error[0].value and not app.get("plotly_chart")


def test_results_of_weights_changed_while_the_page_is_open_are_refused(app, judged_path):
    open_explanations(app)
    path = judged_path / "cnn" / CARD
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weights_sha256": "changed"}))
    app.run()
    assert len(app.error) == 1 and "those of other weights" in app.error[0].value


def test_claims_are_answered(app, judged_path):
    page = text_of(open_explanations(app))
    assert page.count('<div class="fs-claim">') == 4
    # eight images are fewer than a claim needs
    assert page.count("? cannot tell</div>") == 4
    assert page.count("Nothing to go by") == 4


def test_measure_shows_means_undefined_values_and_tests(app, judged_path):
    page = text_of(open_explanations(app, "Measures"))
    about = MEASURES["insertion_gain"]
    assert f"**{about.title}**. {about.sentence} A map that says nothing has 0." in page
    means = shown(app, "LIME")
    assert list(means.index) == [MODELS[name].title for name in VARIANTS]
    assert (
        means["LIME: images"].tolist() == ["8", *["7 (+1)"] * 3]
        and (means["SHAP: images"] == "8").all()
    )
    assert "3 values are undefined (the score stays the same" in page
    tests = shown(app, "p (Holm, all rows)")
    assert len(tests) == 18
    assert tests.loc["Grad-CAM: CNN + spatial minus CNN", DIFFERENCE].startswith("+0.200 [")
    (trace, *_) = charts(app)["chart_insertion_gain"]["data"]
    assert trace["x"] == ["Grad-CAM", "LIME", "SHAP"] and trace["name"] == "CNN"


def test_filters_by_species_and_verdict(app, judged_path):
    open_explanations(app, "Measures")
    app.selectbox(key="findings_species").set_value("replay").run()
    assert (shown(app, "SHAP")["SHAP: images"] == "2").all()
    app.selectbox(key="findings_verdict").set_value("wrong").run()
    assert "No image is left" in text_of(app) and not app.exception


def test_regions_and_mean_maps_are_those_of_the_method(app, judged_path):
    open_explanations(app, "Where it looks")
    table = shown(app, "CNN")
    assert table.loc["Weight on the attack medium's visible edges", "CNN"].endswith("(6)")
    assert table.loc["Weight on the eyes", "CNN"] == "1.500 [1.50, 1.50] (8)"
    page = text_of(app)
    assert page.count('alt="mean map of') == len(VARIANTS) * 4 and "2 images" in page
    app.segmented_control(key="findings_regions_method").set_value("shap").run()
    assert "SHAP" in charts(app)["regions"]["layout"]["title"]["text"]


def test_agreement_between_networks_and_between_methods(app, judged_path):
    open_explanations(app, "Agreement")
    drawn = charts(app)
    assert set(drawn) == {f"agreement_{name}" for name in METHODS}
    assert drawn["agreement_lime"]["data"][0]["text"][0][:2] == ["1.00", "0.25"]
    app.selectbox(key="findings_agreement").set_value("rank_methods").run()
    assert charts(app)["agreement_cnn"]["data"][0]["text"][0] == ["1.00", "0.75", "0.75"]


def test_trust_without_planted_cues_says_what_to_run(app, judged_path):
    page = text_of(open_explanations(app, "Trust"))
    assert "`python -m trainer plant" in page
    assert {f"sanity_{name}" for name in METHODS} == set(charts(app))
    assert "1 images; intervals 95 %" in page


def test_method_that_misses_planted_evidence_is_shown_as_failing(app, judged_path):
    rng = np.random.default_rng(0)
    rows = [
        dict(
            cue="patch", model="cnn", method=method, sample_id=str(n), hit=hit,
            share=hit * 0.5 + rng.random() * 0.01, area=0.04, ceiling=1.0, accuracy=1.0,
        )
        for method, hit in (("grad_cam", 0.0), ("lime", 1.0))
        for n in range(20)
    ]  # fmt: skip
    pd.DataFrame(rows, columns=COLUMNS).to_csv(judged_path / FOLDER / PLANTED, index=False)
    open_explanations(app, "Trust")
    verdicts = shown(app, "By chance")["Verdict"]
    assert verdicts.to_dict() == {"Grad-CAM: patch": "fails", "LIME: patch": "finds it"}
    assert "planted" in charts(app)


def test_images_of_a_measure_lead_to_compare(app, judged_path):
    open_explanations(app, "Images")
    points = charts(app)["points_insertion_gain_grad_cam_None_None"]["data"]
    assert sum(len(trace["customdata"]) for trace in points) == 8 * len(VARIANTS)
    assert [trace["name"] for trace in points] == ["verdict right", "verdict wrong"]
    compare = [button for button in app.button if button.label == "Compare"]
    assert len(compare) == 8
    compare[0].click().run()
    assert app.title[0].value == "Compare networks on one face"
    assert not app.exception and "True label:" in text_of(app)


def test_undefined_value_of_an_image_is_said(app, judged_path):
    open_explanations(app, "Images")
    app.segmented_control(key="findings_images_method_insertion_gain").set_value("lime").run()
    assert text_of(app).count("<td>undefined</td>") == len(VARIANTS) - 1
    app.selectbox(key="findings_by").set_value("cnn_channel").run()
    assert "<td>undefined</td>" not in text_of(app)
    assert len([button for button in app.button if button.label == "Compare"]) == 7


def test_faces_that_are_gone_are_said_to_be(app, judged_path, tmp_path):
    (tmp_path / "faces.zip").unlink()
    open_explanations(app, "Images")
    assert not app.exception
    assert any("The faces cannot be shown." in each.value for each in app.error)
