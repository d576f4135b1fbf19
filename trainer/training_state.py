"""Training so far, in one file: what a killed run goes on from."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fascore.files import write_whole
from fascore.training.history import STATE


@dataclass
class State:
    """All that training needs to go on after an epoch.

    Attributes
    ----------
    key : dict
        What is trained and how; a state with another key is of no use.
    history : list of dict
        One record an epoch.
    variables, best : lists of arrays
        The network's and the optimizer's; the network's at its best epoch.
    """

    key: dict[str, Any]
    history: list[dict[str, float]] = field(default_factory=list)
    variables: list[np.ndarray] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Writes the state whole."""
        about = json.dumps({"key": self.key, "history": self.history})
        arrays: dict[str, Any] = {
            f"variable_{i:05}": value for i, value in enumerate(self.variables)
        }
        arrays |= {f"best_{i:05}": value for i, value in enumerate(self.best)}
        write_whole(folder / STATE, lambda path: np.savez(path, about=np.array(about), **arrays))


def read_state(folder: Path, key: dict[str, Any]) -> State:
    """The state in a folder, or an empty one if there is none of this key."""
    path = folder / STATE
    if not path.exists():
        return State(key)
    with np.load(path) as arrays:
        about = json.loads(str(arrays["about"]))
        if about["key"] != json.loads(json.dumps(key)):
            return State(key)
        return State(key, about["history"], _named(arrays, "variable_"), _named(arrays, "best_"))


def _named(arrays: Any, prefix: str) -> list[np.ndarray]:
    return [arrays[name] for name in sorted(arrays.files) if name.startswith(prefix)]
