import shutil

import pytest

from fascore.models import VARIANTS
from fascore.store import PREDICTIONS, WEIGHTS
from tests.dashboard.conftest import check_clean, text_of


@pytest.fixture
def start(app, store_path):
    return app.switch_page("app_pages/start.py")


def test_start_goes_from_the_question_to_a_conclusion(start, studied_path, judged_path):
    check_clean(start.run())
    headings = [heading.value for heading in start.header]
    assert [heading[:2] for heading in headings[:4]] == ["1.", "2.", "3.", "4."]
    assert headings[4] == "What to conclude"
    page = text_of(start)
    assert "open store and its data set: **tiny faces**" in page
    assert "Does attention help?" in page and "Can the maps be believed?" in page


def test_what_to_conclude_is_there_before_what_takes_a_cold_server_seconds(
    start, studied_path, monkeypatch
):
    drawn = []
    for name in ("conclusions", "chart", "networks_figure"):
        monkeypatch.setattr(
            f"dashboard.views.{name}", lambda *_, name=name, **__: drawn.append(name)
        )
    check_clean(start.run())
    assert drawn == ["conclusions", "chart", "networks_figure"]


def test_networks_are_drawn_from_their_layers(start):
    drawings = [text.value for text in start.run().markdown if "<svg" in text.value]
    assert len(drawings) == 1
    assert drawings[0].count("last map, 7 × 7 × 4") == len(VARIANTS)


def test_verdicts_are_those_of_the_face_shown(start):
    page = text_of(start.run())
    assert page.count('class="fs-verdict') == len(VARIANTS)
    assert "networks say" in page


def test_another_face_comes_and_goes_on_to_its_explanations(start, detect):
    start.run().segmented_control(key="start_species").set_value("live").run()
    start.button(key="start_another").click().run()
    start.button(key="start_compare").click().run()
    start.switch_page("app_pages/compare.py").run()  # as the click has done in a browser
    check_clean(start)
    assert start.title[0].value == "Compare networks on one face"
    assert "True label: live" in text_of(start)


def test_gallery_stands_where_the_face_of_start_is_from(start, detect):
    start.run().segmented_control(key="start_species").set_value("replay").run()
    start.button(key="start_compare").click().run()
    start.switch_page("app_pages/compare.py").run()  # as the click has done in a browser
    check_clean(start)
    assert start.segmented_control(key="species").value == "replay"
    start.segmented_control(key="species").set_value("live").run()
    assert "True label: live" in text_of(start)


def test_tables_have_intervals_and_say_which_networks_differ(start):
    page = text_of(start.run())
    assert "No two of the networks can be told apart on these 8 images." in page
    assert "On **tiny faces**, test split, 8 images." in page
    accuracy = next(table.value for table in start.dataframe if "Accuracy" in table.value)
    assert accuracy["Accuracy"].str.startswith("0.7500 [").all()


def test_noise_of_training_is_told_from_the_study(start, studied_path):
    page = text_of(start.run())
    assert "Over 2 trainings of each variant" in page
    assert "start_noise" in [chart.key for chart in start.get("plotly_chart")]


def test_part_that_the_store_lacks_says_what_to_run(start, store_path):
    page = text_of(start.run())
    check_clean(start)
    assert f"python -m trainer study --data BUILD --store {store_path}" in page
    assert f"python -m trainer judge --store {store_path}" in page
    assert page.count("? cannot tell") == 2


def test_store_without_weights_shows_all_but_verdicts(start, store_path):
    for name in VARIANTS:
        (store_path / name / WEIGHTS).unlink()
    page = text_of(start.run())
    check_clean(start)
    assert "No weights are in this store." in page
    assert "No two of the networks can be told apart" in page
    assert any("<svg" in text.value for text in start.markdown)


def test_store_without_scores_says_what_to_run(start, store_path):
    for name in VARIANTS:
        (store_path / name / PREDICTIONS).unlink()
    assert "`python -m trainer evaluate` makes them" in text_of(start.run())
    assert not start.exception


def test_store_without_variants_says_so(start, store_path):
    (store_path / "cnn").rename(store_path / "xception")
    for name in VARIANTS:
        shutil.rmtree(store_path / name, ignore_errors=True)
    assert "none of the four variants" in text_of(start.run())
    check_clean(start)


def test_faces_that_are_gone_are_said_to_be(start, tmp_path):
    (tmp_path / "faces.zip").unlink()
    start.run()
    assert not start.exception
    assert [error.value[:26] for error in start.error] == ["The faces cannot be shown."]
    assert "What to conclude" in [heading.value for heading in start.header]
