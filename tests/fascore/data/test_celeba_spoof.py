"""CelebA-Spoof: each quirk is skipped for a listed reason; what cannot be used is said."""

import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from fascore.data import samples as reasons
from fascore.data.celeba_spoof import LABEL_FILES, CelebASpoof, parse_box
from fascore.data.samples import DataError, EntryError
from fascore.images import Box

LIVE_ROW, SPOOF_ROW = [1] * 40 + [0, 0, 0, 0], [0] * 40 + [9, 4, 2, 1]
GOOD = "Data/train/7/live/000001.jpg"


@pytest.fixture
def tree(tmp_path):
    """A data set of one good entry, to be spoilt."""
    for split, rows in {"train": {GOOD: LIVE_ROW}, "test": {}}.items():
        path = tmp_path / LABEL_FILES[split]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(rows))
    add(tmp_path, GOOD)
    return tmp_path


def add(root, path, *, box="60 60 100 100 0.99", side=100):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side), (90, 80, 70)).save(root / path)
    (root / path).with_name((root / path).stem + "_BB.txt").write_text(box)


def label(root, path, row, split="train"):
    file = root / LABEL_FILES[split]
    file.write_text(json.dumps(json.loads(file.read_text()) | {path: row}))


def skipped(root):
    scan = CelebASpoof(root).scan()
    assert [sample.sample_id for sample in scan.samples] == [GOOD]
    return {each.path: each.reason for each in scan.skipped}


def test_good_entry_keeps_its_attributes(tree):
    (sample,) = CelebASpoof(tree).samples()
    assert (sample.subject, sample.label, sample.attributes) == ("7", 0, bytes([1] * 40))


def test_image_that_is_not_there(tree):
    label(tree, "Data/train/7/live/000002.jpg", LIVE_ROW)
    assert skipped(tree) == {"Data/train/7/live/000002.jpg": reasons.MISSING_IMAGE}


def test_box_file_that_is_not_there(tree):
    path = "Data/train/7/spoof/000002.jpg"
    add(tree, path)
    label(tree, path, SPOOF_ROW)
    (tree / "Data/train/7/spoof/000002_BB.txt").unlink()
    assert skipped(tree) == {path: reasons.MISSING_BOX}


def test_image_nobody_labelled(tree):
    add(tree, "Data/test/9/live/000001.png")
    assert skipped(tree) == {"Data/test/9/live/000001.png": reasons.UNLABELLED}


def test_stray_folder_is_listed_once(tree):
    for number in range(3):
        add(tree, f"Data/train_2/7/live/{number}.jpg")
    assert skipped(tree) == {"Data/train_2": reasons.STRAY}


def test_subject_folder_that_is_a_file(tree):
    (tree / "Data/train/8").write_bytes(b"")
    assert skipped(tree) == {"Data/train/8": reasons.SUBJECT_FILE}


@pytest.mark.parametrize("split", ["train", "test"])
def test_entry_listed_twice_is_used_once(tree, split):
    text = (tree / LABEL_FILES["train"]).read_text()
    twice = {"train": text[:-1] + "," + text[1:], "test": text}[split]
    (tree / LABEL_FILES[split]).write_text(twice)
    assert skipped(tree) == {GOOD: reasons.DUPLICATE}


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "Data/train/../../../x.jpg", "Data/train/8/x.jpg", ""]
)
def test_path_outside_the_layout(tree, path):
    label(tree, path, LIVE_ROW)
    assert skipped(tree) == {path: reasons.BAD_PATH}


@pytest.mark.parametrize(
    "row",
    [
        [0] * 43,
        "spoof",
        [0] * 40 + [11, 1, 1, 1],
        [0] * 40 + [0, 1, 1, 1],
        [0] * 40 + [3, 1, 1, 0],
        [0] * 40 + [3, 5, 1, 1],
        [0] * 40 + [3, 1, 1, 2],
        [2] * 40 + [0, 0, 0, 0],
        [0.5] * 44,
    ],
)
def test_broken_label_row(tree, row):
    path = "Data/train/7/spoof/000003.jpg"
    add(tree, path)
    label(tree, path, row)
    assert skipped(tree) == {path: reasons.BAD_ROW}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", reasons.EMPTY_BOX),
        ("\n", reasons.EMPTY_BOX),
        ("1 2 3", reasons.BROKEN_BOX),
        ("a b c d", reasons.BROKEN_BOX),
        ("nan 1 50 50 1", reasons.BROKEN_BOX),
        ("-20 100 50 50 0.9", reasons.NEGATIVE_BOX),
        ("20 100 -5 50 0.9", reasons.NEGATIVE_BOX),
        ("300 10 20 20 0.9", reasons.OUTSIDE_BOX),
        ("230 10 20 20 0.9", reasons.OUTSIDE_BOX),
        ("120 100 200 260 0.9", reasons.OTHER_FRAME),
        ("5 5 0 9 1", reasons.SMALL_BOX),
        ("5 5 2.9 50 1", reasons.SMALL_BOX),
    ],
)
def test_unusable_boxes_are_refused_with_a_reason(text, reason):
    with pytest.raises(EntryError, match="Received") as caught:
        parse_box(text, 224, 224)
    assert caught.value.reason == reason


