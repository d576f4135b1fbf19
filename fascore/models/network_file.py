"""Reads a network's .keras file as what it may be: a stranger's."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from fascore.errors import FascoreError
from fascore.models import MODELS

_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}  # what Keras writes for a network
_MAX_CONFIG = 16 * 2**20  # bytes; the largest baseline has 0.8 MB, and a bomb has no end
_CODE = {"Lambda", "TFSMLayer"}  # Keras's own layers that run what a file brings along
_KERAS = {"keras", "builtins"}  # Keras looks a "builtins" function up among its own


class NetworkError(FascoreError):
    """A .keras file that is not read; the message is one sentence."""


def read_network(path: Path) -> keras.Model:
    """The network of a .keras file, not compiled.

    A file can name classes and functions to be called while it is read. Only layers of Keras and
    layers registered in this process (ours are) are, and nothing is unpacked to disk. Keras's safe
    mode, which reads the rest, has been got around before; the file's own list comes first.

    Raises
    ------
    NetworkError
        If the file is damaged, or asks for anything else.
    """
    for spec in MODELS.values():
        spec.imported()  # a network of our own may have layers of its own
    try:
        with zipfile.ZipFile(path) as archive:
            stray = set(archive.namelist()) - _MEMBERS
            with archive.open("config.json") as file:
                config = json.loads(file.read(_MAX_CONFIG))
        foreign = next(_foreign(config), None)
    except Exception as err:  # whatever a damaged file makes zipfile, json and the walk raise
        raise _refused(path, f"one that cannot be read ({type(err).__name__})") from err
    if stray or foreign:
        what = f"asks for {foreign}" if foreign else f"also holds {min(stray)}"
        raise _refused(path, f"one that {what}")
    try:
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as err:  # of Keras, h5py, TensorFlow: the file is at fault in each case
        raise _refused(path, f"one that Keras refuses ({type(err).__name__})") from err


def _foreign(part: Any) -> Iterator[str]:
    """Names of the classes that a file's configuration asks for and that are not let in."""
    if isinstance(part, dict):
        name, module = part.get("class_name"), part.get("module")
        if name is not None and not _let_in(name, module, part.get("registered_name")):
            yield f"{module}.{name}" if module else str(name)
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _foreign(inner)


def _let_in(name: str, module: str | None, registered_name: str | None) -> bool:
    if name in _CODE:
        return False
    if module is None or module.split(".")[0] in _KERAS:
        return True
    return keras.saving.get_registered_object(registered_name) is not None


def _refused(path: Path, what: str) -> NetworkError:
    return NetworkError(
        f"Expected a network of layers that are known here in {path}. Received: {what}. "
        "Copy the file again from where it was trained, or train the network again."
    )
