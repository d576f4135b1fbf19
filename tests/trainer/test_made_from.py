"""What is there already is used again only if it was made from the same."""

import io
import json
import os
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from fascore import store
from fascore.data.samples import DataError
from fascore.store import Store, StoreError
from tests.trainer.conftest import QUICK
from trainer import fit, training_state
from trainer.build import PREPARED, Prepared
from trainer.cli import main
from trainer.prepare import prepare
from trainer.recipes import RECIPES
from trainer.training_key import training_key


def halved(data):
    """The bytes of a picture half as bright."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).point(lambda value: value // 2).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def unpacked(faces_zip, tmp_path_factory):
    """The data set as a folder, and its build."""
    root = tmp_path_factory.mktemp("CelebA_Spoof")
    with zipfile.ZipFile(faces_zip) as archive:
        archive.extractall(root)
    return root, prepare(root, tmp_path_factory.mktemp("unpacked"), protocol="official", jobs=1)


PICTURE = "Data/train/1/live/000002.png"
LABELS = "metas/intra_test/train_label.json"
CHANGES = {
    "a picture": (PICTURE, lambda data: data[:-1] + b"x", "other pictures"),  # of the same size
    "a box": (PICTURE.replace(".png", "_BB.txt"), lambda data: data + b" ", "other pictures"),
    "a picture that goes": (PICTURE, lambda data: None, "other labels"),  # it is not drawn then
    "a label": (
        LABELS,
        lambda data: data.replace(b"9, 1, 1, 1]", b"9, 2, 1, 1]", 1),
        "other labels",
    ),
    "the name": ("metas/dataset.json", lambda data: b'{"name": "mine"}', "other labels"),
}


@pytest.fixture
def change(unpacked):
    """Changes a file of the data set until the test is over."""
    kept = {}

    def write(path, data):
        path.unlink(missing_ok=True)
        if data is not None:
            path.write_bytes(data)

    def change_file(name, new):
        path = unpacked[0] / name
        data = path.read_bytes() if path.exists() else None
        kept[path] = data, path.exists() and path.stat().st_mtime_ns
        write(path, new(data))

    yield change_file
    for path, (data, time) in kept.items():
        write(path, data)
        if data is not None:
            os.utime(path, ns=(time, time))


@pytest.mark.parametrize(("name", "new", "said"), CHANGES.values(), ids=CHANGES)
def test_build_of_other_data_is_refused(unpacked, change, name, new, said):
    root, build = unpacked
    change(name, new)
    with pytest.raises(DataError, match=f"a build with .*{said}.*Give --again"):
        prepare(root, build.path, protocol="official")


def test_build_is_kept_whatever_else_lies_in_the_data_set(unpacked, change, capsys):
    root, build = unpacked
    change("Data/train/1/live/unlabelled.png", lambda data: b"no label names it")
    assert prepare(root, build.path, protocol="official").record == build.record
    assert "Prepared already" in capsys.readouterr().out


def test_build_is_made_anew_when_asked(unpacked, change, tmp_path, capsys):
    root, build = unpacked
    copy = shutil.copytree(build.path, tmp_path / "build")
    change(PICTURE, halved)
    command = ["prepare", "--root", str(root), "--out", str(copy), "--protocol", "official"]
    assert main(command) == 2
    assert main([*command, "--jobs", "1", "--again"]) == 0
    made, before = Prepared(copy).data["images"], build.data["images"]
    assert [split for split in before if made[split] != before[split]] == ["train"]
    capsys.readouterr()
    assert main(command) == 0
    assert "Prepared already" in capsys.readouterr().out


def test_build_from_before_sources_were_recorded_is_read_but_not_taken_for_this_one(
    unpacked, tmp_path
):
    root, build = unpacked
    copy = shutil.copytree(build.path, tmp_path / "build")
    record = json.loads((copy / PREPARED).read_text())
    del record["labels"], record["pictures"], record["data"]["images"]
    (copy / PREPARED).write_text(json.dumps(record))
    assert Prepared(copy).data["images"] == build.data["images"]
    with pytest.raises(DataError, match="labels not recorded, pictures not recorded"):
        prepare(root, copy, protocol="official")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"config": {"colour": 3}, "data": {}}'])
def test_damaged_record_of_a_build_is_one_sentence(tmp_path, text):
    (tmp_path / PREPARED).write_text(text)
    with pytest.raises(DataError, match="a file that cannot be read"):
        Prepared(tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--epochs", "3"], "epochs 2, not 3"),
        (["--epochs", "2", "--seed", "4"], "seed 3, not 4"),
        (["--epochs", "2", "--recipe", "paper"], "recipe demo, not paper"),
        (["--epochs", "2", "--augment", "none"], "augment light, not none"),
        (["--epochs", "2", "--weights", "WEIGHTS"], "initial weights random, not"),
    ],
)
def test_finished_model_is_not_replaced_by_another_training_unasked(
    trained, build, options, said, capsys
):
    file = trained.path / "cnn" / store.WEIGHTS
    before = file.stat().st_mtime_ns
    options = [str(file) if each == "WEIGHTS" else each for each in options]
    command = ["fit", "--data", str(build.path), "--store", str(trained.path), *QUICK]
    assert main([*command, "--seed", "3", *options]) == 2
    error = capsys.readouterr().err
    assert said in error and "Give --again to train it anew" in error
    assert file.stat().st_mtime_ns == before


@pytest.fixture(scope="module")
def other_pixels(faces_zip, tmp_path_factory):
    """A build of the same images, but for the brightness of one that trains."""
    folder = tmp_path_factory.mktemp("other")
    changed = folder / "faces.zip"
    with zipfile.ZipFile(faces_zip) as old, zipfile.ZipFile(changed, "w") as new:
        for each in old.namelist():
            data = old.read(each)
            new.writestr(each, halved(data) if each == PICTURE else data)
    build = prepare(changed, folder / "build", protocol="official", jobs=1)
    assert build.samples["split"][PICTURE] == "train"
    return build


def test_model_of_other_training_pixels_is_another(trained, build, other_pixels, tmp_path, capsys):
    images, others = build.data["images"], other_pixels.data["images"]
    assert [images[split] == others[split] for split in ("train", "validation", "test")] == [
        False, True, True,
    ]  # fmt: skip
    command = ["fit", "--data", str(other_pixels.path), "--store", str(trained.path), *QUICK]
    assert main([*command, "--epochs", "2", "--seed", "3"]) == 2
    assert "other train images" in capsys.readouterr().err
    # its test images are the same, and so it may be scored on them
    copy = shutil.copytree(trained.path, tmp_path / "store")
    assert main(["evaluate", "--data", str(other_pixels.path), "--store", str(copy)]) == 0
    assert "scored already" in capsys.readouterr().out


def test_background_of_other_training_images_is_refused(other_pixels, trained, tmp_path, capsys):
    shutil.copy(trained.path / store.BACKGROUND, tmp_path)
    command = ["fit", "--data", str(other_pixels.path), "--store", str(tmp_path), *QUICK]
    assert main(command) == 2
    assert "SHAP's background" in capsys.readouterr().err
    assert fit.has_background(other_pixels, tmp_path, again=True) is False


def test_weights_that_their_card_does_not_describe_are_not_replaced_unasked(
    trained, build, tmp_path, capsys
):
    copy = shutil.copytree(trained.path, tmp_path / "store")
    trained.load("cnn").network.save(copy / "cnn" / store.WEIGHTS)  # the same numbers, later
    command = ["fit", "--data", str(build.path), "--store", str(copy), *QUICK]
    assert main([*command, "--epochs", "2", "--seed", "3"]) == 2
    assert "weights that its card does not describe" in capsys.readouterr().err


def test_training_anew_takes_the_scores_with_it(trained, build, tmp_path, capsys):
    copy = shutil.copytree(trained.path, tmp_path / "store")
    common = ["--data", str(build.path), "--store", str(copy)]
    assert main(["fit", *common, *QUICK, "--epochs", "1", "--seed", "4", "--again"]) == 0
    assert Store(copy).card("cnn").training["seed"] == 4
    with pytest.raises(StoreError, match="other weights.*trainer evaluate"):
        Store(copy).scored("cnn")
    assert main(["report", "--store", str(copy), "--out", str(tmp_path / "report.html")]) == 2
    assert "other weights" in capsys.readouterr().err
    assert main(["evaluate", *common]) == 0
    assert "scored already" not in capsys.readouterr().out
    assert not Store(copy).predictions("cnn").equals(trained.predictions("cnn"))
    assert Store(copy).scored("cnn")["spoof_score"].notna().all()


def test_stopped_training_of_other_settings_is_not_dropped_unasked(
    build, tmp_path, monkeypatch, capsys
):
    key = training_key("cnn", build, RECIPES["demo"], seed=7, precision="float32")
    state = training_state.State(key, [{"epoch": 1}], [np.zeros(1)], [np.zeros(1)])
    state.write(tmp_path / "cnn")
    written = (tmp_path / "cnn" / training_state.STATE).read_bytes()
    command = ["fit", "--data", str(build.path), "--store", str(tmp_path), *QUICK]
    assert main([*command, "--epochs", "1"]) == 2
    error = capsys.readouterr().err
    assert "epochs 24, not 1" in error and "stopped after epoch 1" in error and "--again" in error
    assert (tmp_path / "cnn" / training_state.STATE).read_bytes() == written
    asked = []
    monkeypatch.setattr(fit, "train", lambda *args, key, **options: asked.append(key))
    assert main([*command, "--epochs", "1", "--again"]) == 0
    assert training_state.read_state(tmp_path / "cnn", asked[0]).history == []
    assert training_state.read_state(tmp_path / "cnn", key).history == [{"epoch": 1}]


def test_model_is_not_scored_on_another_crop(trained, faces_zip, tmp_path, capsys):
    wider = prepare(faces_zip, tmp_path / "b", protocol="official", crop_expansion=1.6, jobs=1)
    assert main(["evaluate", "--data", str(wider.path), "--store", str(trained.path)]) == 2
    error = capsys.readouterr().err
    assert "crop expansion 1.5, not 1.6" in error and "other test images" in error
