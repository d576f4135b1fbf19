import pytest

from fascore.data.sample_table import fingerprint, read_samples
from fascore.store import CARD, PREDICTIONS, SAMPLES
from tests.dashboard.conftest import check_clean, text_of
from tests.dashboard.test_sets import add_set


@pytest.fixture
def both(app, store_path, second_path, monkeypatch):
    """The app on its Stores page, with two stores."""
    options = ["app.py", "--store", str(store_path), "--store", str(second_path)]
    monkeypatch.setattr("sys.argv", options)
    return app.switch_page("app_pages/stores.py")


def shown(app, column):
    return next(table.value for table in app.dataframe if column in table.value)


def test_networks_of_two_stores_are_tested_on_the_same_images(both, store_path, second_path):
    check_clean(both.run())
    table = shown(both, "In words")
    row = table.loc["CNN"].tolist()
    assert row[2:] == ["+0.0000", "1.000", "1.000", "cannot be told apart"]
    assert [name.split(": ")[1] for name in table.columns[:2]] == [
        str(store_path),
        str(second_path),
    ]
    # of 8 images the first gets 6 right, the second, which calls all an attack, its 6 attacks
    assert table.loc["CNN"].tolist()[0].startswith("0.7500 [")
    assert "**tiny faces**, test split, 8 images" in text_of(both)


def test_two_stores_are_compared_on_the_test_set_chosen(both, store_path, second_path):
    count = add_set(store_path, "live", labels=[0], description="faces alone")
    both.run()
    assert shown(both, "Open")["Other test sets"].tolist() == ["live", "none"]
    both.selectbox(key="test_set_choice").set_value("live").run()
    (error,) = both.error
    assert f"Expected a test set of {second_path}: none but its own" in error.value
    add_set(second_path, "live", labels=[0], description="faces alone")
    check_clean(both.run())
    assert f"on **faces alone**, {count} images" in text_of(both)
    # the second calls both live faces attacks
    first, second = shown(both, "In words").loc["CNN"].tolist()[:2]
    assert first.startswith("0.5000 [") and second.startswith("0.0000 [")


def test_stores_on_other_images_are_said_to_be_incomparable(both, second_path):
    samples = read_samples(second_path / SAMPLES).drop(index="Data/test/2/live/live.jpg")
    samples.to_csv(second_path / SAMPLES)
    for path in second_path.glob(f"*/{CARD}"):
        text = path.read_text()
        before = text.split('"fingerprint": "')[1].split('"')[0]
        path.write_text(text.replace(before, fingerprint(samples)))
    both.run()
    assert not both.exception
    assert "8 of tiny faces and 7 of tiny faces, 7 in common" in both.error[0].value


def test_stores_are_listed_with_what_they_hold(both, store_path):
    table = shown(both.run(), "Open")
    assert table.loc[str(store_path)].tolist() == [
        "✓",
        "tiny faces",
        "4 (4 with weights)",
        "8",
        "none",
        "not recorded",
    ]


def test_one_store_says_how_to_open_two(app, store_path):
    add_set(store_path, "other")
    app.switch_page("app_pages/stores.py").run()
    check_clean(app)
    assert "--store runs/first --store runs/second" in app.get("code")[0].value
    keys = [box.key for box in app.selectbox]  # that would have no effect
    assert "threshold_rule" not in keys and "test_set_choice" not in keys


def test_store_chosen_in_the_sidebar_is_read_by_every_page(both, second_path, detect):
    both.run().sidebar.selectbox(key="store").set_value(second_path).run()
    assert f"`{second_path}`" in both.sidebar.markdown[0].value
    both.switch_page("app_pages/metrics.py").run()
    measured = [table.value for table in both.dataframe if "Recall" in table.value][1]
    assert measured.loc["CNN", "Recall"] == "0.5000"  # everything is called an attack


def test_face_of_one_store_is_not_shown_under_another(both, second_path, detect):
    both.switch_page("app_pages/compare.py").run()
    first = both.session_state["shown"].sample
    others = [button for button in both.button if (button.key or "").startswith("pick_")]
    others[1].click().run()
    assert both.session_state["shown"].sample != first
    both.sidebar.selectbox(key="store").set_value(second_path).run()
    check_clean(both)
    assert both.session_state["shown"].sample == first  # the gallery begins anew


def test_folder_of_stores_offers_each(app, store_path, second_path, monkeypatch):
    monkeypatch.setenv("FASCORE_STORE", str(store_path.parent))
    app.switch_page("app_pages/stores.py").run()
    check_clean(app)
    assert app.sidebar.selectbox(key="store").options == [str(second_path), str(store_path)]


def test_store_without_scores_in_the_comparison_is_one_sentence(both, second_path):
    for path in second_path.glob(f"*/{PREDICTIONS}"):
        path.unlink()
    both.run()
    assert not both.exception and "Expected scores in" in both.error[0].value
