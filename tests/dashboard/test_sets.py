"""Test sets beside a store's own split, on the pages."""

import shutil

import pytest

from dashboard import cache
from fascore.evaluation_sets import ABOUT, scores_record, set_folder, set_scores
from fascore.files import write_json
from fascore.store import SAMPLES, Store
from fascore.tone_scores import ABOUT as TONE_ABOUT
from fascore.tone_scores import (
    REGRESSION,
    TITLE,
    regression_path,
    regression_record,
    tone_folder,
)
from tests.dashboard.conftest import check_clean, text_of

pytestmark = pytest.mark.usefixtures("detect")


def add_set(path, name, *, labels=(0, 1), **about):
    """The store's own test split, or one class of it, as another test set, scored by all."""
    store = Store(path)
    folder = set_folder(store, name)
    folder.mkdir(parents=True)
    samples = store.samples()
    test = samples[(samples["split"] == "test") & samples["label"].isin(labels)]
    test.to_csv(folder / SAMPLES)
    scores = {}
    for model in store.scored_names:
        scored = store.scored(model).loc[test.index, ["spoof_score"]]
        scored.to_csv(set_scores(folder, model))
        scores[model] = scores_record(store.card(model), set_scores(folder, model))
    record = {
        "name": name,
        "root": "",
        "fingerprint": "0",
        "split": "test",
        "counts": {},
        "images": {},
        "shared": {"by": "sample ids", "test": 2},
        "scores": scores,
    }
    write_json(folder / ABOUT, record | about)
    return len(test)


def test_without_real_faces_the_warning_says_that_none_were_measured(app, store_path):
    assert "never measured on photographs of real faces" in text_of(app.run())


def test_the_warning_says_what_was_measured_on_real_faces(app, store_path):
    count = add_set(store_path, "webcam", real_presentations=True, description="webcam frames")
    page = text_of(app.run())
    assert f"On {count} webcam frames the weakest network" in page
    assert "never measured" not in page and "Not a product's detector" in page


def open_sets(app):
    """The networks on every test set, on Metrics."""
    app.switch_page("app_pages/metrics.py").run()
    return app.segmented_control(key="metrics_section").set_value("Other test sets").run()


def test_metrics_shows_networks_on_every_test_set(app, store_path):
    open_sets(app)
    assert "evaluate --as NAME" in text_of(app)
    count = add_set(store_path, "webcam", description="webcam frames")
    app.run()
    assert not app.exception
    table = measured(app, "Worst species", last=True)
    sets = table.index.get_level_values("Test set").unique().tolist()
    assert len(sets) == 2 and sets[1] == f"webcam frames, {count} images"
    own, other = (table.loc[name] for name in sets)
    assert (own == other).all(axis=None) and len(own) == len(Store(store_path).scored_names)


def test_the_gallery_shows_faces_of_the_chosen_set(app, store_path):
    root = Store(store_path).card("cnn").data["root"]
    app.run()
    assert not [each for each in app.selectbox if each.label == "Test set"]
    add_set(store_path, "other", labels=[0], description="other faces", root=root)
    app.run()
    assert [*app.segmented_control(key="species").options] != ["Live"]
    app.segmented_control(key="species").set_value("3d_mask").run()  # which the other set lacks
    app.selectbox(key="test_set_choice").set_value("other").run()
    check_clean(app)
    assert app.session_state["shown"].test_set == "other" and app.query_params["set"] == "other"
    assert [*app.segmented_control(key="species").options] == ["Live"]
    next(b for b in app.button if (b.key or "").startswith("pick_")).click().run()
    assert not app.exception and "True label: live" in text_of(app)


def test_a_link_names_the_set_of_its_picture_and_the_way_back_returns_to_the_other(
    app, store_path, go_back
):
    root = Store(store_path).card("cnn").data["root"]
    add_set(store_path, "other", labels=[1], description="other faces", root=root)
    app.query_params.update({"set": "other", "sample": "Data/test/3/spoof/mask.jpg"})
    app.run()
    check_clean(app)
    shown = app.session_state["shown"]
    assert (shown.sample.sample_id, shown.test_set) == ("Data/test/3/spoof/mask.jpg", "other")
    go_back(app, {"sample": "Data/test/3/live/live.jpg"})
    check_clean(app)
    shown = app.session_state["shown"]
    assert (shown.sample.sample_id, shown.test_set) == ("Data/test/3/live/live.jpg", "")
    assert app.selectbox(key="test_set_choice").value == ""


