"""Training and evaluation end to end on a made-up data set, through the command line."""

import json
import shutil
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest

from fascore import store
from fascore.models.familiarity import fit_familiarity
from fascore.scores.operating_points import eer_threshold
from fascore.store import Store, write_card
from tests.faces_zip import write_faces_zip
from tests.trainer.conftest import history_of
from trainer import familiar
from trainer.cli import main
from trainer.evaluate import choose_batch_size, score
from trainer.familiar import familiarise
from trainer.loop import best_epoch
from trainer.prepare import prepare
from trainer.recipes import RECIPES


def test_card_tells_where_the_model_comes_from(trained, build, faces_zip):
    card = trained.card("cnn")
    assert card.training["recipe"] == "demo" and card.training["seed"] == 3
    assert card.training["epochs"] == 2 and card.training["initial_weights"] == "random"
    assert card.training["config"]["learning_rate"] == RECIPES["demo"].learning_rate
    assert card.data["name"] == "CelebA-Spoof" and card.data["root"] == str(faces_zip)
    assert card.data["counts"]["test"] == {"live": 12, "replay": 12}
    assert card.data["protocol"] == "official"
    assert card.software["keras"] == keras.__version__
    assert card.feature_layers == ["last_conv", "feature_map"]


def test_weights_are_float32_and_load(trained):
    model = trained.load("cnn")
    assert {w.dtype for w in model.network.weights} <= {"float32", "uint32", "int64"}
    assert model.network.dtype_policy.name == "float32"


def test_predictions_are_the_models_scores(trained, build):
    model, saved = trained.load("cnn"), trained.predictions("cnn")
    for ids, images in build.batches("test", 24):
        np.testing.assert_allclose(saved[ids], model.spoof_scores(images), rtol=1e-5)
    assert len(saved) == len(trained.samples()) == 24 + build.count("validation")


def test_threshold_is_chosen_on_validation(trained):
    card = trained.card("cnn")
    assert card.threshold["rule"] == "equal error rate"
    expected = eer_threshold(*trained.scores("cnn", split="validation"))
    assert card.threshold_value == expected


def test_evaluate_chooses_thresholds_by_the_rule_asked_for_and_keeps_to_it(
    trained, build, tmp_path, capsys
):
    copy = shutil.copytree(trained.path, tmp_path / "store")
    command = ["evaluate", "--data", str(build.path), "--store", str(copy)]
    assert main([*command, "--threshold-rule", "bpcer_5"]) == 0
    assert "scored already" in capsys.readouterr().out  # the rule alone needs no network
    chosen = Store(copy).card("cnn").threshold
    live, _ = trained.scores("cnn", split="validation")
    assert chosen["rule"] == "BPCER = 5 %" and (live >= chosen["value"]).mean() <= 0.05
    for again in ([], ["--again"]):  # without a rule, the one recorded
        assert main([*command, *again]) == 0
        assert Store(copy).card("cnn").threshold == chosen
    (copy / "cnn" / store.WEIGHTS).unlink()  # they may be elsewhere
    assert main([*command, "--threshold-rule", "eer"]) == 0
    assert Store(copy).card("cnn").threshold == trained.card("cnn").threshold


def test_without_validation_images_of_a_class_the_threshold_is_a_half_and_says_so(
    trained, build, tmp_path, monkeypatch, capsys
):
    copy = shutil.copytree(trained.path, tmp_path / "store")
    live = pd.DataFrame({"label": [0], "spoof_score": [0.2]})
    monkeypatch.setattr(Store, "scored", lambda *_, **__: live)
    score(Store(copy), "cnn", build)
    monkeypatch.undo()
    card = Store(copy).card("cnn")
    assert card.threshold_value == 0.5 and "for want of validation images" in card.threshold["rule"]
    assert card.threshold["rule"] in capsys.readouterr().out


def test_what_pictures_a_network_knows_is_measured_on_its_own_training_pictures(
    trained, build, tmp_path, capsys
):
    store = Store(shutil.copytree(trained.path, tmp_path / "store"))
    own = store.familiarity("cnn")
    assert own is not None and 0 < own.limit < np.inf
    assert own.layout is not None and np.isfinite(own.layout.limit)
    (store.path / "cnn" / "familiarity.npz").unlink()
    card = store.card("cnn")
    other = {**card.data, "images": {**card.data["images"], "train": "other"}}
    write_card(store.path / "cnn", replace(card, data=other))
    familiarise(store, "cnn", build)
    assert store.familiarity("cnn") is None
    assert "trained on other pictures" in capsys.readouterr().out


def test_what_a_network_knows_is_not_told_of_too_few_pictures(
    trained, build, tmp_path, monkeypatch, capsys
):
    store = Store(shutil.copytree(trained.path, tmp_path / "store"))
    before = store.familiarity("cnn")
    few = (np.zeros((2, 8), np.float32), np.array([0, 1]))
    monkeypatch.setattr(familiar, "fit_familiarity", lambda *_: fit_familiarity(*few))
    familiarise(store, "cnn", build, again=True)
    assert "at least two training pictures of a class" in capsys.readouterr().out
    assert store.familiarity("cnn").limit == before.limit


