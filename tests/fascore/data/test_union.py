"""Several data sets as one."""

import json

import numpy as np
import pytest

from fascore.data import open_data
from fascore.data.samples import DataError
from tests.faces_zip import write_faces_zip
from trainer.prepare import prepare


@pytest.fixture(scope="module")
def union(tmp_path_factory):
    """Two data sets with the same file names and subjects, told apart by brightness."""
    folder = tmp_path_factory.mktemp("union")
    write_faces_zip(folder / "dark.zip", subjects=30)
    write_faces_zip(folder / "bright.zip", subjects=30, brighter=50)
    record = {"name": "both", "sources": {"dark": "dark.zip", "bright": "bright.zip"}}
    (folder / "both.json").write_text(json.dumps(record))
    return folder / "both.json"


def test_samples_and_subjects_of_both_are_told_apart(union):
    source = open_data(union)
    samples = source.samples()
    assert source.name == "both" and len({s.sample_id for s in samples}) == len(samples) == 120
    assert {s.subject for s in samples} == {
        f"{k}/{n}" for k in ("dark", "bright") for n in range(30)
    }


def test_pictures_boxes_and_stamps_are_the_sources_own(union):
    whole, part = open_data(union), open_data(union.with_name("bright.zip"))
    own = part.samples()[1]
    same = next(s for s in whole.samples() if s.sample_id == f"bright/{own.sample_id}")
    picture = whole.picture(same)
    np.testing.assert_array_equal(picture, part.picture(own))
    assert whole.box(same, picture) == part.box(own, picture)
    assert whole.stamp(same) == part.stamp(own)
    assert whole.landmarks(same) is None and whole.evidence(same) is None


def test_build_holds_both(union, tmp_path):
    build = prepare(union, tmp_path / "build", protocol="official", jobs=1)
    keys = build.samples.index.str.split("/").str[0]
    assert {name.split("/")[0] for name in build.background(count=20)[1]} == {"dark", "bright"}
    assert keys.value_counts().to_dict() == {"dark": 60, "bright": 60}
    ids, images = next(iter(build.batches("test", 4)))
    assert len(ids) == len(images) == 4


def test_private_pictures_are_trained_on_but_go_into_no_store(union, tmp_path):
    record = json.loads(union.read_text()) | {"private": ["bright"]}
    (union.parent / "private.json").write_text(json.dumps(record))
    build = prepare(union.with_name("private.json"), tmp_path / "b", protocol="official", jobs=1)
    train = build.samples[build.samples["split"] == "train"].index
    assert any(name.startswith("bright/") for name in train)
    images, ids = build.background(count=20)
    assert len(images) == 20 and all(name.startswith("dark/") for name in ids)


def test_only_the_splits_asked_for_are_taken_of_a_source(union):
    record = json.loads(union.read_text()) | {"splits": {"bright": ["train"]}}
    (union.parent / "part.json").write_text(json.dumps(record))
    taken, whole = (open_data(union.with_name(n)).samples() for n in ("part.json", "both.json"))
    assert {(s.sample_id.split("/")[0], s.split) for s in taken} == {
        ("dark", "train"),
        ("dark", "test"),
        ("bright", "train"),
    }
    assert len(taken) == sum(s.split == "train" or s.sample_id.startswith("dark") for s in whole)


def test_a_source_that_is_gone_leaves_the_others(union, tmp_path):
    record = json.loads(union.read_text())
    record["sources"] = {"dark": str(union.with_name("dark.zip")), "gone": "gone.zip"}
    (tmp_path / "both.json").write_text(json.dumps(record))
    source, other = open_data(tmp_path / "both.json"), open_data(union)
    picture = source.picture(next(s for s in other.samples() if s.sample_id.startswith("dark/")))
    assert picture.shape == (64, 64, 3)
    with pytest.raises(DataError, match="gone.zip"):
        source.scan()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"name": "x"}',
        '{"name": "x", "sources": {"a/b": "p"}}',
        '{"sources": {"a": "p"}}',
        '{"name": "x", "sources": {"a": "p"}, "splits": {"b": ["train"]}}',
        '{"name": "x", "sources": {"a": "p"}, "splits": {"a": "train"}}',
        '{"name": "x", "sources": {"a": "p"}, "private": ["b"]}',
    ],
)
def test_another_file_is_one_sentence(tmp_path, text):
    path = tmp_path / "both.json"
    path.write_text(text)
    with pytest.raises(DataError, match="Expected .* Received: "):
        open_data(path)