def test_the_gallery_of_a_set_without_pictures_says_whose_faces_it_shows(app, store_path):
    add_set(store_path, "scores", description="scores alone")
    app.query_params["set"] = "scores"
    app.run()
    check_clean(app)
    assert any(
        "pictures of **scores alone** are not here" in each.value
        and "own test split, **tiny faces**" in each.value
        for each in app.info
    )
    assert app.session_state["shown"].test_set == "" and app.query_params["set"] == "scores"


def test_a_set_chosen_on_another_page_is_the_gallery_s(app, store_path):
    root = Store(store_path).card("cnn").data["root"]
    add_set(store_path, "other", description="other faces", root=root)
    app.run()
    own = app.session_state["shown"].sample
    app.switch_page("app_pages/metrics.py").run()
    app.selectbox(key="test_set_choice").set_value("other").run()
    app.switch_page("app_pages/compare.py").run()
    check_clean(app)
    shown = app.session_state["shown"]
    # of one name, and yet another picture
    assert (shown.sample.sample_id, shown.test_set) == (own.sample_id, "other")
    assert app.selectbox(key="test_set_choice").value == "other"


def test_start_follows_the_test_set_and_says_what_does_not(app, store_path, studied_path):
    root = Store(store_path).card("cnn").data["root"]
    add_set(store_path, "live", labels=[0], description="faces alone", root=root)
    app.switch_page("app_pages/start.py").run()
    assert "On **tiny faces**, test split, 8 images" in text_of(app)
    app.selectbox(key="test_set_choice").set_value("live").run()
    page = text_of(app)
    check_clean(app)
    assert "On **faces alone**, 2 images" in page and "test split, 8 images" not in page
    assert [*app.segmented_control(key="start_species").options] == ["Live"]
    assert "On the networks' own test split, whichever test set is chosen" in page
    assert "No maps were judged on the test set chosen" in page
    app.button(key="start_compare").click().run()
    app.switch_page("app_pages/compare.py").run()  # as the click has done in a browser
    assert app.session_state["shown"].test_set == "live"


def test_start_says_on_which_images_its_maps_were_judged(app, judged_path):
    add_set(judged_path, "frames", description="webcam frames")
    app.switch_page("app_pages/start.py").run()
    app.selectbox(key="test_set_choice").set_value("frames").run()
    page = text_of(app)
    check_clean(app)
    assert "pictures of **webcam frames** are not here" in page
    assert f"judge --store {judged_path} --test-set frames" in page
    assert "held against maps of images of **tiny faces**, test split" in page


def test_the_gallery_of_a_set_that_was_replaced_is_the_new_one(store_path):
    add_set(store_path, "attic")
    store, name = Store(store_path), str(store_path)
    assert set(cache.gallery(name, cache.sets_stamp(store), "attic")) > {"live"}
    shutil.rmtree(set_folder(store, "attic"))
    add_set(store_path, "attic", labels=(0,))
    assert set(cache.gallery(name, cache.sets_stamp(store), "attic")) == {"live"}


@pytest.mark.parametrize("file", [ABOUT, SAMPLES])
def test_a_damaged_test_set_takes_no_page_with_it(app, store_path, file):
    add_set(store_path, "webcam", real_presentations=True, description="webcam frames")
    (set_folder(Store(store_path), "webcam") / file).write_text("{")
    page = text_of(app.run())
    assert not app.exception and "cannot be said" in page and "webcam" in page
    assert "fs-verdict" in page and not app.error
    open_sets(app)
    assert not app.exception and any("webcam" in each.value for each in app.error)


def measured(app, column, *, last=False):
    """The first of the page's tables with this column, or the last."""
    return [each.value for each in app.dataframe if column in each.value][-1 if last else 0]


def test_every_tab_of_metrics_follows_the_test_set(app, store_path):
    count = add_set(store_path, "live", labels=[0], description="faces alone")
    app.switch_page("app_pages/metrics.py").run()
    assert "test split, 8 images" in text_of(app)
    app.selectbox(key="test_set_choice").set_value("live").run()
    page = text_of(app)
    assert not app.exception and not app.error
    assert f"**Measured** on **faces alone**, {count} images" in page
    assert "on the store's own validation, applied to faces alone" in page
    assert "2 pictures of it are also the store's own, by sample ids (2 test)" in page
    assert "accuracy and BPCER exist" in page
    pad = measured(app, "Pooled EER").iloc[0]
    assert pad["BPCER"].startswith("0.5000 [") and pad["APCER"] == "undefined"
    for section in ("Table I", "More rates", "Curves", "Confusion matrices", "Slices"):
        app.segmented_control(key="metrics_section").set_value(section).run()
        assert not app.exception and not app.error, section
        if section not in ("Slices", "Table I"):  # two live images alike cannot be sliced
            assert f"Measured on **faces alone**, {count} images" in text_of(app)


