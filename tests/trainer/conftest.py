"""A small made-up data set, a build of it, and a network trained on that."""

import pandas as pd
import pytest

from fascore.store import HISTORY, Store
from tests.faces_zip import write_faces_zip
from trainer.cli import main
from trainer.prepare import prepare

QUICK = ["--models", "cnn", "--recipe", "demo", "--precision", "float32", "--batch-size", "11"]


@pytest.fixture(scope="session")
def faces_zip(tmp_path_factory):
    return write_faces_zip(tmp_path_factory.mktemp("data") / "faces.zip", subjects=36, brighter=50)


@pytest.fixture(scope="session")
def build(faces_zip, tmp_path_factory):
    """The data set by the official protocol: 44 images train, 4 validate, 24 test."""
    out = tmp_path_factory.mktemp("build")
    return prepare(faces_zip, out, protocol="official", jobs=1)


@pytest.fixture(scope="session")
def trained(build, tmp_path_factory):
    """A store with one network after two epochs, evaluated."""
    path = tmp_path_factory.mktemp("store")
    common = ["--data", str(build.path), "--store", str(path)]
    assert main(["fit", *common, *QUICK, "--epochs", "2", "--seed", "3"]) == 0
    assert main(["evaluate", *common]) == 0
    return Store(path)


def history_of(folder):
    """The epochs of its training."""
    return pd.read_csv(folder / "cnn" / HISTORY)
