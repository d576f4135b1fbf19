"""Another data set as a test set of a store."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from fascore.errors import StoreError
from fascore.evaluation_sets import OWN, open_set, set_names
from fascore.scores.across_sets import across_sets
from fascore.store import Store
from fascore.tone_scores import TITLE, read_regression, read_tone
from trainer.cli import main
from trainer.prepare import prepare
from trainer.tone import global_statistics, statistics_regression


@pytest.fixture
def path(trained, tmp_path):
    """A copy of the trained store."""
    return shutil.copytree(trained.path, tmp_path / "store")


@pytest.fixture(scope="module")
def with_set(trained, build, tmp_path_factory):
    """A store with its own test split as a test set too, scored from the build."""
    path = shutil.copytree(trained.path, tmp_path_factory.mktemp("scored") / "store")
    assert evaluate(path, "--data", build.path, "--as", "again") == 0
    return path


def evaluate(path, *options):
    return main(["evaluate", "--store", str(path), *map(str, options)])


def live_faces(folder, count=3):
    """A folder with nothing but live pictures; their names tell nothing of splits."""
    pixels = np.random.default_rng(5).integers(0, 200, (count, 64, 64, 3), dtype=np.uint8)
    for number, each in enumerate(pixels):
        (folder / "live").mkdir(parents=True, exist_ok=True)
        Image.fromarray(each).save(folder / "live" / f"{number}.png")
    return folder


def test_a_raw_data_set_gets_the_very_scores_of_its_build_and_no_picture_is_kept(
    path, faces_zip, capsys
):
    """24 of the 72 pictures are its test split: also the store's own, and said to be."""
    assert evaluate(path, "--root", faces_zip, "--as", "raw", "--jobs", 1) == 0
    assert "24 pictures of it are also the store's own" in capsys.readouterr().out
    store = Store(path)
    raw, own = open_set(store, "raw"), open_set(store)
    assert raw.about["shared"] == {"by": "the bytes of the files", "test": 24}
    assert raw.scored("cnn")["spoof_score"].tolist() == pytest.approx(
        own.scored("cnn")["spoof_score"].tolist(), abs=1e-6
    )
    kept = {each.name for each in (path / "tests" / "raw").iterdir()}
    assert kept == {"samples.csv", "about.json", "cnn.csv"}


def test_sets_are_listed_after_the_own_split_and_say_what_they_are(with_set):
    store = Store(with_set)
    assert set_names(store) == (OWN, "again")
    assert open_set(store).is_own and len(open_set(store).samples) == 24
    assert (
        evaluate(with_set, "--data", store.card("cnn").data["root"], "--as", "x") == 2
    )  # a root is no build
    assert set_names(store) == (OWN, "again")


def test_scores_there_are_used_again_and_what_is_told_is_recorded(
    with_set, build, tmp_path, capsys
):
    path = shutil.copytree(with_set, tmp_path / "store")
    scores = path / "tests" / "again" / "cnn.csv"
    before = scores.stat().st_mtime_ns
    options = ("--data", build.path, "--as", "again")
    told = ("--describe", "frames", "--real-presentations", "--scores-only")
    assert evaluate(path, *options, *told) == 0
    assert "scored already" in capsys.readouterr().out and scores.stat().st_mtime_ns == before
    tested = open_set(Store(path), "again")
    assert (tested.title, tested.root, tested.real_presentations) == ("frames", "", True)
    scores.unlink()  # as a stopped run leaves it
    assert evaluate(path, *options) == 0
    assert len(open_set(Store(path), "again").scored("cnn")) == 24
    assert open_set(Store(path), "again").title == "frames"


def test_scores_of_other_weights_or_changed_since_are_refused(with_set, tmp_path):
    path = shutil.copytree(with_set, tmp_path / "store")
    tested = open_set(Store(path), "again")
    scores = path / "tests" / "again" / "cnn.csv"
    scores.write_text(scores.read_text().replace("0.", "0.1", 1))
    with pytest.raises(StoreError, match="scores of other weights, or a file changed since"):
        tested.scored("cnn")


def test_another_set_of_a_taken_name_is_refused_and_again_replaces_it(
    with_set, build, tmp_path, capsys
):
    path = shutil.copytree(with_set, tmp_path / "store")
    other = ("--data", build.path, "--as", "again", "--split", "validation")
    assert evaluate(path, *other) == 2
    said = capsys.readouterr().err
    assert "Expected another name than again" in said and "split test, not validation" in said
    assert evaluate(path, *other, "--again") == 0
    assert len(open_set(Store(path), "again").samples) == 4


