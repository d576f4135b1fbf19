"""A small made-up data set, and a build of it."""

import pytest

from tests.faces_zip import write_faces_zip
from trainer.prepare import prepare


@pytest.fixture(scope="session")
def faces_zip(tmp_path_factory):
    return write_faces_zip(tmp_path_factory.mktemp("data") / "faces.zip", subjects=36, brighter=50)


@pytest.fixture(scope="session")
def build(faces_zip, tmp_path_factory):
    """The data set by the official protocol: 44 images train, 4 validate, 24 test."""
    out = tmp_path_factory.mktemp("build")
    return prepare(faces_zip, out, protocol="official", jobs=1)
