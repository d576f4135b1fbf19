"""`trainer fit` stopped in the middle: it goes on, or says in one sentence why not."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from fascore import store
from fascore.store import Store
from tests.trainer.conftest import QUICK, history_of
from trainer import training_state
from trainer.cli import main

ROOT = Path(__file__).parents[2]


def test_finished_model_is_left_as_it_is_unless_asked(trained, build, capsys):
    stamp = (trained.path / "cnn" / store.WEIGHTS).stat().st_mtime_ns
    command = ["fit", "--data", str(build.path), "--store", str(trained.path), *QUICK]
    assert main([*command, "--epochs", "2", "--seed", "3"]) == 0
    assert "CNN: trained already" in capsys.readouterr().out
    assert (trained.path / "cnn" / store.WEIGHTS).stat().st_mtime_ns == stamp


def test_killed_training_goes_on_where_it_was(build, trained, tmp_path):
    """kill -9 after an epoch; the same command ends with all epochs, as one that was not killed."""
    command = [sys.executable, "-m", "trainer", "fit", "--data", str(build.path), "--store"]
    command += [str(tmp_path), *QUICK, "--epochs", "5", "--seed", "3"]
    running = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    while not (tmp_path / "cnn" / training_state.STATE).exists():
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not (tmp_path / "cnn" / store.CARD).exists()
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0 and "Going on after epoch" in again.stdout
    assert history_of(tmp_path)["epoch"].tolist() == [1, 2, 3, 4, 5]
    Store(tmp_path).load("cnn")
    assert not (tmp_path / "cnn" / training_state.STATE).exists()
    whole = tmp_path / "whole"
    assert main([*command[3:6], "--store", str(whole), *QUICK, "--epochs", "5", "--seed", "3"]) == 0
    for column in ("loss", "val_loss"):  # the second is the averaged weights'
        there, expected = history_of(tmp_path)[column], history_of(whole)[column]
        np.testing.assert_allclose(there, expected, rtol=0.02)


def test_ctrl_c_ends_with_a_sentence(build, tmp_path):
    command = [sys.executable, "-m", "trainer", "fit", "--data", str(build.path), "--store"]
    running = subprocess.Popen(
        [*command, str(tmp_path), *QUICK, "--epochs", "500"],
        cwd=ROOT, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (tmp_path / "cnn" / training_state.STATE).exists():
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    errors = running.communicate()[1]
    assert running.returncode == 130 and "Traceback" not in errors
    assert "interrupted. The same command goes on from here" in errors


def test_nan_loss_is_one_sentence_and_keeps_what_was_finished(build, trained, tmp_path, capsys):
    command = ["fit", "--data", str(build.path), "--store", str(trained.path), "--precision"]
    command += ["float32", "--models", "cnn_spatial", "--learning-rate", "1e30", "--epochs", "9"]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert "Expected the loss to stay finite" in error and "Traceback" not in error
    assert trained.load("cnn").threshold


def test_full_disk_is_one_sentence_and_keeps_what_was_finished(build, trained, monkeypatch, capsys):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez", full)
    command = ["fit", "--data", str(build.path), "--store", str(trained.path), *QUICK]
    assert main([*command, "--models", "cnn_channel", "--epochs", "1"]) == 1
    assert "make room and give the same command again" in capsys.readouterr().err
    assert not list((trained.path / "cnn_channel").iterdir())
    assert trained.load("cnn").threshold


def test_refresh_does_all_and_then_nothing(faces_zip, tmp_path, capsys):
    command = ["refresh", "--root", str(faces_zip), "--store", str(tmp_path / "runs/mine")]
    command += ["--protocol", "official", *QUICK, "--epochs", "1"]
    assert main(command) == 0
    assert "0.9875" in capsys.readouterr().out  # the paper's accuracy of the plain CNN
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.*") if p.is_file()}
    assert main(command) == 0
    said = capsys.readouterr().out
    assert all(
        sentence in said for sentence in ("Prepared already", "trained already", "scored already")
    )
    assert stamps == {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.*") if p.is_file()}
