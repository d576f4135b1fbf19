"""The weights that `trainer fit` starts from."""

from urllib.error import URLError

import numpy as np
import pytest

from fascore import store
from fascore.files import sha256
from fascore.models import baselines
from fascore.store import Store
from tests.trainer.conftest import QUICK
from trainer.cli import main


@pytest.mark.parametrize("whole_store", [False, True])
def test_given_weights_are_where_training_starts(build, trained, tmp_path, whole_store):
    file = trained.path / "cnn" / store.WEIGHTS
    command = ["fit", "--data", str(build.path), "--store", str(tmp_path), *QUICK]
    given = str(trained.path if whole_store else file)
    assert main([*command, "--weights", given, "--epochs", "1", "--learning-rate", "1e-9"]) == 0
    ours, theirs = (s.load("cnn").network.get_layer("logits").kernel.numpy()
                    for s in (Store(tmp_path), trained))  # fmt: skip
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    training = Store(tmp_path).card("cnn").training
    assert training["initial_weights"] == given
    assert training["initial_sha256"] == sha256(file)


def test_a_store_without_the_network_to_start_from_is_said(build, trained, tmp_path, capsys):
    options = ["--models", "cnn_spatial", "cnn_channel", "--weights", str(trained.path)]
    assert main(["fit", "--data", str(build.path), "--store", str(tmp_path), *options]) == 2
    assert "or a store with cnn_channel" in capsys.readouterr().err


def test_file_of_other_weights_is_said(build, trained, tmp_path, capsys):
    file = trained.path / "cnn" / store.WEIGHTS
    options = ["--models", "cnn_spatial", "--weights"]
    command = ["fit", "--data", str(build.path), "--store", str(tmp_path), *options]
    assert main([*command, str(file)]) == 2
    assert "which does not fit" in capsys.readouterr().err
    assert main([*command, str(tmp_path / "none.keras")]) == 2
    assert "which is not there" in capsys.readouterr().err


def test_offline_imagenet_fails_at_once_and_says_what_to_do(build, tmp_path, monkeypatch, capsys):
    def offline(*args, **kwargs):
        raise URLError("no network")

    monkeypatch.setattr(baselines, "KERAS_FOLDER", tmp_path)
    monkeypatch.setattr(baselines.urllib.request, "urlopen", offline)
    command = ["fit", "--data", str(build.path), "--store", str(tmp_path), "--models", "all"]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert f"put it into {tmp_path}" in error and "xception_weights" in error
    assert not list(tmp_path.iterdir())
