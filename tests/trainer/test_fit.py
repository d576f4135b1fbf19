"""Training and evaluation end to end on a made-up data set, through the command line."""

import json

import keras
import numpy as np
import pandas as pd
import pytest

from fascore import metrics, store
from fascore.store import Store
from tests.faces_zip import write_faces_zip
from trainer.cli import main
from trainer.data import open_faces
from trainer.recipes import RECIPES


@pytest.fixture(scope="module")
def faces_zip(tmp_path_factory):
    return write_faces_zip(tmp_path_factory.mktemp("data") / "faces.zip", subjects=36, brighter=50)


@pytest.fixture(scope="module")
def trained(faces_zip, tmp_path_factory):
    """A store with one network after two epochs, evaluated."""
    path = tmp_path_factory.mktemp("store")
    common = ["--data", str(faces_zip), "--store", str(path)]
    fit = ["fit", *common, "--models", "cnn", "--recipe", "demo", "--epochs", "2", "--seed", "3"]
    assert main([*fit, "--precision", "float32"]) == 0
    assert main(["evaluate", *common]) == 0
    return Store(path)


def test_card_tells_where_the_model_comes_from(trained, faces_zip):
    card = trained.card("cnn")
    assert card.training["recipe"] == "demo" and card.training["seed"] == 3
    assert card.training["epochs"] == 2 and card.training["initial_weights"] == "random"
    assert card.training["config"]["learning_rate"] == RECIPES["demo"].learning_rate
    assert card.data["name"] == "CelebA-Spoof" and card.data["root"] == str(faces_zip)
    assert card.data["counts"]["test"] == {"live": 12, "replay": 12}
    assert card.software["keras"] == keras.__version__


def test_weights_are_float32_and_load(trained):
    model = trained.load("cnn")
    assert {w.dtype for w in model.network.weights} <= {"float32", "uint32", "int64"}
    assert model.network.dtype_policy.name == "float32"


def test_predictions_are_the_models_scores(trained, faces_zip):
    faces, model = open_faces(faces_zip), trained.load("cnn")
    test = faces.load("test")
    expected = pd.Series(model.spoof_scores(test.images), [s.sample_id for s in test.samples])
    saved = trained.predictions("cnn")[expected.index]
    np.testing.assert_allclose(saved, expected, rtol=1e-6)
    assert len(trained.predictions("cnn")) == len(trained.samples())


def test_threshold_is_chosen_on_validation(trained):
    card = trained.card("cnn")
    assert card.threshold["rule"] == "equal error rate"
    expected = metrics.eer_threshold(*trained.scores("cnn", split="validation"))
    assert card.threshold_value == expected


def test_background_is_half_live_half_spoof_from_train(trained, faces_zip):
    with np.load(trained.path / store.BACKGROUND) as arrays:
        ids = arrays["sample_ids"].tolist()
        assert arrays["images"].dtype == np.uint8 and len(arrays["images"]) == len(ids)
    train = {s.sample_id: s.label for s in open_faces(faces_zip).splits["train"]}
    labels = [train[each] for each in ids]
    assert sum(labels) == len(labels) / 2


def test_history_has_a_row_an_epoch(trained):
    history = pd.read_csv(trained.path / "cnn" / store.HISTORY)
    assert history["epoch"].tolist() == [1, 2]
    assert {"loss", "val_loss", "val_auc"} <= set(history)


def test_same_seed_starts_and_shuffles_alike(trained, faces_zip, tmp_path):
    common = ["--data", str(faces_zip), "--store", str(tmp_path), "--precision", "float32"]
    options = ["--models", "cnn", "--recipe", "demo", "--epochs", "2", "--seed", "3"]
    assert main(["fit", *common, *options]) == 0
    again = pd.read_csv(tmp_path / "cnn" / store.HISTORY)
    first = pd.read_csv(trained.path / "cnn" / store.HISTORY)
    np.testing.assert_allclose(again["loss"], first["loss"], rtol=0.02)


def test_paper_recipe_is_the_papers():
    recipe = RECIPES["paper"]
    assert (recipe.epochs, recipe.patience, recipe.monitor) == (50, 10, "val_loss")
    assert not recipe.augment
    schedule = recipe.optimizer(100)._learning_rate
    rates = [float(schedule(step)) for step in (0, 99_999, 100_000, 200_000)]
    np.testing.assert_allclose(rates, [1e-4, 1e-4, 0.96e-4, 0.96**2 * 1e-4], rtol=1e-6)


@pytest.mark.parametrize("command", ["fit", "evaluate", "audit"])
def test_missing_data_set_is_one_sentence(command, tmp_path, capsys):
    code = main([command, "--data", str(tmp_path / "none"), "--store", str(tmp_path)])
    error = capsys.readouterr().err
    assert code == 2 and "Expected a folder or a .zip" in error and "Traceback" not in error


def test_missing_store_is_one_sentence(faces_zip, tmp_path, capsys):
    code = main(["evaluate", "--data", str(faces_zip), "--store", str(tmp_path / "none")])
    assert code == 2 and "Expected a folder with trained models" in capsys.readouterr().err


def test_split_without_a_class_is_one_sentence(tmp_path, capsys):
    path = write_faces_zip(tmp_path / "faces.zip", subjects=1)
    code = main(["fit", "--data", str(path), "--store", str(tmp_path)])
    assert code == 2 and "live and spoof images in the train split" in capsys.readouterr().err


def test_cards_are_json(trained):
    card = json.loads((trained.path / "cnn" / store.CARD).read_text())
    assert card["feature_layers"] == ["last_conv", "feature_map"]
