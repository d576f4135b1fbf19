"""Export on Compare: what is on the page goes into the files, and nothing else does."""

import pytest

from dashboard import views
from fascore.labels import SPOOF
from fascore.models import VARIANTS
from fascore.report.face_page import face_html
from tests.dashboard.compare_page import upload
from tests.dashboard.conftest import check_clean, encoded, picture, text_of

pytestmark = pytest.mark.usefixtures("store_path", "detect")


@pytest.fixture
def exports(monkeypatch):
    """What the page would export, run by run."""
    taken = []
    monkeypatch.setattr(views, "export_files", lambda place, export, drawing: taken.append(export))
    return taken


def test_button_waits_for_the_maps_and_then_offers_three_files(app):
    app.run()
    check_clean(app)
    labels = [each.proto.label for each in app.get("download_button")]
    assert labels == ["All of it (one HTML file)", "Grid of maps (PNG)", "Raw maps (NPZ)"]
    assert not [each for each in app.button if each.key == "export_waits"]


def test_files_hold_what_the_page_shows(app, exports):
    app.run()
    (export,) = exports
    assert [each.name for each in export.networks] == list(VARIANTS)
    assert export.origin.data_set == "tiny faces"
    assert export.origin.test_set == "tiny faces, test split"
    assert export.picture in face_html(export) and "Data/test/" in export.picture
    shown = text_of(app)
    for network in export.networks:
        word = "SPOOF" if network.label == SPOOF else "LIVE"
        assert f"{word} <small>" in shown
    assert any("trained on simulated attacks" in words for words in export.warnings)
    assert not any("**" in words for words in export.warnings)
    assert all(len(each.maps) == len(VARIANTS) for each in export.methods)
    assert export.answer[0] in shown


def test_uploads_name_is_in_no_file(app, exports):
    upload(app.run(), encoded(picture(5)), name="my-secret-name.png")
    assert exports[-1].picture == "an uploaded picture" and exports[-1].origin.test_set == ""
    assert "my-secret-name" not in face_html(exports[-1])


def test_face_without_a_verdict_offers_nothing(app, exports):
    upload(app.run(), b"no picture at all")
    assert len(exports) == 1  # of the gallery's picture before