def test_box_reaching_a_little_out_is_clamped():
    assert parse_box("100 100 150 50 0.9", 224, 112) == Box(100, 50, 124, 25)


def test_picture_cut_short_is_refused_with_a_reason(tree):
    (tree / GOOD).write_bytes((tree / GOOD).read_bytes()[:300])
    source = CelebASpoof(tree)
    with pytest.raises(EntryError) as caught:
        source.face_input(source.samples()[0], size=64, expansion=1.5)
    assert caught.value.reason == reasons.UNREADABLE


def test_label_file_cut_short_is_said(tree):
    file = tree / LABEL_FILES["train"]
    file.write_text(file.read_text()[:50])
    with pytest.raises(DataError, match="breaks off or is damaged"):
        CelebASpoof(tree).scan()


def test_label_file_of_another_structure_is_said(tree):
    (tree / LABEL_FILES["test"]).write_text("[1, 2]")
    with pytest.raises(DataError, match="another structure"):
        CelebASpoof(tree).scan()


def test_label_file_that_is_not_there_is_said(tree):
    (tree / LABEL_FILES["test"]).unlink()
    with pytest.raises(DataError, match="Expected a file metas/intra_test/test_label.json"):
        CelebASpoof(tree).scan()


def test_folder_of_something_else_is_said(tmp_path):
    (tmp_path / "Data").mkdir()
    with pytest.raises(DataError, match="Received: no metas"):
        CelebASpoof(tmp_path)


def test_folder_around_the_data_set_and_a_zip_of_it_will_do(tree, tmp_path_factory):
    around = tmp_path_factory.mktemp("around")
    (around / "CelebA_Spoof").symlink_to(tree)
    assert len(CelebASpoof(around).samples()) == 1
    with zipfile.ZipFile(around / "all.zip", "w") as archive:
        for path in tree.rglob("*.*"):
            archive.write(path, f"CelebA_Spoof/{path.relative_to(tree)}")
    source = CelebASpoof(around / "all.zip")
    image = source.face_input(source.samples()[0], size=64, expansion=1.5)
    np.testing.assert_array_equal(image[0, 0], image[-1, -1])


@pytest.mark.parametrize("name", ["metas/dataset.json", "metas/annotations.json"])
def test_damaged_file_beside_the_labels_is_said(tree, name):
    (tree / name).write_text('{"name": ')
    with pytest.raises(DataError, match=f"Expected a whole JSON file {name}"):
        CelebASpoof(tree).landmarks(CelebASpoof(tree).samples()[0])


def test_damaged_picture_in_a_zip_is_one_unreadable_entry(tree, tmp_path):
    path = tmp_path / "faces.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(tree.rglob("*.*")):
            archive.write(file, file.relative_to(tree))
        place = archive.getinfo(GOOD).header_offset + 200
    damaged = bytearray(path.read_bytes())
    damaged[place] ^= 255
    path.write_bytes(damaged)
    source = CelebASpoof(path)
    with pytest.raises(EntryError, match="Received: Bad CRC-32") as raised:
        source.face_input(source.samples()[0], size=16, expansion=1.5)
    assert raised.value.reason == reasons.UNREADABLE


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("changed", ["picture", "box", "nothing"])
def test_stamp_follows_picture_and_box(tree, tmp_path, zipped, changed):
    def stamp():
        root = tree
        if zipped:
            root = tmp_path / "faces.zip"
            with zipfile.ZipFile(root, "w") as archive:
                for file in sorted(tree.rglob("*.*")):
                    if file != root:
                        archive.write(file, file.relative_to(tree))
        source = CelebASpoof(root)
        return source.stamps(source.samples())

    before = stamp()
    if changed == "picture":
        Image.new("RGB", (100, 100), (200, 80, 70)).save(tree / GOOD)
    if changed == "box":
        (tree / GOOD).with_name("000001_BB.txt").write_text("61 60 100 100 0.99")
    label(tree, "Data/train/8/live/000009.jpg", LIVE_ROW)  # not there: no sample
    assert (stamp() == before) == (changed == "nothing")
