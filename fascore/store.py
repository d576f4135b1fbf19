"""A folder of trained models: read and write it. docs/store.md describes the files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fascore.data.sample_table import COLUMNS, fingerprint, read_samples
from fascore.data.splits import SPLITS
from fascore.errors import FascoreError
from fascore.files import sha256, write_json, write_whole
from fascore.labels import LIVE, SPOOF, SPOOF_TYPES, UNKNOWN_TYPE
from fascore.models import MODELS
from fascore.models.face_model import FaceModel
from fascore.models.network_file import read_network

SAMPLES, BACKGROUND, STUDY = "samples.csv", "background.npz", "study"
WEIGHTS, CARD, HISTORY, PREDICTIONS = "model.keras", "card.json", "history.csv", "predictions.csv"
DEFAULT_THRESHOLD = 0.5


class StoreError(FascoreError):
    """A store or a model in it that cannot be used; the message is one sentence."""


@dataclass(frozen=True)
class Card:
    """What a model expects and how it came to be; `card.json`.

    `data` names the data set: name, simulated, root, fingerprint, protocol, counts.
    `training` holds recipe, config, seed, initial weights, epochs and seconds. `threshold` holds
    value, rule and split, once the model has been evaluated.
    """

    model: str
    size: int
    crop_expansion: float
    feature_layers: list[str]
    weights_sha256: str
    data: dict[str, Any]
    training: dict[str, Any]
    software: dict[str, str]
    threshold: dict[str, Any] = field(default_factory=dict)

    @property
    def threshold_value(self) -> float:
        """The recorded threshold, or 0.5 before evaluation."""
        return float(self.threshold.get("value", DEFAULT_THRESHOLD))


class Store:
    """A model store.

    Parameters
    ----------
    path : path
        An existing store.
    samples_path : path, optional
        Its table of samples, where that is not its own: a study's runs share their store's.

    Raises
    ------
    StoreError
        If the folder is missing or holds no model.
    """

    def __init__(self, path: Path | str, *, samples_path: Path | None = None) -> None:
        self.path = Path(path)
        self._samples_path = samples_path or self.path / SAMPLES
        if not self.path.is_dir():
            raise StoreError(
                f"Expected a folder with trained models. Received: {self.path}, which is not "
                "there. Give the path of a store, or train one with `python -m trainer fit`."
            )
        self.names = tuple(
            name for name in MODELS if any((self.path / name / f).exists() for f in (CARD, WEIGHTS))
        )
        if not self.names:
            raise StoreError(
                f"Expected a folder with trained models. Received: {self.path}, which holds "
                "none. Train them with `python -m trainer fit`."
            )

    @property
    def scored_names(self) -> tuple[str, ...]:
        """The models that have been scored on the store's samples."""
        return tuple(name for name in self.names if (self.path / name / PREDICTIONS).exists())

    @property
    def loadable_names(self) -> tuple[str, ...]:
        """The models whose weights are there; others may have a card and predictions alone."""
        return tuple(name for name in self.names if (self.path / name / WEIGHTS).exists())

    def card(self, name: str) -> Card:
        """A model's card."""
        path = self.path / name / CARD
        try:
            return Card(**json.loads(path.read_text()))
        except FileNotFoundError as err:
            raise StoreError(
                f"Expected {CARD} beside the weights of {name}. Received: none. "
                "Train the model again with `python -m trainer fit`."
            ) from err
        except (json.JSONDecodeError, TypeError) as err:
            raise StoreError(
                f"Expected a complete {CARD} for {name}. Received: one that cannot be read "
                f"({err}). Train the model again with `python -m trainer fit`."
            ) from err

    def load(self, name: str) -> FaceModel:
        """A model with its threshold and the store's SHAP background, after checking its card."""
        card, path = self.card(name), self.path / name / WEIGHTS
        if not path.exists():
            raise StoreError(
                f"Expected {WEIGHTS} for {name}. Received: a card without weights. "
                "Train the model with `python -m trainer fit`."
            )
        if card.model != name or card.weights_sha256 != sha256(path):
            raise StoreError(
                f"Expected the weights that {name}'s {CARD} describes. Received: other weights. "
                "Copy the whole folder of the model again, or train it again."
            )
        return FaceModel(
            name,
            read_network(path),
            threshold=card.threshold_value,
            background=self.background(),
        )

    def background(self) -> np.ndarray | None:
        """SHAP's background images, uint8 (N, size, size, 3), or None where there are none."""
        path = self.path / BACKGROUND
        if not path.exists():
            return None
        with np.load(path) as arrays:
            return np.asarray(arrays["images"])

    def samples(self) -> pd.DataFrame:
        """What is known of each validation and test image, indexed by sample_id."""
        table = self._table(self._samples_path, read_samples, COLUMNS)
        known = {
            "split": set(SPLITS),
            "label": {LIVE, SPOOF},
            "spoof_type": {*SPOOF_TYPES, UNKNOWN_TYPE},
        }
        for column, values in known.items():
            unknown = table.loc[~table[column].isin(values), column]
            if len(unknown):
                raise StoreError(
                    f"Expected splits {', '.join(SPLITS)}, labels 0 or 1 and spoof types from 0 "
                    f"to 10 in {SAMPLES}. Received: {column} {unknown.iloc[0]} for "
                    f"{unknown.index[0]}. Run `python -m trainer evaluate` again."
                )
        return table

    def predictions(self, name: str) -> pd.Series:
        """P(spoof) of a model, indexed by sample_id."""
        path = self.path / name / PREDICTIONS
        read = partial(pd.read_csv, index_col="sample_id")
        scores = self._table(path, read, ["spoof_score"])["spoof_score"]
        numbers = pd.to_numeric(scores, errors="coerce")
        bad = scores[~numbers.between(0, 1)]
        if len(bad):
            raise StoreError(
                f"Expected scores in [0, 1] in {PREDICTIONS} of {name}. Received: {bad.iloc[0]} "
                f"for {bad.index[0]}. Run `python -m trainer evaluate --again`."
            )
        return numbers

    def scored(self, name: str, *, split: str = "test") -> pd.DataFrame:
        """The samples of one split with a column `spoof_score`, a model's P(spoof).

        Raises
        ------
        StoreError
            If the model was scored on other images than the store's samples.
        """
        samples = self.samples()
        if self.card(name).data["fingerprint"] != fingerprint(samples):
            raise StoreError(
                f"Expected {name} to be trained and scored on this store's samples. Received: "
                "another data set. Run `python -m trainer evaluate` for it."
            )
        chosen = samples[samples["split"] == split]
        scored = chosen.join(self.predictions(name), how="left")
        there = int(scored["spoof_score"].notna().sum())
        if there < len(scored):
            raise StoreError(
                f"Expected a score of {name} for each {split} image. Received: scores of {there:,} "
                f"of the {len(scored):,} {split} images. Run `python -m trainer evaluate --again`."
            )
        return scored

    def scores(self, name: str, *, split: str = "test") -> tuple[np.ndarray, np.ndarray]:
        """A model's spoof scores on one split: of the live images, of the spoof images."""
        scored = self.scored(name, split=split)
        live, spoof = (
            scored.loc[scored["label"] == label, "spoof_score"].to_numpy()
            for label in (LIVE, SPOOF)
        )
        return live, spoof

    def _table(
        self, path: Path, read: Callable[[Path], pd.DataFrame], columns: Sequence[str]
    ) -> pd.DataFrame:
        """A table that has these columns, and each sample once."""
        try:
            table = read(path)
        except (FileNotFoundError, ValueError) as err:
            raise StoreError(
                f"Expected a table {path.name} in {path.parent}. Received: none that can be "
                "read. Run `python -m trainer evaluate`."
            ) from err
        missing = [name for name in columns if name not in table]
        if missing:
            raise StoreError(
                f"Expected columns {', '.join(columns)} in {path}. Received: no "
                f"{', '.join(missing)}. Run `python -m trainer evaluate --again`."
            )
        if table.index.has_duplicates:
            twice = table.index[table.index.duplicated()][0]
            splits = table.loc[twice, "split"].unique() if "split" in table else []
            where = f"in {' and '.join(splits)}" if len(splits) > 1 else "more than once"
            raise StoreError(
                f"Expected each image once in {path}. Received: {twice} {where}. "
                "Run `python -m trainer evaluate --again`."
            )
        return table


def study_run(path: Path, seed: int) -> Path:
    """The folder of a study's run in a store: all variants trained from this seed."""
    return path / STUDY / f"seed-{seed}"


def study_runs(path: Path) -> dict[int, Store]:
    """A store's runs of `python -m trainer study`, each a store of its own, by seed."""
    runs = {}
    for folder in (path / STUDY).glob("seed-*"):
        if any(folder.glob(f"*/{PREDICTIONS}")):
            runs[int(folder.name.removeprefix("seed-"))] = Store(
                folder, samples_path=path / SAMPLES
            )
    return dict(sorted(runs.items()))


def write_card(folder: Path, card: Card) -> None:
    """Writes a model's card."""
    write_json(folder / CARD, asdict(card))


def write_background(store: Path, images: np.ndarray, sample_ids: Sequence[str]) -> None:
    """Writes SHAP's background images and where they came from."""
    write_whole(
        store / BACKGROUND,
        lambda temporary: np.savez_compressed(
            temporary, images=images, sample_ids=np.array(sample_ids)
        ),
    )