def test_a_set_of_one_class_has_the_rates_that_exist(path, tmp_path, capsys):
    root = live_faces(tmp_path / "faces")
    options = ("--root", root, "--as", "live", "--jobs", 1)
    assert evaluate(path, *options, "--without-face", "whole") == 0
    *_, row = capsys.readouterr().out.strip().splitlines()
    auc, apcer, bpcer, acer, hter, *_ = row.split()[1:]
    assert (auc, apcer, acer, hter) == ("undefined",) * 4 and 0 <= float(bpcer) <= 1


def test_a_set_of_nothing_is_one_sentence_and_leaves_nothing(path, tmp_path, capsys):
    root = live_faces(tmp_path / "faces", count=1)
    assert evaluate(path, "--root", root, "--as", "none", "--jobs", 1) == 2
    said = capsys.readouterr().err
    assert "Received: none. Left out: 1, most often (1) for 'no face found'" in said
    assert not (path / "tests").exists()


def test_faces_cut_otherwise_than_the_networks_see_them_are_refused(
    path, faces_zip, tmp_path, capsys
):
    build = prepare(faces_zip, tmp_path / "build", protocol="test", limit=8, size=32, jobs=1)
    assert evaluate(path, "--data", build.path, "--as", "small") == 2
    said = capsys.readouterr().err
    assert "64 px at 1.5 x. Received: 32 px at 1.5 x" in said and "--size" in said


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--as", "../out"), "letters, digits, dots"),
        (("--split", "test"), "Expected --split with --as"),
        (("--as", "x", "--threshold-rule", "eer"), "Expected --threshold-rule without --as"),
    ],
)
def test_options_that_make_no_set_are_one_sentence(path, build, options, sentence, capsys):
    assert evaluate(path, "--data", build.path, *options) == 2
    assert sentence in capsys.readouterr().err


def test_a_root_without_a_name_and_a_split_that_is_not_there_are_one_sentence(
    path, faces_zip, capsys
):
    assert evaluate(path, "--root", faces_zip) == 2
    assert "Expected --as NAME beside --root" in capsys.readouterr().err
    assert evaluate(path, "--root", faces_zip, "--as", "x", "--split", "validation") == 2
    assert "its splits are test, train" in capsys.readouterr().err


def test_a_store_without_thresholds_is_refused(path, build, capsys):
    card = path / "cnn" / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "threshold": {}}))
    assert evaluate(path, "--data", build.path, "--as", "x") == 2
    assert "cnn without a threshold" in capsys.readouterr().err


def test_tone_is_scored_by_the_regression_of_the_training_pictures(path, build, faces_zip, capsys):
    assert evaluate(path, "--root", faces_zip, "--as", "raw", "--jobs", 1, "--tone") == 2
    assert "evaluate --tone` with the networks' own --data" in capsys.readouterr().err
    assert evaluate(path, "--data", build.path, "--tone") == 0
    assert evaluate(path, "--root", faces_zip, "--as", "raw", "--jobs", 1, "--tone") == 0
    store = Store(path)
    (own, raw), problems = across_sets(store, {"cnn": 0.5})
    assert not problems and TITLE in own.table.index and TITLE in raw.table.index
    # the same pictures, one way or the other
    columns = ["auc", "auc_equalised", "regression_apcer"]
    both = [each.table.loc["cnn", columns].to_list() for each in (own, raw)]
    assert both[0] == pytest.approx(both[1], abs=1e-6)
    regression = read_regression(store)
    fitted = statistics_regression().fit(*_pictures(build, "train"))
    expected = fitted.predict_proba(_pictures(build, "test")[0])[:, 1]
    ids = [name for names, _ in build.batches("test", 8) for name in names]
    scored = read_tone(store, open_set(store, "raw"))[0].regression["spoof_score"]
    assert scored[ids].to_list() == pytest.approx(expected.tolist(), abs=1e-6)
    assert 0 <= regression["threshold"] <= 1 and regression["split"] == "validation"


def _pictures(build, split):
    pairs = [(i, each) for ids, images in build.batches(split, 8)
             for i, each in zip(ids, images.copy(), strict=True)]  # fmt: skip
    labels = build.samples.loc[[name for name, _ in pairs], "label"].to_numpy()
    return [global_statistics(image) for _, image in pairs], labels
