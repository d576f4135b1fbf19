"""Two machines train as one: two worker processes on loopback, one batch shared between them."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from trainer.distribution import choose_strategy

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).with_name("worker.py")
# Sums of floats in another order; BatchNormalization divides by small deviations of few images.
LOSS_TOLERANCE, WEIGHT_TOLERANCE = 1e-3, 2e-3


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def run(build, store, outputs, *, cluster=None, mirrored=False):
    """Trains in as many processes as `outputs`; returns what each ended with."""
    workers = []
    for index, output in enumerate(outputs):
        env = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""}
        if cluster:
            task = {"type": "worker", "index": index}
            env["TF_CONFIG"] = json.dumps({"cluster": {"worker": cluster}, "task": task})
        command = [sys.executable, str(WORKER), str(build.path), str(store), str(output)]
        command += ["mirrored"] * mirrored
        workers.append(
            subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        )
    try:
        for worker in workers:
            said = worker.communicate(timeout=300)[0].decode()
            assert worker.returncode == 0, said[-3000:]
    finally:
        for worker in workers:
            worker.kill()
    return [np.load(output) for output in outputs]


@pytest.fixture(scope="module")
def one(build, tmp_path_factory):
    """What one process on one processor ends with."""
    folder = tmp_path_factory.mktemp("one")
    return run(build, folder, [folder / "end.npz"])[0]


def assert_same_training(ours, one):
    names = [name for name in one.files if name.startswith("weight")]
    assert len(names) > 20
    np.testing.assert_allclose(ours["loss"], one["loss"], rtol=LOSS_TOLERANCE)
    for name in names:
        np.testing.assert_allclose(ours[name], one[name], atol=WEIGHT_TOLERANCE)


def test_two_workers_train_as_one_does(build, one, tmp_path):
    cluster = [f"127.0.0.1:{port}" for port in free_ports(2)]
    outputs = [tmp_path / "first.npz", tmp_path / "second.npz"]
    first, second = run(build, tmp_path / "two", outputs, cluster=cluster)
    for name in first.files:
        np.testing.assert_array_equal(first[name], second[name])
    assert_same_training(first, one)
    assert (tmp_path / "two/cnn/card.json").exists()


def test_two_processors_of_one_machine_train_as_one_does(build, one, tmp_path):
    (both,) = run(build, tmp_path / "both", [tmp_path / "both.npz"], mirrored=True)
    assert_same_training(both, one)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 3}}']
)
def test_unusable_tf_config_is_said(text, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError, match="Expected TF_CONFIG like"):
        choose_strategy()
