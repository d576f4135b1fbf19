"""Planted evidence as a command: trains, scores, writes, goes on, refuses."""

import json
import shutil
from dataclasses import replace
from itertools import product

import keras
import numpy as np
import pandas as pd
import pytest

from fascore.errors import FascoreError
from fascore.explain import GradCAM, LimeImage, ShapImage
from fascore.findings.results import FOLDER, PLANTED, PLANTED_ABOUT, planted_table
from fascore.judging.planted import CHECK, COLUMNS, CUES, FINDS, POOLED, UNTRIED
from fascore.models.face_model import FaceModel
from tests.conftest import tiny_network
from trainer import plant as module
from trainer.cli import main
from trainer.plant import plant_cues, train_on_cue
from trainer.recipes import PlantRecipe

RECIPE = PlantRecipe(images=10, faces=20, epochs=1)
QUICK = [GradCAM(), LimeImage(num_samples=20), ShapImage(num_samples=10)]
PAIR = ("cnn", "cnn_channel")


def checker_network() -> keras.Model:
    """A network that was made by hand to answer to the patch's checks, and to nothing else."""
    rows, columns = np.indices((2 * CHECK, 2 * CHECK))
    kernel = (1 - 2 * ((rows // CHECK + columns // CHECK) % 2)) / (3 * rows.size)
    inputs = keras.Input((64, 64, 3))
    find = keras.layers.Conv2D(1, 2 * CHECK, padding="same", activation="relu", name="last_conv")
    feature_map = keras.layers.Identity(name="feature_map")(find(inputs))
    dense = keras.layers.Dense(2, name="logits")
    logits = dense(keras.layers.GlobalMaxPooling2D()(feature_map))
    find.set_weights([np.repeat(kernel[..., None, None], 3, axis=2), np.zeros(1)])
    dense.set_weights([np.array([[0.0, 0.1]]), np.array([0.0, -7.0])])  # more than 70 is a patch
    return keras.Model(inputs, keras.layers.Softmax()(logits))


@pytest.fixture(scope="module")
def checkers():
    """Every network is the one made by hand; which were asked for is listed."""
    asked, made = [], {}

    def fake(cue, name, images, recipe, step):
        asked.append((cue, name))
        if name not in made:
            made[name] = FaceModel(name, checker_network(), background=images)
        return made[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "train_on_cue", fake)
        yield asked


@pytest.fixture(scope="module")
def held(build, checkers, tmp_path_factory):
    """A store with planted cues, its summary, and the networks that were trained for it."""
    del checkers[:]
    store = tmp_path_factory.mktemp("planted")
    summary = plant_cues(build, store, recipe=RECIPE, explainers=QUICK, models=PAIR)
    return store, summary, list(checkers)


@pytest.fixture
def copy(held, tmp_path):
    """A copy of the store with planted cues, to change."""
    return shutil.copytree(held[0], tmp_path / "store")


def test_maps_are_scored_where_the_cue_was_learnt_and_only_there(build, held):
    store, summary, asked = held
    assert asked == list(product(CUES, PAIR))
    table = pd.read_csv(store / FOLDER / PLANTED)
    assert list(table) == COLUMNS
    scored = table[table["sample_id"].notna()]
    assert set(scored["cue"]) == {"patch"} and len(scored) == 10 * 2 * len(QUICK)
    assert table[table["cue"] != "patch"]["accuracy"].eq(0.5).all()
    pooled = summary[summary["model"] == POOLED].set_index(["cue", "method"])["verdict"]
    assert pooled["patch", "grad_cam"] == FINDS
    assert pooled["border"].eq(UNTRIED).all() and pooled["texture"].eq(UNTRIED).all()
    about = json.loads((store / FOLDER / PLANTED_ABOUT).read_text())
    assert about["data"]["fingerprint"] == build.data["fingerprint"]
    assert about["settings"]["lime"]["num_samples"] == 20


def test_every_network_sees_the_same_planted_pictures(held):
    scored = pd.read_csv(held[0] / FOLDER / PLANTED).dropna(subset="sample_id")
    first, second = (
        scored[scored["model"] == name].drop(columns="model").reset_index(drop=True)
        for name in PAIR
    )
    pd.testing.assert_frame_equal(first, second)


def test_only_what_is_missing_is_done(build, held, copy, checkers):
    path = copy / FOLDER / PLANTED
    table = pd.read_csv(path)
    table[(table["cue"] != "patch") | (table["model"] != "cnn")].to_csv(path, index=False)
    del checkers[:]
    again = plant_cues(build, copy, recipe=RECIPE, explainers=QUICK, models=PAIR)
    assert checkers == [("patch", "cnn")]
    order = ["cue", "model", "method"]
    pd.testing.assert_frame_equal(
        again.sort_values(order, ignore_index=True), held[1].sort_values(order, ignore_index=True)
    )


def test_cues_planted_otherwise_are_not_mixed_with_this_one(build, copy, checkers, capsys):
    command = ["plant", "--data", str(build.path), "--store", str(copy), "--models", "cnn"]
    command += ["--images", "11", "--faces", "20", "--lime-samples", "10", "--shap-samples", "10"]
    before = (copy / FOLDER / PLANTED).read_bytes()
    assert main(command) == 2
    assert "--again" in capsys.readouterr().err
    assert (copy / FOLDER / PLANTED).read_bytes() == before
    assert main([*command, "--again"]) == 0
    table = pd.read_csv(copy / FOLDER / PLANTED)
    assert len(table.dropna(subset="sample_id")) == 11 * len(QUICK)


def test_cues_planted_on_other_pixels_are_not_gone_on_with(build, copy, monkeypatch):
    images = build.data["images"] | {"train": "0" * 64}
    monkeypatch.setitem(build.data, "images", images)
    with pytest.raises(FascoreError, match="other train images. Give --again"):
        plant_cues(build, copy, recipe=RECIPE, explainers=QUICK, models=PAIR)


def test_stopped_before_its_first_network_a_run_anew_leaves_no_old_table(build, copy, monkeypatch):
    """The record of what was asked for now would vouch for the cues planted before."""

    def stops(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "train_on_cue", stops)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            recipe = replace(RECIPE, images=11)
            plant_cues(build, copy, recipe=recipe, explainers=QUICK, models=PAIR, again=True)
    assert not (copy / FOLDER / PLANTED).exists()


def test_run_anew_that_was_stopped_goes_on(build, held, copy, checkers):
    path = copy / FOLDER / PLANTED
    table = pd.read_csv(path)
    table[table["cue"] == "patch"].to_csv(path, index=False)
    del checkers[:]
    plant_cues(build, copy, recipe=RECIPE, explainers=QUICK, models=PAIR, again=True)
    assert ("patch", "cnn") not in checkers and len(checkers) == 2 * len(PAIR)
    del checkers[:]
    plant_cues(build, copy, recipe=RECIPE, explainers=QUICK, models=PAIR, again=True)
    assert len(checkers) == len(CUES) * len(PAIR)  # it was finished: all anew


def test_sample_ids_stay_text_and_an_empty_one_is_no_sample(tmp_path):
    rows = [dict.fromkeys(COLUMNS, 0.5) | {"sample_id": name} for name in ("NA", "007", None)]
    pd.DataFrame(rows, columns=COLUMNS).to_csv(tmp_path / PLANTED, index=False)
    ids = planted_table(tmp_path)["sample_id"]
    assert ids[:2].tolist() == ["NA", "007"] and pd.isna(ids[2])


@pytest.mark.parametrize("option", ["--images", "--faces"])
def test_more_images_than_there_are_is_refused(build, tmp_path, option, capsys):
    wanted = {"--images": "10", "--faces": "20"} | {option: "5000"}
    command = ["plant", "--data", str(build.path), "--store", str(tmp_path)]
    assert main(command + [each for pair in wanted.items() for each in pair]) == 2
    error = capsys.readouterr().err
    assert "5000" in error and option in error
    assert not (tmp_path / FOLDER / PLANTED).exists()


def test_a_network_that_has_not_learnt_is_reported(build, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(module, "train_on_cue", train_on_cue)
    monkeypatch.setattr(module, "CUES", {"patch": CUES["patch"]})  # three would only take longer
    command = ["plant", "--data", str(build.path), "--store", str(tmp_path), "--models", "cnn"]
    assert main([*command, "--images", "10", "--faces", "4", "--epochs", "1"]) == 0
    printed = capsys.readouterr()
    assert "has not learnt the patch" in printed.out + printed.err
    assert printed.out.count(UNTRIED) == 2 * len(QUICK)  # each model and their pool


def test_a_network_learns_its_cue_from_seeded_pictures():
    """The same network twice, which tells the cue apart; half of SHAP's background carries it."""
    noise = np.random.default_rng(0).integers(90, 160, (120, 16, 16, 3)).astype(np.uint8)
    recipe = PlantRecipe(epochs=30, learning_rate=1e-2, batch_size=40)

    def train() -> FaceModel:
        return train_on_cue("patch", "cnn", noise, recipe, build_network=tiny_network)

    first, second = train(), train()
    scores = first.spoof_scores(first.background)
    np.testing.assert_array_equal(scores, second.spoof_scores(second.background))
    assert (scores[:50] < 0.5).mean() >= 0.9 and (scores[50:] >= 0.5).mean() >= 0.9
