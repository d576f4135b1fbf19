"""A data set of one's own, as folders named after classes."""

import zipfile
from dataclasses import replace

import pytest
from PIL import Image

from fascore.data import open_data
from fascore.data import samples as reasons
from fascore.data.class_folders import ClassFolders
from fascore.images import Box


def tree(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (80, 60), (9, 9, 9)).save(root / path)
    return open_data(root)


def said(source):
    return {
        sample.sample_id: (sample.split, sample.pai_species, sample.subject)
        for sample in source.samples()
    }


@pytest.mark.parametrize(
    ("live", "spoof", "species"),
    [
        ("live", "spoof", "unspecified"),
        ("real", "fake", "unspecified"),
        ("bonafide", "attack", "unspecified"),
        ("Bona-Fide", "Attacks", "unspecified"),
        ("ClientFace", "ImposterFace", "unspecified"),
        ("genuine_images", "printed photos", "print"),
        ("LIVE", "replay_attack", "replay"),
        ("live", "mask", "3d_mask"),
        ("live", "spoof/paper_mask", "paper_cut"),
    ],
)
def test_classes_by_the_words_of_the_field(tmp_path, live, spoof, species):
    source = tree(tmp_path, f"{live}/1.png", f"{spoof}/2.png")
    found = {path.split("/")[0]: each[1] for path, each in said(source).items()}
    assert found == {live: "live", spoof.split("/")[0]: species}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("train/live/1.png", ("train", "live", "")),
        ("live/val/1.png", ("validation", "live", "")),
        ("print/Testing/1.png", ("test", "print", "")),
        ("train/ann/real/1.png", ("train", "live", "ann")),
        ("spoof/bob/session2/replay/1.png", ("", "replay", "bob")),
        ("mask/live/1.png", ("", "live", "")),
        ("train_fake/1.png", ("train", "unspecified", "")),
    ],
)
def test_split_and_person_stand_above_or_below(tmp_path, path, expected):
    source = tree(tmp_path, path, "development/other/real/0.png")
    assert said(source)[path] == expected


def test_folders_that_all_share_speak_only_where_others_are_silent(tmp_path):
    source = tree(tmp_path, "Replay-Attack/real/1.png", "Replay-Attack/fake/2.png")
    assert {each[1] for each in said(source).values()} == {"live", "unspecified"}
    alone = tree(tmp_path / "one", "test/live/1.png", "test/live/2.png")
    assert set(said(alone).values()) == {("test", "live", "")}


def test_what_cannot_be_used_is_listed(tmp_path):
    (tmp_path / "live").mkdir()
    (tmp_path / "live/notes.txt").write_text("hello")
    (tmp_path / "live/.DS_Store").write_text("")
    (tmp_path / "live/._1.png").write_text("")
    source = tree(tmp_path, "live/1.png", "unsorted/2.png", "fake/real/3.png")
    scan = source.scan()
    assert [sample.sample_id for sample in scan.samples] == ["live/1.png"]
    assert {each.path: each.reason for each in scan.skipped} == {
        "unsorted/2.png": reasons.UNLABELLED,
        "fake/real/3.png": reasons.CONTRADICTION,
        "*.txt": reasons.NO_PICTURE,
    }


def test_a_zip_of_it_is_the_same_data_set(tmp_path):
    folder = tree(tmp_path / "mine", "live/ä.png", "spoof/b.png")
    with zipfile.ZipFile(tmp_path / "mine.zip", "w") as archive:
        for path in (tmp_path / "mine").rglob("*.png"):
            archive.write(path, path.relative_to(tmp_path / "mine"))
    zipped = open_data(tmp_path / "mine.zip")
    assert zipped.samples() == folder.samples() and zipped.name == folder.name == "mine"
    assert zipped.read("live/ä.png") == folder.read("live/ä.png")


def test_a_box_found_by_a_detector_travels_with_the_sample(tmp_path):
    source = tree(tmp_path, "live/1.png")
    assert isinstance(source, ClassFolders)
    (sample,) = source.samples()
    picture = source.picture(sample)
    assert not source.has_box(sample) and source.box(sample, picture) is None
    found = replace(sample, box=Box(10, 10, 20, 20))
    assert source.has_box(found) and source.box(found, picture) == Box(10, 10, 20, 20)
    assert source.face_input(found, size=32, expansion=1.0).shape == (32, 32, 3)
