"""A raw data set becomes a build: the right pixels, every entry accounted for, any interruption."""

import json
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fascore.data import open_data
from fascore.data.samples import EMPTY_BOX, MISSING_IMAGE, UNREADABLE, DataError
from trainer.build import PREPARED, SKIPPED, Prepared
from trainer.cli import main
from trainer.crops import Cropper
from trainer.prepare import prepare
from trainer.summary import summary

ROOT = Path(__file__).parents[2]


def images_of(build, split):
    batches = build.batches(split, 7)
    return {i: image for pair in batches for i, image in zip(*pair, strict=True)}


def test_build_holds_the_pixels_the_browser_would_see(build, faces_zip):
    source = open_data(faces_zip)
    images = images_of(build, "test")
    assert len(images) == build.count("test") == 24
    for sample in source.samples():
        if sample.split == "test":
            expected = source.face_input(sample, size=64, expansion=1.5)
            np.testing.assert_array_equal(images[sample.sample_id], expected)


def test_examples_carry_their_labels(build):
    for split in ("train", "validation", "test"):
        for example in build.examples(split, shuffle_seed=3).as_numpy_iterator():
            assert example["label"] == build.samples["label"][example["sample_id"].decode()]


def test_order_depends_on_the_seed_alone(build):
    orders = [
        [each["sample_id"] for each in build.examples("train", shuffle_seed=s).as_numpy_iterator()]
        for s in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2] and sorted(orders[0]) == sorted(orders[2])


@pytest.fixture(scope="module")
def spoilt(faces_zip, tmp_path_factory):
    """The data set unpacked, with an empty box, a missing image and a damaged one."""
    root = tmp_path_factory.mktemp("CelebA_Spoof")
    with zipfile.ZipFile(faces_zip) as archive:
        archive.extractall(root)
    train = sorted((root / "Data/train").rglob("*.png"))
    train[0].with_name(train[0].stem + "_BB.txt").write_text("")
    train[1].unlink()
    train[2].write_bytes(train[2].read_bytes()[:500])
    names = [str(path.relative_to(root)) for path in train[:3]]
    return root, dict(zip(names, (EMPTY_BOX, MISSING_IMAGE, UNREADABLE), strict=True))


def test_picture_that_vanishes_after_the_scan_is_left_out(spoilt, tmp_path):
    root = shutil.copytree(spoilt[0], tmp_path / "faces")
    first, second = open_data(root).samples()[:2]
    (root / first.sample_id).unlink()
    crops = dict(Cropper(str(root), 64, 1.5).crops([first, second]))
    assert crops[first.sample_id].reason == MISSING_IMAGE
    assert crops[second.sample_id].shape == (64, 64, 3)


@pytest.mark.parametrize("beam", [None, "--runner=DirectRunner"], ids=["processes", "beam"])
def test_entries_left_out_are_listed_with_their_reasons(spoilt, tmp_path, beam):
    root, expected = spoilt
    build = prepare(root, tmp_path / "out", protocol="official", beam=beam)
    rows = pd.read_csv(tmp_path / "out" / SKIPPED)
    assert dict(zip(rows["path"], rows["reason"], strict=True)) == expected
    in_shards = set().union(*(images_of(build, s) for s in ("train", "validation", "test")))
    assert in_shards == set(build.samples.index) and len(in_shards) == 72 - 3
    assert "left out, box file empty: 1" in summary(build)


def test_beam_makes_the_same_build(faces_zip, build, tmp_path):
    other = prepare(faces_zip, tmp_path / "b", protocol="official", beam="--runner=DirectRunner")
    for split in ("train", "validation", "test"):
        mine, theirs = images_of(build, split), images_of(other, split)
        assert mine.keys() == theirs.keys()
        assert all((mine[each] == theirs[each]).all() for each in mine)
    assert other.data == build.data


def test_summary_counts_images_and_subjects(build):
    text = summary(build)
    row = next(line for line in text.splitlines() if line.startswith("test"))
    assert row.split()[1:] == ["24", "12", "12", "12", "12"]
    assert "left out in all: 0" in text and "subjects without a live image: 0" in text


def test_finished_build_is_left_as_it_is(faces_zip, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["prepare", "--root", str(faces_zip), "--out", str(out), "--protocol", "official"]
    assert main(arguments) == 0
    stamp = (out / PREPARED).stat().st_mtime_ns
    assert main(arguments) == 0 and (out / PREPARED).stat().st_mtime_ns == stamp
    assert "Prepared already" in capsys.readouterr().out
    assert main([*arguments, "--size", "32"]) == 2
    assert "a build with size 64" in capsys.readouterr().err


def test_killed_prepare_starts_its_shards_again(tmp_path):
    demo = ROOT / "assets/demo/faces.zip"
    out = tmp_path / "out"
    command = [sys.executable, "-m", "trainer", "prepare", "--root", str(demo), "--out", str(out)]
    command += ["--protocol", "official", "--jobs", "1"]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    while not list(out.glob("shards/faces/*/*incomplete*/*")):
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    with pytest.raises(DataError, match="Run prepare"):
        Prepared(out)
    build = prepare(demo, out, protocol="official")
    assert sum(map(build.count, ("train", "validation", "test"))) == 7200
    assert not list(out.rglob("*incomplete*"))


def test_out_with_other_files_is_left_alone(faces_zip, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(DataError, match=r"a folder with thesis\.tex"):
        prepare(faces_zip, tmp_path, protocol="official")
    assert (tmp_path / "thesis.tex").exists()


def test_out_inside_the_data_set_is_refused(spoilt):
    with pytest.raises(DataError, match="outside the data set"):
        prepare(spoilt[0], spoilt[0] / "build", protocol="official")


@pytest.mark.parametrize(
    "options",
    [
        ["--limit", "0"],
        ["--limit", "many"],
        ["--size", "8"],
        ["--crop-expansion", "0.5"],
        ["--crop-expansion", "inf"],
        ["--jobs", "0"],
        ["--protocol", "random"],
    ],
)
def test_senseless_options_are_refused(faces_zip, tmp_path, options, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["prepare", "--root", str(faces_zip), "--out", str(tmp_path / "o"), *options])
    assert stop.value.code == 2 and options[0] in capsys.readouterr().err


def test_beam_with_processes_is_refused(faces_zip, tmp_path, capsys):
    both = ["--beam=--runner=DirectRunner", "--jobs", "2"]
    assert main(["prepare", "--root", str(faces_zip), "--out", str(tmp_path / "o"), *both]) == 2
    assert "Beam starts its own workers" in capsys.readouterr().err


def test_split_without_a_class_is_one_sentence(faces_zip, tmp_path, capsys):
    root = tmp_path / "faces"
    with zipfile.ZipFile(faces_zip) as archive:
        archive.extractall(root)
    path = root / "metas/intra_test/test_label.json"
    rows = {k: v for k, v in json.loads(path.read_text()).items() if "live" in k}
    path.write_text(json.dumps(rows))
    options = ["--out", str(tmp_path / "o"), "--protocol", "official"]
    assert main(["prepare", "--root", str(root), *options]) == 2
    assert "live and spoof images in the test split" in capsys.readouterr().err
    shutil.rmtree(root)
    assert main(["prepare", "--root", str(root), *options]) == 2
    assert "which is not there" in capsys.readouterr().err
