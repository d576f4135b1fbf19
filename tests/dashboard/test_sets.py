"""Test sets beside a store's own split, on the pages."""

import pytest

from fascore.evaluation_sets import ABOUT, scores_record, set_folder, set_scores
from fascore.files import write_json
from fascore.store import SAMPLES, Store
from tests.dashboard.conftest import text_of

pytestmark = pytest.mark.usefixtures("detect")


def add_set(path, name, **about):
    """The store's own test split as another test set, scored by all networks."""
    store = Store(path)
    folder = set_folder(store, name)
    folder.mkdir(parents=True)
    samples = store.samples()
    test = samples[samples["split"] == "test"]
    test.to_csv(folder / SAMPLES)
    scores = {}
    for model in store.scored_names:
        store.scored(model)[["spoof_score"]].to_csv(set_scores(folder, model))
        scores[model] = scores_record(store.card(model), set_scores(folder, model))
    record = {
        "name": name,
        "root": "",
        "fingerprint": "0",
        "split": "test",
        "counts": {},
        "images": {},
        "shared": {},
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


def test_metrics_shows_networks_on_every_test_set(app, store_path):
    app.switch_page("app_pages/metrics.py").run()
    assert "evaluate --as NAME" in text_of(app)
    count = add_set(store_path, "webcam", description="webcam frames")
    app.run()
    assert not app.exception
    (table,) = [each.value for each in app.dataframe if "Worst species" in each.value.columns]
    sets = table.index.get_level_values("Test set").unique().tolist()
    assert len(sets) == 2 and sets[1] == f"webcam frames, {count} images"
    own, other = (table.loc[name] for name in sets)
    assert (own == other).all(axis=None) and len(own) == len(Store(store_path).scored_names)


def test_the_gallery_offers_other_sets_whose_pictures_are_here(app, store_path):
    root = Store(store_path).card("cnn").data["root"]
    add_set(store_path, "scores", description="scores alone")
    app.run()
    assert not [each for each in app.selectbox if each.label == "Test set"]
    add_set(store_path, "other", description="other faces", root=root)
    app.run()
    (choice,) = [each for each in app.selectbox if each.label == "Test set"]
    assert [*choice.options] == ["tiny faces", "other faces"]
    choice.set_value("other").run()
    assert not app.exception and not app.error
    next(b for b in app.button if (b.key or "").startswith("pick_")).click().run()
    assert not app.exception and "True label: live" in text_of(app)


@pytest.mark.parametrize("file", [ABOUT, SAMPLES])
def test_a_damaged_test_set_takes_no_page_with_it(app, store_path, file):
    add_set(store_path, "webcam", real_presentations=True, description="webcam frames")
    (set_folder(Store(store_path), "webcam") / file).write_text("{")
    page = text_of(app.run())
    assert not app.exception and "cannot be said" in page and "webcam" in page
    assert "fs-verdict" in page and not app.error
    app.switch_page("app_pages/metrics.py").run()
    assert not app.exception and any("webcam" in each.value for each in app.error)
