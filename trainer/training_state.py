"""Training so far, in one file: what a killed run goes on from.

Not `tf.train.Checkpoint`: it writes several files, restores into objects that must be built first,
and knows neither the history, nor the best epoch's weights, nor what was being trained. Kept beside
it, they could be of another epoch after a kill. One file that is renamed into place holds all of it
or nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fascore.errors import FascoreError
from fascore.files import read_whole, write_whole
from fascore.provenance import differences, listed
from fascore.training.history import MEND_STATE, STATE, read_progress

PARTS = ("variables", "average", "best")


@dataclass
class State:
    """All that training needs to go on after an epoch.

    Attributes
    ----------
    key : dict
        What is trained and how; a state with another key is of no use.
    history : list of dict
        One record an epoch.
    variables, average, best : lists of arrays
        The network's and the optimizer's; the network's average, if it has one; the network's at
        its best epoch.
    """

    key: dict[str, Any]
    history: list[dict[str, float]] = field(default_factory=list)
    variables: list[np.ndarray] = field(default_factory=list)
    average: list[np.ndarray] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Writes the state whole."""
        about = json.dumps({"key": self.key, "history": self.history})
        arrays: dict[str, Any] = {
            f"{part}_{i:05}": value for part in PARTS for i, value in enumerate(getattr(self, part))
        }
        write_whole(folder / STATE, lambda path: np.savez(path, about=np.array(about), **arrays))


def read_state(folder: Path, key: dict[str, Any]) -> State:
    """The state in a folder, or an empty one if there is none of this key.

    Raises
    ------
    StoreError
        If there is one that cannot be read.
    """
    path = folder / STATE
    if not path.exists():
        return State(key)
    there, history = read_progress(path)
    if differences(there, key):
        return State(key)
    parts = read_whole(path, _parts, expected="the state of a training", mend=MEND_STATE)
    return State(key, history, **parts)


def check_state(folder: Path, key: dict[str, Any]) -> None:
    """Refuses a folder with the state of another training than `key` describes."""
    path = folder / STATE
    if not path.exists():
        return
    there, history = read_progress(path)
    if differing := differences(there, key):
        raise FascoreError(
            f"Expected a training that was stopped in {folder} to be the one asked for. Received: "
            f"one with {listed(differing)}, stopped after epoch {len(history)}. Give the options "
            "it was begun with to go on, --again to drop it, or another --store."
        )


def _parts(path: Path) -> dict[str, list[np.ndarray]]:
    with path.open("rb") as file, np.load(file) as arrays:
        return {part: _named(arrays, f"{part}_") for part in PARTS}


def _named(arrays: Any, prefix: str) -> list[np.ndarray]:
    return [arrays[name] for name in sorted(arrays.files) if name.startswith(prefix)]