def test_background_is_half_live_half_spoof_from_train(trained, build):
    with np.load(trained.path / store.BACKGROUND) as arrays:
        ids = arrays["sample_ids"].tolist()
        assert arrays["images"].dtype == np.uint8 and len(arrays["images"]) == len(ids)
    rows = build.samples.loc[ids]
    assert set(rows["split"]) == {"train"} and rows["label"].mean() == 0.5


def test_history_has_a_row_an_epoch(trained):
    history = history_of(trained.path)
    assert history["epoch"].tolist() == [1, 2]
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "val_auc"} <= set(history)
    assert list((trained.path / "logs/cnn").glob("events*"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--models", "variants", "--weights", "imagenet"], "Expected a baseline among --models"),
        (["--models", "baselines", "--weights", "x.h5"], "Expected one model for --weights"),
        (["--models", "cnn", "--precision", "mixed_float16"], "Expected a GPU"),
    ],
)
def test_options_that_make_no_sense_together_are_refused(
    build, tmp_path, options, sentence, capsys
):
    command = ["fit", "--data", str(build.path), "--store", str(tmp_path / "s"), *options]
    assert main(command) == 2
    assert sentence in capsys.readouterr().err


def test_without_a_monitor_the_last_epoch_is_kept():
    history = [{"val_auc": auc, "val_loss": 1 - auc} for auc in (0.9, 0.8, 0.7)]
    kept = {
        monitor: best_epoch(history, replace(RECIPES["finish"], monitor=monitor))
        for monitor in ("val_auc", "val_loss", None)
    }
    assert kept == {"val_auc": 1, "val_loss": 1, None: 3}
    assert RECIPES["finish"].monitor is None


def test_paper_recipe_is_the_papers():
    recipe = RECIPES["paper"]
    assert (recipe.epochs, recipe.patience, recipe.monitor) == (50, 10, "val_loss")
    assert (recipe.augment, recipe.average_over, recipe.label_smoothing) == ("none", None, 0)
    schedule = recipe.optimizer(100)._learning_rate
    rates = [float(schedule(step)) for step in (0, 99_999, 100_000, 200_000)]
    np.testing.assert_allclose(rates, [1e-4, 1e-4, 0.96e-4, 0.96**2 * 1e-4], rtol=1e-6)


@pytest.mark.parametrize("command", ["fit", "evaluate"])
def test_missing_build_is_one_sentence(command, tmp_path, capsys):
    code = main([command, "--data", str(tmp_path / "none"), "--store", str(tmp_path)])
    error = capsys.readouterr().err
    assert code == 2 and "Run prepare with --out" in error and "Traceback" not in error


def test_missing_store_is_one_sentence(build, tmp_path, capsys):
    code = main(["evaluate", "--data", str(build.path), "--store", str(tmp_path / "none")])
    assert code == 2 and "Expected a folder with trained models" in capsys.readouterr().err


def test_model_of_another_build_is_not_scored(trained, tmp_path, capsys):
    faces = write_faces_zip(tmp_path / "other.zip", subjects=30)
    other = prepare(faces, tmp_path / "other", protocol="official", jobs=1)
    assert main(["evaluate", "--data", str(other.path), "--store", str(trained.path)]) == 2
    assert "Expected cnn to be trained on this build" in capsys.readouterr().err


def test_batch_size_follows_free_memory(trained, monkeypatch):
    sizes = []
    for free in (10**7, 10**9, 10**12):
        monkeypatch.setattr(
            "psutil.virtual_memory", lambda free=free: type("", (), {"available": free})
        )
        sizes.append(choose_batch_size(trained.load("cnn")))
    assert sizes[0] == 16 < sizes[1] <= sizes[2] == 512


def test_cards_are_json(trained):
    card = json.loads((trained.path / "cnn" / store.CARD).read_text())
    assert card["model"] == "cnn"


def test_a_damaged_network_is_named_after_the_others_are_scored_and_measured(
    trained, build, tmp_path, capsys
):
    of_others = shutil.ignore_patterns("cnn_*")  # other tests train into that store too
    path = shutil.copytree(trained.path, tmp_path / "store", ignore=of_others)
    shutil.copytree(path / "cnn", path / "cnn_channel")
    (path / "cnn" / store.FAMILIARITY).unlink()
    card = Store(path).card("cnn")
    write_card(path / "cnn", replace(card, calibration={}))
    write_card(path / "cnn_channel", replace(card, model="cnn_channel"))
    (path / "cnn_channel" / store.WEIGHTS).write_bytes(b"half")
    assert main(["evaluate", "--data", str(build.path), "--store", str(path)]) == 2
    printed = capsys.readouterr()
    assert "\nCNN  " in printed.out and "\nCNN + channel  " not in printed.out
    assert "weights that cnn_channel's card.json describes" in printed.err
    assert Store(path).card("cnn").calibration == card.calibration
    assert Store(path).familiarity("cnn") is not None
