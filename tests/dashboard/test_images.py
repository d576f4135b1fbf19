"""The Images page: the faces behind Metrics' numbers, and the way to Compare and back."""

from dashboard.views.image_tiles import image_tiles
from fascore.store import PREDICTIONS
from tests.dashboard.conftest import check_clean, text_of
from tests.dashboard.metrics_page import open_metrics


def test_cell_of_a_confusion_matrix_leads_to_its_faces_and_a_face_to_compare(app, store_path):
    open_metrics(app, "Confusion matrices")
    app.button(key="cell_cnn_1_False").click().run()
    assert app.title[0].value == "Faces behind the numbers"
    app.switch_page("app_pages/images.py").run()  # as the click has done in a browser
    page = text_of(app)
    assert "**1 attack accepted** by CNN" in page
    assert (
        "<b>phone</b> (Replay)" in page and page.count("<td>0.300 &lt; 0.500</td><td>✗</td>") == 4
    )
    (compare,) = [button for button in app.button if button.label == "Compare"]
    compare.click().run()
    assert app.title[0].value == "Compare networks on one face"
    assert "True label: spoof" in text_of(app) and "phone (Replay)" in text_of(app)


def test_images_keep_species_and_page_on_the_way_to_compare_and_back(
    app, store_path, monkeypatch, caplog
):
    monkeypatch.setitem(image_tiles.__kwdefaults__, "a_page", 2)
    open_metrics(app, "Confusion matrices")
    app.button(key="cell_cnn_1_True").click().run()
    app.switch_page("app_pages/images.py").run()  # as the click has done in a browser
    species = app.selectbox(key="images_species")
    assert (species.value, species.options[0]) == ("", "All")
    assert "by CNN, those closest to a wrong verdict first." in text_of(app)
    app.number_input[0].set_value(2).run()
    next(button for button in app.button if button.label == "Compare").click().run()
    app.switch_page("app_pages/images.py").run()
    assert app.number_input[0].value == 2
    check_clean(app)
    assert "created with a default value" not in caplog.text


def test_species_leads_to_the_attacks_of_it_that_were_accepted(app, store_path):
    open_metrics(app, "Curves")
    app.button(key="species_print").click().run()
    app.switch_page("app_pages/images.py").run()
    assert "**0 attacks accepted** by CNN" in text_of(app)
    assert app.selectbox(key="images_species").value == "print"


def test_disagreements_are_the_images_networks_differ_on(app, store_path):
    path = store_path / "cnn" / PREDICTIONS
    path.write_text(path.read_text().replace(",0.3\n", ",0.9\n"))
    app.run().switch_page("app_pages/images.py").run()
    app.segmented_control(key="images_mode").set_value("Disagreements").run()
    page = text_of(app)
    assert "**1 of 8 images** are judged differently" in page
    assert "<td>✓</td><td>✗</td><td>✗</td><td>✗</td><td>0</td><td>1</td>" in page


def test_faces_that_are_gone_are_said_to_be(app, store_path, tmp_path):
    (tmp_path / "faces.zip").unlink()
    app.run().switch_page("app_pages/images.py").run()
    assert not app.exception
    assert any("The faces cannot be shown." in each.value for each in app.error)
