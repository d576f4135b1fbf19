"""A store's trainings without a training: cards, histories and a state."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fascore import store
from fascore.training.history import STATE

CONFIG = {"name": "tiny", "epochs": 8, "learning_rate": 0.001, "precision": "float32"}


def history(losses: list[float]) -> pd.DataFrame:
    epochs = range(1, len(losses) + 1)
    return pd.DataFrame(
        {"epoch": epochs, "loss": losses, "val_loss": losses, "val_auc": 0.9, "seconds": 2.0}
    )


def card(name: str, **training) -> store.Card:
    about = {"recipe": "tiny", "config": CONFIG, "seed": 0, "initial_weights": "random"}
    about |= {"epochs": 2, "best_epoch": 2, "seconds": 4.0, "finished": "2026-01-02T03:04:05"}
    counts = {"train": {"live": 3, "print": 2}}
    data = {"name": "tiny faces", "fingerprint": "made up", "counts": counts}
    return store.Card(name, 16, 1.5, ["last_conv"], "", data, about | training, {"keras": "3"})


def write_run(folder: Path, losses: list[float], **training) -> None:
    folder.mkdir(parents=True)
    store.write_card(folder, card(folder.name, **training))
    history(losses).to_csv(folder / store.HISTORY, index=False)


def write_state(folder: Path, losses: list[float]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    records = history(losses).to_dict("records")
    key = {"recipe": "tiny", "config": CONFIG, "seed": 0}
    about = json.dumps({"key": key, "history": records})
    np.savez(folder / STATE, about=np.array(about), variable_00000=np.zeros(3))


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A store with two networks, a study's run of one, and a training in progress of the other."""
    write_run(tmp_path / "cnn", [0.5, 0.4])
    write_run(tmp_path / "cnn_channel", [0.6, 0.3])
    write_run(tmp_path / "study" / "seed-1" / "cnn", [0.9])
    write_state(tmp_path / "cnn_channel", [0.7])
    return tmp_path
