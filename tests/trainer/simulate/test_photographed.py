"""Attacks on photographs: six pictures made from one that scikit-image ships, in public domain."""

import csv
import io
import zipfile
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from fascore.data import open_data
from fascore.errors import FascoreError
from trainer.simulate import PhotoSettings, simulate_on_photographs
from trainer.simulate.layout import EVIDENCE, FACES
from trainer.simulate.mattes import refined
from trainer.simulate.portraits import find_portraits, read_portrait

FACE = (175.0, 66.0, 96.0, 130.0)  # of the astronaut, px
POINTS = (200.0, 112.0, 245.0, 110.0, 224.0, 139.0, 203.0, 162.0, 245.0, 160.0)
TINY = PhotoSettings(live_per_person=2, test_share=0.34)


@pytest.fixture(scope="module")
def portraits(tmp_path_factory):
    """Six people: the astronaut in other colours."""
    folder, rng = tmp_path_factory.mktemp("portraits"), np.random.default_rng(0)
    rows = [["file", *"xywh", *(f"point{n}" for n in range(10))]]
    for number in range(6):
        picture = np.clip(astronaut() * rng.uniform(0.7, 1.2, 3), 0, 255).astype(np.uint8)
        Image.fromarray(picture).save(folder / f"{number}.png")
        rows.append([f"{number}.png", *FACE, *POINTS])
    with (folder / "boxes.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(scope="module")
def folder(portraits, tmp_path_factory):
    out = tmp_path_factory.mktemp("photographed")
    boxes = portraits / "boxes.csv"
    assert simulate_on_photographs(out, portraits, boxes=boxes, settings=TINY, jobs=2) == 6
    return out


def test_every_person_is_in_one_split_with_all_kinds(folder):
    samples = open_data(folder / FACES).samples()
    assert Counter(s.label for s in samples) == {0: 12, 1: 48}
    splits = {s.subject: s.split for s in samples}
    assert Counter(splits.values()) == {"train": 4, "test": 2}
    assert all(splits[s.subject] == s.split for s in samples)
    species = Counter(s.pai_species for s in samples)
    assert species == {"live": 12, "print": 24, "paper_cut": 6, "replay": 18}
    assert {s.spoof_type for s in samples} == {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}


def test_one_process_makes_the_same_bytes(folder, portraits, tmp_path):
    boxes = portraits / "boxes.csv"
    simulate_on_photographs(tmp_path, portraits, boxes=boxes, settings=TINY, jobs=1)
    for name in (FACES, EVIDENCE):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_boxes_and_landmarks_lie_on_the_face(folder):
    source = open_data(folder / FACES)
    for sample in source.samples():
        picture = source.picture(sample)
        box, points = source.box(sample, picture), source.landmarks(sample)
        assert picture.shape[0] == picture.shape[1] <= 168
        centre = np.array([box.x + box.width / 2, box.y + box.height / 2])
        assert np.abs(points.mean(0) - centre).max() < 0.25 * box.longer_side
        assert 0.4 < box.longer_side / picture.shape[0] < 0.75


def test_only_attacks_have_evidence_and_most_show_it(folder):
    with zipfile.ZipFile(folder / EVIDENCE) as archive:
        masks = [np.asarray(Image.open(io.BytesIO(archive.read(n)))) for n in archive.namelist()]
    assert len(masks) == 48 and all(mask.dtype == bool for mask in masks)
    assert np.mean([mask.any() for mask in masks]) > 0.6


def test_the_person_is_cut_out(portraits):
    portrait = read_portrait(find_portraits(portraits, portraits / "boxes.csv")[0])
    face, corner = portrait.matte[150:170, 150:170], portrait.matte[:20, :20]
    assert face.min() == 255 and corner.max() == 0


@pytest.fixture
def mattes(portraits, tmp_path):
    """Of each person a rough block from the hair down, off by up to 6 px."""
    rough = np.zeros((512, 512), np.uint8)
    rough[40:, 110:330] = 255
    for number in range(6):
        Image.fromarray(rough).save(tmp_path / f"{number}.png")
    return tmp_path


def test_a_matte_says_who_is_cut_out(portraits, mattes):
    file = find_portraits(portraits, portraits / "boxes.csv", mattes)[0]
    matte = read_portrait(file).matte
    assert matte[150:170, 150:170].min() == 255  # face
    assert matte[92:105, 150:170].min() > 200  # hair, which GrabCut may lose
    assert matte[:20].max() == 0 and matte[:, :20].max() == 0


def test_a_rough_matte_follows_the_edges_of_its_picture():
    picture = np.full((80, 80, 3), 40, np.uint8)
    picture[:, 40:] = 200
    rough = np.zeros((80, 80), np.uint8)
    rough[:, 44:] = 255  # the person begins at 40
    soft = refined(rough, picture)[40].astype(int)
    assert np.diff(soft).argmax() == 39
    assert soft[:38].max() == 0 and soft[52:].min() == 255


def test_mattes_that_do_not_fit_are_one_sentence(portraits, mattes):
    boxes = portraits / "boxes.csv"
    Image.new("L", (512, 100)).save(mattes / "0.png")
    with pytest.raises(FascoreError, match="512 x 512 pixels. Received: .* with 512 x 100"):
        read_portrait(find_portraits(portraits, boxes, mattes)[0])
    (mattes / "3.png").unlink()
    with pytest.raises(FascoreError, match=r"Received: no 3\.png"):
        find_portraits(portraits, boxes, mattes)


def test_a_mirrored_person_keeps_the_order_of_landmarks(portraits):
    portrait = read_portrait(find_portraits(portraits, portraits / "boxes.csv")[0], matte=False)
    points = portrait.mirrored().points
    np.testing.assert_allclose(points[0], portrait.points[1] * [-1, 1])
    assert points[0, 0] < points[1, 0] and points[3, 0] < points[4, 0]


def test_without_a_table_faces_are_found(portraits, tmp_path):
    for number in range(2):
        (tmp_path / f"{number}.png").write_bytes((portraits / f"{number}.png").read_bytes())
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((200, 200, 3), 90, np.uint8))
    found = find_portraits(tmp_path)
    assert [each.path[-5:] for each in found] == ["0.png", "1.png"]
    np.testing.assert_allclose(found[0].box, FACE, atol=25)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["0.png", 1, 2, 3], "Expected 14 numbers for 0.png"),
        (["0.png", 1, 2, 3, 0, *POINTS], "Expected 14 numbers for 0.png"),
        (["none.png", *FACE, *POINTS], "Expected none.png"),
        (["0.png", "x", 2, 3, 4, *POINTS], "Expected a CSV table"),
    ],
)
def test_a_table_that_does_not_fit_is_one_sentence(portraits, tmp_path, row, sentence):
    with (tmp_path / "boxes.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file"], row])
    with pytest.raises(FascoreError, match=sentence):
        find_portraits(portraits, tmp_path / "boxes.csv")


def test_a_box_off_its_photograph_is_one_sentence(portraits):
    file = find_portraits(portraits, portraits / "boxes.csv")[0]
    with pytest.raises(FascoreError, match="9000, 66, 96, 130 for .* which has 512 x 512 pixels"):
        read_portrait(replace(file, box=(9000.0, *FACE[1:])), matte=False)


def test_a_folder_without_faces_is_one_sentence(portraits, tmp_path):
    with pytest.raises(FascoreError, match="Received: .*, which is none"):
        find_portraits(tmp_path / "nothing")
    (tmp_path / "boxes.csv").write_text("file,x,y,w,h\n")
    with pytest.raises(FascoreError, match="Received: none with a face"):
        find_portraits(portraits, tmp_path / "boxes.csv")
