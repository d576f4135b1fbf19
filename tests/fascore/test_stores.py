"""Which stores a folder holds."""

import pytest

from fascore.errors import FascoreError
from fascore.store import CARD, Store
from fascore.stores import find_stores


@pytest.fixture
def folder(tmp_path):
    for name in ("b", "a"):
        (tmp_path / "stores" / name / "cnn").mkdir(parents=True)
        (tmp_path / "stores" / name / "cnn" / CARD).write_text("{}")
    (tmp_path / "stores" / "notes").mkdir()
    return tmp_path / "stores"


def test_folder_of_stores_is_the_stores_in_it(folder):
    assert find_stores([folder]) == [folder / "a", folder / "b"]


def test_store_named_twice_is_one(folder):
    assert find_stores([folder / "b", folder]) == [folder / "b", folder / "a"]


def test_store_is_itself_whatever_is_in_it(folder):
    assert find_stores([folder / "a"]) == [folder / "a"]


@pytest.mark.parametrize("missing", ["nowhere", "notes"])
def test_path_without_a_store_stays_to_be_complained_about(folder, missing):
    assert find_stores([folder / missing]) == [folder / missing]
    with pytest.raises(FascoreError, match="Expected a folder with trained models"):
        Store(folder / missing)
