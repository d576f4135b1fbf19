"""Data of one's own becomes a build: faces found once, small sets, and what is left out said."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from skimage import data

from fascore.data import open_data
from fascore.data.protocols import draw_splits
from fascore.data.sample_table import samples_of
from fascore.data.samples import NO_FACE, UNREADABLE, DataError
from fascore.faces import FaceDetector
from trainer.build import PREPARED, SKIPPED, Prepared
from trainer.cli import main
from trainer.detect import table_name
from trainer.fit import fit
from trainer.prepare import prepare
from trainer.recipes import RECIPES
from trainer.summary import summary


def write_noise(root, *paths, seed=0):
    rng = np.random.default_rng(seed)
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (64, 96, 3), np.uint8)).save(root / path)
    return root


def remember_faces(beside, root, *, box=(10.25, 12.5, 30.125, 40.0), without=()):
    """Writes the table of found faces that a run of the detector would leave."""
    rows = {
        hashlib.sha256(path.read_bytes()).hexdigest(): (None,) * 4 if path.stem in without else box
        for path in root.rglob("*.png")
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["x", "y", "w", "h"])
    table.rename_axis("picture").to_csv(beside / table_name())


def test_a_face_is_found_as_in_an_upload_and_lands_in_the_samples(tmp_path):
    root = write_noise(tmp_path / "mine", "spoof/noise.png")
    (root / "live").mkdir()
    Image.fromarray(data.astronaut()[:300, 100:400]).save(root / "live/face.png")
    build = prepare(root, tmp_path / "b", protocol="test", jobs=1)
    source = open_data(root)
    (sample,) = samples_of(build.samples)
    (face,) = FaceDetector().detect(source.picture(sample))
    assert sample.box == face.box
    ((ids, images),) = build.batches("test", 8)
    assert ids == ["live/face.png"]
    seen = source.face_input(sample, size=64, expansion=1.5)  # as the gallery crops it
    np.testing.assert_array_equal(images[0], seen)
    assert [*pd.read_csv(tmp_path / "b" / SKIPPED)["reason"]] == [NO_FACE]
    assert "face boxes: 1 found" in summary(build)
    kept = pd.read_csv(tmp_path / table_name())
    assert len(kept) == 2 and kept["x"].isna().sum() == 1


def test_a_picture_is_searched_once_whatever_it_is_called_and_cropped_to(tmp_path):
    root = write_noise(tmp_path / "mine", "live/a.png", "spoof/b.png")
    remember_faces(tmp_path, root)  # no detector finds a face in noise
    first = prepare(root, tmp_path / "first", protocol="test", jobs=1)
    (root / "live/a.png").rename(root / "live/z.png")
    second = prepare(root, tmp_path / "second", protocol="test", size=32, jobs=1)
    assert [*second.samples.index] == ["live/z.png", "spoof/b.png"]
    for build in (first, second):
        assert [*build.samples.iloc[0][["x", "y", "w", "h"]]] == [10.25, 12.5, 30.125, 40.0]


@pytest.mark.parametrize(("choice", "boxes"), [("skip", [30.125]), ("whole", [30.125, None])])
def test_a_picture_without_a_face_is_left_out_or_taken_whole(tmp_path, choice, boxes):
    root = write_noise(tmp_path / "mine", "live/a.png", "spoof/b.png")
    remember_faces(tmp_path, root, without=["b"])
    build = prepare(root, tmp_path / "b", protocol="test", without_face=choice, jobs=1)
    found = build.samples["w"].astype(object).where(build.samples["w"].notna(), None)
    assert [*found] == boxes
    assert build.data["skipped"] == ({NO_FACE: 1} if choice == "skip" else {})
    if choice == "whole":
        ((_, images),) = build.batches("test", 8)
        whole = np.asarray(Image.open(root / "spoof/b.png"))[:, 16:80]
        np.testing.assert_array_equal(images[1], whole)


def test_labelled_boxes_are_kept_and_only_the_others_are_found(tmp_path):
    root = write_noise(tmp_path / "mine", "a.png", "b.png")
    (root / "t.csv").write_text("path,label,x,y,w,h\na.png,0,1,2,30,40\nb.png,1,,,,\n")
    remember_faces(tmp_path, root)
    build = prepare(root / "t.csv", tmp_path / "b", protocol="test", jobs=1)
    assert build.data["boxes"] == {"labelled": 1, "found": 1}
    assert [*build.samples["x"].notna()] == [False, True]


def test_a_table_of_faces_that_is_damaged_is_said(tmp_path, capsys):
    root = write_noise(tmp_path / "mine", "live/a.png")
    (tmp_path / table_name()).write_text("picture,x\n\0")
    arguments = ["--root", str(root), "--out", str(tmp_path / "b"), "--protocol", "test"]
    assert main(["prepare", *arguments, "--jobs", "1"]) == 2
    assert "Delete it: the faces are found again" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("paths", "reason", "example"),
    [
        (["unsorted/a.png", "unsorted/b.png"], "image without label", "unsorted/a.png"),
        ([], "file of another kind", "*.txt"),
    ],
)
def test_when_nothing_can_be_used_the_commonest_reason_is_named(tmp_path, paths, reason, example):
    root = write_noise(tmp_path / "mine", *paths)
    root.mkdir(exist_ok=True)
    (root / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match="Received: none") as caught:
        prepare(root, tmp_path / "b", protocol="test", jobs=1)
    assert f"for '{reason}', such as {example}" in str(caught.value)
    assert reason in [*pd.read_csv(tmp_path / "b" / SKIPPED)["reason"]]
    assert not (tmp_path / "b" / PREPARED).exists()


def test_when_no_face_is_found_in_any_picture_that_is_the_reason(tmp_path):
    root = write_noise(tmp_path / "mine", "live/a.png", "spoof/b.png")
    remember_faces(tmp_path, root, without=["a", "b"])
    with pytest.raises(DataError, match="no face found.*--without-face whole"):
        prepare(root, tmp_path / "b", protocol="test", jobs=1)


def test_a_split_that_loses_its_only_image_is_drawn_again_without_it(tmp_path):
    names = [f"{kind}/{i}.png" for kind in ("live", "spoof") for i in range(4)]
    root = write_noise(tmp_path / "mine", *names)
    (root / "live/0.png").write_bytes(b"no picture")
    (root / "spoof/0.png").unlink()
    remember_faces(tmp_path, root)
    (root / "live/0.png").write_bytes(b"no picture")

    def split_of_it(seed):
        drawn = draw_splits(open_data(root).samples(), "paper", seed=seed)
        return next((s.split for s in drawn if s.sample_id == "live/0.png"), None)

    seed = next(seed for seed in range(20) if split_of_it(seed) == "test")
    build = prepare(root, tmp_path / "b", protocol="paper", seed=seed, jobs=1)
    assert len(build.samples) == len(build.samples.groupby(["split", "label"])) == 6
    assert build.data["skipped"] == {UNREADABLE: 1}


@pytest.mark.parametrize("pictures", [["live/a.png"], ["spoof/a.png", "spoof/b.png"]])
def test_a_set_to_evaluate_on_may_be_of_one_class_and_is_not_trained_on(tmp_path, pictures):
    root = write_noise(tmp_path / "mine", *pictures)
    remember_faces(tmp_path, root)
    with pytest.raises(DataError, match="Use --protocol test"):
        prepare(root, tmp_path / "b", protocol="paper", jobs=1)
    build = prepare(root, tmp_path / "b", protocol="test", jobs=1)
    assert build.count("test") == len(pictures) and build.count("train") == 0
    assert list(build.batches("validation", 4)) == []
    assert [*Prepared(tmp_path / "b").data["images"]] == ["test"]
    with pytest.raises(DataError, match="a build without any. Prepare one with --protocol subject"):
        fit(build, tmp_path / "store", models=["cnn"], recipe=RECIPES["demo"])
