"""A store's trainings epoch by epoch: its own networks', its study's, and those in progress."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fascore.files import read_whole
from fascore.models import MODELS
from fascore.store import CARD, HISTORY, STUDY, Store, StoreError
from fascore.tables import read_table

STATE = "training.npz"  # in a model's folder while it is trained: what a killed run goes on from
EPOCH = "epoch"
MEND_STATE = "Delete it; `python -m trainer fit` then begins this training anew."


@dataclass(frozen=True)
class Run:
    """One training of one network.

    Attributes
    ----------
    model : str
    seed : int or None
        Of a study's run; None is the network of the store itself.
    history : DataFrame
        A row an epoch, by its number from 1: loss, accuracy, val_loss, val_accuracy, val_auc and
        what else was recorded. Rates are in [0, 1], losses in nats, `seconds` are an epoch's.
    training : dict
        Recipe, config, seed and initial weights, as in the card.
    best_epoch : int or None
        The epoch whose weights were kept; None while training goes on, or where not recorded.
    changed : datetime or None
        When the last epoch of a run in progress was written; None once training has finished.
    """

    model: str
    seed: int | None
    history: pd.DataFrame
    training: dict[str, Any]
    best_epoch: int | None = None
    changed: datetime | None = None

    @property
    def in_progress(self) -> bool:
        """Whether a state to go on from is there; the training itself may have been stopped."""
        return self.changed is not None

    @property
    def planned(self) -> int | None:
        """The most epochs the recipe allows; None where the card does not record it."""
        epochs = self.training.get("config", {}).get("epochs")
        return None if epochs is None else int(epochs)


def read_runs(path: Path) -> list[Run]:
    """The trainings in a store's folder, in the registry's order: its own, then its study's.

    A network that is being trained again has two: the finished one and the one in progress. The
    folder may hold nothing but the first training in progress.

    Raises
    ------
    StoreError
        If a history or a training's state is there and cannot be read.
    """
    return [run for folder, seed in _folders(path) for run in _runs(folder, seed)]


def read_whole_runs(path: Path) -> tuple[list[Run], list[str]]:
    """As `read_runs`, of those that can be read; and why others cannot, a sentence each."""
    runs: list[Run] = []
    sentences = []
    for folder, seed in _folders(path):
        try:
            runs += _runs(folder, seed)
        except StoreError as err:
            sentences.append(str(err))
    return runs, sentences


def read_progress(path: Path) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """Of a training's state: what is trained and how, and one record an epoch so far.

    Raises
    ------
    FileNotFoundError
        If there is none.
    StoreError
        If the file is not such a state.
    """
    try:
        return read_whole(path, _progress_of, expected="the state of a training", mend=MEND_STATE)
    except StoreError:
        path.stat()  # one that is not there, or went meanwhile, is no damage
        raise


def _folders(path: Path) -> Iterator[tuple[Path, int | None]]:
    studies = {
        int(folder.name.removeprefix("seed-")): folder for folder in (path / STUDY).glob("seed-*")
    }
    for name in MODELS:
        yield path / name, None
        yield from ((studies[seed] / name, seed) for seed in sorted(studies))


def _runs(folder: Path, seed: int | None) -> Iterator[Run]:
    if (folder / CARD).exists() and (folder / HISTORY).exists():
        training = Store(folder.parent).card(folder.name).training
        history = read_history(folder)
        yield Run(folder.name, seed, history, training, best_epoch=training.get("best_epoch"))
    try:
        key, records = read_progress(folder / STATE)
        written = datetime.fromtimestamp((folder / STATE).stat().st_mtime, UTC)
    except FileNotFoundError:  # not in progress, or ended meanwhile
        return
    history = pd.DataFrame(records, columns=None if records else [EPOCH]).set_index(EPOCH)
    yield Run(folder.name, seed, history, key, changed=written)


def read_history(folder: Path) -> pd.DataFrame:
    """A finished training's epochs (`Run.history`) in a model's folder; StoreError without them."""
    return read_whole(
        folder / HISTORY,
        lambda path: read_table(path, text=[]).set_index(EPOCH).astype(float),
        expected=f"a table of numbers with a column {EPOCH}",
        mend="Copy the model's folder again, or train it with `python -m trainer fit --again`.",
    )


def _progress_of(path: Path) -> tuple[dict[str, Any], list[dict[str, float]]]:
    with path.open("rb") as file, np.load(file) as arrays:  # reads this one entry, not the weights
        about = json.loads(str(arrays["about"]))
    return dict(about["key"]), [dict(record) for record in about["history"]]
