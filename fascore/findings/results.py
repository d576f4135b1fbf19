"""What `python -m trainer judge` leaves in a store: measures, mean maps and how they were made.

`explanations/measures.parquet` is the one table of numbers, `maps.npz` holds mean maps, and
`judged.json` says of which images, models and settings. docs/store.md describes the files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fascore.data.sample_table import fingerprint
from fascore.files import write_json, write_whole
from fascore.judging.judge import PAIR
from fascore.store import CARD, Store, StoreError

FOLDER = "explanations"
MEASURES, MAPS, ABOUT, PLANTED = "measures.parquet", "maps.npz", "judged.json", "planted.csv"
OLD_ABOUT = "trial.json"  # of stores judged before 0.2
COLUMNS = ["sample_id", "model", "method", "metric", "value"]


@dataclass(frozen=True)
class MeanMap:
    """Mean map of one model and method over the images of one species.

    Attributes
    ----------
    values : float32 array of shape (size, size)
        Mean attribution by pixel, each map divided by the sum of its absolute values.
    num_images : int
    """

    values: np.ndarray
    num_images: int


@dataclass(frozen=True)
class Results:
    """One run of `python -m trainer judge`.

    Attributes
    ----------
    measures : DataFrame
        `COLUMNS`; `fascore.findings.measures` says what each metric is. `model` or `method` is a
        pair "a/b" where the measure compares two; `method` is "" for measures of a model alone.
    maps : dict of (model, method, species) to MeanMap
    about : dict
        judged.json: `split`, `images`, `target`, `settings` (by method), `steps`, `fingerprint`
        (of the store's samples), `weights` (SHA-256 by model), `thresholds` (by model),
        `software`, `finished`.
    """

    measures: pd.DataFrame
    maps: Mapping[tuple[str, str, str], MeanMap]
    about: Mapping[str, Any]

    @property
    def models(self) -> list[str]:
        """Names of the models explained, in order."""
        return list(self.about["weights"])

    @property
    def methods(self) -> list[str]:
        """Names of the methods, in order."""
        return list(self.about["settings"])


def has_results(store: Store) -> bool:
    """Whether the store's explanations have been judged."""
    return about_path(store).exists()


def read_results(store: Store) -> Results:
    """A store's results, after checking that they are of its samples and weights.

    Raises
    ------
    StoreError
        If there are none, they cannot be read, or samples or weights have changed since.
    """
    folder = store.path / FOLDER
    if not has_results(store):
        raise StoreError(
            f"Expected judged explanations in {store.path}. Received: none. Run `{command(store)}`."
        )
    try:
        about = json.loads(about_path(store).read_text())
        _check(store, about)
        measures = pd.read_parquet(folder / MEASURES)
        maps = _read_maps(folder / MAPS)
    except StoreError:
        raise
    except (OSError, ValueError, KeyError) as err:
        raise StoreError(
            f"Expected whole results in {folder}. Received: some that cannot be read "
            f"({type(err).__name__}). Run `{command(store)} --again`."
        ) from err
    return Results(measures, maps, about)


def write_results(store: Store, results: Results) -> None:
    """Writes a store's results; `judged.json` comes last and makes them complete."""
    folder = store.path / FOLDER
    # first of all: a run that stops in between must not look complete
    for name in (ABOUT, OLD_ABOUT):
        (folder / name).unlink(missing_ok=True)
    write_whole(folder / MEASURES, lambda path: results.measures.to_parquet(path, index=False))
    arrays: dict[str, Any] = {}
    for key, mean_map in results.maps.items():
        arrays[PAIR.join(key)] = mean_map.values
        arrays[f"n{PAIR}{PAIR.join(key)}"] = mean_map.num_images
    write_whole(folder / MAPS, lambda path: np.savez_compressed(path, **arrays))
    write_json(folder / ABOUT, results.about)


def about_path(store: Store) -> Path:
    """Where a store says how it was judged."""
    folder = store.path / FOLDER
    return folder / (OLD_ABOUT if (folder / OLD_ABOUT).exists() else ABOUT)


def command(store: Store) -> str:
    """What to run to judge a store's explanations."""
    return f"python -m trainer judge --store {store.path}"


def _read_maps(path: Path) -> dict[tuple[str, str, str], MeanMap]:
    maps = {}
    with np.load(path) as arrays:
        for name in arrays.files:
            if not name.startswith(f"n{PAIR}"):
                model, method, species = name.split(PAIR)
                count = int(arrays[f"n{PAIR}{name}"])
                maps[model, method, species] = MeanMap(arrays[name], count)
    return maps


def _check(store: Store, about: Mapping[str, Any]) -> None:
    """Refuses results of other samples or weights than the store's."""
    if about["fingerprint"] != fingerprint(store.samples()):
        raise StoreError(
            "Expected explanations of this store's samples. Received: those of another data set. "
            f"Run `{command(store)} --again`."
        )
    for name, weights in about["weights"].items():
        if _weights_there(store, name) != weights:
            raise StoreError(
                f"Expected explanations of the store's {name}. Received: those of other weights. "
                f"Run `{command(store)} --again`."
            )


def _weights_there(store: Store, name: str) -> str | None:
    """What a model's card says of its weights, be the model registered or not; None without one."""
    return store.card(name).weights_sha256 if (store.path / name / CARD).exists() else None


def read_planted(store: Store) -> pd.DataFrame | None:
    """What planted cues gave (`fascore.judging.planted`), or None where none was planted."""
    path = store.path / FOLDER / PLANTED
    return pd.read_csv(path) if path.exists() else None