def test_the_choice_goes_along_to_images_and_stands_in_the_address(app, store_path):
    root = Store(store_path).card("cnn").data["root"]
    add_set(store_path, "other", description="other faces", root=root)
    app.switch_page("app_pages/metrics.py").run()
    assert "set" not in app.query_params
    app.selectbox(key="test_set_choice").set_value("other").run()
    assert app.query_params["set"] == "other"
    app.segmented_control(key="metrics_section").set_value("Slices").run()
    assert "Measured on **other faces**, 8 images: **APCER**" in text_of(app)
    assert measured(app, "Rate").index.str.startswith("phone").any()
    app.switch_page("app_pages/images.py").run()
    assert app.selectbox(key="test_set_choice").value == "other"
    assert "Test set: **other faces**, 8 images." in text_of(app)
    assert app.query_params["set"] == "other"
    next(b for b in app.button if b.label == "Compare").click().run()
    assert app.title[0].value == "Compare networks on one face" and not app.error
    assert app.session_state["shown"].test_set == "other"
    assert app.selectbox(key="test_set_choice").value == "other"


def test_images_of_a_set_without_pictures_says_so_and_shows_scores(app, store_path):
    add_set(store_path, "scores", description="frames")
    app.query_params["set"] = "scores"
    app.switch_page("app_pages/images.py").run()
    assert not app.exception and not app.error
    assert any("pictures of frames are not here" in each.value for each in app.info)
    (table,) = [each.value for each in app.dataframe]
    assert table.iloc[0]["CNN"] == "0.300"  # the one attack that was accepted
    app.segmented_control(key="images_mode").set_value("Disagreements").run()
    assert not app.exception and not app.error


def test_a_link_to_a_set_that_is_not_there_is_one_sentence(app, store_path):
    add_set(store_path, "scores")
    app.query_params["set"] = "gone"
    app.switch_page("app_pages/metrics.py").run()
    (error,) = app.error
    assert "a test set of the store: scores. Received: 'gone'" in error.value
    assert app.selectbox(key="test_set_choice").value == ""


def test_a_link_to_pictures_of_a_set_that_is_not_there_says_both_in_one_sentence(app, store_path):
    app.query_params.update({"set": "gone", "sample": "a.jpg", "beside": "b.jpg"})
    app.run()
    (error,) = app.error
    assert error.value.endswith(
        "Received: 'gone'. It is left out, and so are its pictures a.jpg and b.jpg."
    )
    assert app.session_state["shown"].sample.sample_id != "a.jpg"


def test_a_damaged_set_is_named_and_the_others_stay(app, store_path):
    add_set(store_path, "whole", description="whole frames")
    add_set(store_path, "broken")
    (set_folder(Store(store_path), "broken") / ABOUT).write_text("{")
    open_sets(app)
    (error,) = app.error
    assert "The test set broken is left out. Expected a complete about.json" in error.value
    sets = measured(app, "Worst species", last=True).index.get_level_values("Test set").unique()
    assert [*sets] == ["tiny faces, test split, 8 images", "whole frames, 8 images"]


def test_explanations_of_another_set_say_how_to_judge_as_many_as_there_are(app, judged_path):
    add_set(judged_path, "frames", description="webcam frames")
    app.query_params["set"] = "frames"
    app.switch_page("app_pages/explanations.py").run()
    assert not app.exception and not app.error
    (code,) = app.get("code")
    assert code.value.endswith("--test-set frames --root ITS_PICTURES --limit 8")
    app.selectbox(key="test_set_choice").set_value("").run()
    assert not app.get("code") and "Insertion and deletion" in text_of(app)


def test_the_regression_on_statistics_is_named_as_no_network(app, store_path):
    store = Store(store_path)
    folder = tone_folder(store, "")
    numbers = {"statistics": ["grey"], "mean": [0.5], "scale": [1], "coefficients": [1]}
    write_json(regression_path(store), numbers | {"intercept": 0, "threshold": 0.5, "cut": ""})
    store.scored("cnn")[["spoof_score"]].to_csv(set_scores(folder, REGRESSION))
    record = regression_record(store, set_scores(folder, REGRESSION))
    write_json(folder / TONE_ABOUT, {"scores": {REGRESSION: record}})
    open_sets(app)
    table = measured(app, "Pooled AUC", last=True)
    (row,) = [row for name, row in table.iterrows() if name[1] == TITLE]
    assert row["Pooled AUC"] == table.iloc[0]["Pooled AUC"] and row["AUC, tone equalised"] == "–"
    assert f"{TITLE} is no network of this store" in text_of(app)
