"""Compare's picture: from the gallery, a file or the camera, and the face in it."""

import pytest
from PIL import Image

from fascore.explain import default_explainers
from fascore.images import Box
from fascore.models import VARIANTS
from fascore.store import Store
from tests.dashboard.compare_page import captions, change_card, html_of, maps_of, upload
from tests.dashboard.conftest import check_clean, encoded, picture, text_of

pytestmark = pytest.mark.usefixtures("store_path", "detect")


@pytest.mark.parametrize(
    ("species", "told"),
    [
        ("print", "spoof** (attack, photo (Print))"),
        ("replay", "spoof** (attack, phone (Replay))"),
        ("3d_mask", "spoof** (attack, 3D mask)"),
    ],
)
def test_one_click_picks_from_the_gallery(app, species, told):
    app.run()
    app.segmented_control(key="species").set_value(species).run()
    next(b for b in app.button if b.key.startswith("pick_")).click().run()
    check_clean(app)
    assert told in text_of(app)


def test_species_control_shows_its_first_picture_at_once(app):
    app.run()
    app.segmented_control(key="species").set_value("replay").run()
    check_clean(app)
    assert "spoof** (attack, phone (Replay))" in text_of(app)


def test_uploaded_face_is_found_and_judged(app, detect):
    detect(Box(10, 10, 70, 80))
    upload(app.run(), encoded(picture(5)))
    check_clean(app)
    assert len(maps_of(app)) == len(VARIANTS) * len(default_explainers())
    assert "True label" not in text_of(app)


def test_webcam_picture_is_judged(app):
    app.run()
    app.segmented_control(key="source").set_value("camera").run()
    app.camera_input[0].set_value(("me.jpg", encoded(picture(7), "JPEG"), "image/jpeg")).run()
    check_clean(app)
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)


def test_removing_the_upload_forgets_the_picture(app):
    upload(app.run(), encoded(picture(5)))
    app.file_uploader[0].set_value(None).run()
    assert "shown" not in app.session_state
    assert not html_of(app, "fs-verdict")


def test_upload_can_be_removed_after_a_visit_elsewhere(app):
    upload(app.run(), encoded(picture(5)))
    app.switch_page("app_pages/about.py").run()
    app.switch_page("app_pages/compare.py").run()
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)
    app.button(key="remove").click().run()
    assert not html_of(app, "fs-verdict")


@pytest.mark.parametrize("source", ["upload", "camera"])
def test_tab_without_a_picture_shows_none_and_the_gallery_its_first_again(app, source):
    app.run()
    app.segmented_control(key="source").set_value(source).run()
    check_clean(app)
    assert not html_of(app, "fs-verdict") and not html_of(app, "fs-chip")
    assert "True label" not in text_of(app)
    app.segmented_control(key="source").set_value("gallery").run()
    assert "True label: live" in text_of(app)


def test_no_face_is_never_judged_silently(app, detect):
    detect()
    upload(app.run(), encoded(picture(5)))
    assert "No face found" in text_of(app)
    assert not html_of(app, "fs-verdict")
    app.button(key="use_whole").click().run()
    check_clean(app)
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)
    assert "largest centred square is judged instead" in text_of(app)


def test_largest_of_several_faces_is_judged_and_another_can_be(app, detect):
    detect(Box(10, 10, 80, 80), Box(60, 60, 30, 30))
    upload(app.run(), encoded(picture(5)))
    assert "2 faces found: the largest one is judged." in text_of(app)
    before = html_of(app, "fs-verdict")
    app.button(key="pick_face_2").click().run()
    check_clean(app)
    assert "the chosen one is judged" in text_of(app)
    assert "The face is 30 px" in text_of(app)
    assert html_of(app, "fs-verdict") != before


def test_first_frame_of_several_is_judged_and_said(app):
    data = encoded(picture(1), "GIF", save_all=True, append_images=[picture(2), picture(3)])
    upload(app.run(), data, "face.gif")
    check_clean(app)
    assert "First of 3 frames used." in text_of(app)


def test_face_without_a_labelled_box_is_said_to_be_the_whole_picture(app, store_path, tmp_path):
    faces = tmp_path / "mine"
    for sample_id in Store(store_path).samples().index:
        (faces / sample_id).parent.mkdir(parents=True, exist_ok=True)
        picture(3).resize((96, 120)).save(faces / sample_id)
    rows = [f"{each},{int('live' not in each)}" for each in Store(store_path).samples().index]
    (faces / "mine.csv").write_text("\n".join(["path,label", *rows]))
    for name in VARIANTS:
        data = {**Store(store_path).card(name).data, "root": str(faces / "mine.csv")}
        change_card(store_path, name, data=data, crop_expansion=2.0)
    app.run()
    check_clean(app)
    told = "\n".join(captions(app))
    assert "No face box (the data set labels none)" in told
    assert "Crop, 96 × 96 px: the picture's largest centred square." in told


BAD_FILES = {
    "empty": (lambda: b"", "an empty file"),
    "cut": (lambda: encoded(picture(1), "JPEG")[:900], "a damaged or unfinished file"),
    "text": (lambda: b"not a picture at all\n" * 9, "a text file"),
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    "bomb": (lambda: encoded(Image.new("1", (20_000, 20_000))), "at most 50 megapixels"),
    "heavy": (lambda: bytes(11 * 2**20), "at most 10 MB"),
    "dot": (lambda: encoded(picture(1, 1)), "1 x 1 pixels"),
    "line": (lambda: encoded(Image.new("RGB", (1, 10_000))), "1 x 10000 pixels"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_gets_its_sentence_and_no_verdict(app, name):
    make, sentence = BAD_FILES[name]
    upload(app.run(), make())
    assert not app.exception
    assert [sentence in error.value for error in app.error] == [True]
    assert not html_of(app, "fs-verdict")


def test_missing_data_set_is_said_and_uploads_still_work(app, store_path):
    (store_path.parent / "faces.zip").unlink()
    app.run()
    assert not app.exception
    assert len(app.error) == 1 and "The gallery cannot be shown" in app.error[0].value
    upload(app, encoded(picture(5)))
    check_clean(app)
    assert len(html_of(app, "fs-verdict")) == len(VARIANTS)
