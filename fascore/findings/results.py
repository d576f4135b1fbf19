"""What `python -m trainer judge` leaves in a store: measures, mean maps and how they were made.

`explanations/measures.parquet` is the one table of numbers, `maps.npz` holds mean maps, and
`judged.json` says of which images, models and settings. docs/store.md describes the files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from fascore.files import read_whole, sha256, write_json, write_whole
from fascore.judging.judge import PAIR
from fascore.judging.planted import COLUMNS as PLANTED_COLUMNS
from fascore.judging.planted import GROUP
from fascore.store import BACKGROUND, CARD, EXPLANATIONS, Store, StoreError
from fascore.tables import read_table

T = TypeVar("T")
FOLDER = EXPLANATIONS
MEASURES, MAPS, ABOUT, PLANTED = "measures.parquet", "maps.npz", "judged.json", "planted.csv"
PLANTED_ABOUT = "planted.json"  # of which data the cues' networks are, planted and trained how
PLANT_AGAIN = "python -m trainer plant --again"
OLD_ABOUT = "trial.json"  # of stores judged before 0.2
COLUMNS = ["sample_id", "model", "method", "metric", "value"]
RECORDED = ("data", "split", "images", "target", "steps", "settings", "weights", "thresholds")


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
        (of the store's samples), `pictures` (digest of their files), `background` and `weights`
        (SHA-256, of these by model), `thresholds` (by model), `software`, `finished`.
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
    results = read_result_files(store)
    check_results(store, results.about)
    return results


def read_result_files(store: Store) -> Results:
    """A store's results, of whatever they are; StoreError if there are none or they are damaged."""
    folder = store.explanations
    if not has_results(store):
        raise StoreError(
            f"Expected judged explanations in {folder}. Received: none. Run `{command(store)}`."
        )
    again = f"{command(store)} --again"
    about = _whole(about_path(store), _read_about, again=again)
    measures = _whole(folder / MEASURES, _read_measures, again=again)
    return Results(measures, _whole(folder / MAPS, _read_maps, again=again), about)


def write_results(store: Store, results: Results) -> None:
    """Writes a store's results; `judged.json` comes last and makes them complete."""
    folder = store.explanations
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
    folder = store.explanations
    return folder / (OLD_ABOUT if (folder / OLD_ABOUT).exists() else ABOUT)


def command(store: Store) -> str:
    """What to run to judge a store's explanations."""
    place = store.explanations.parent
    of_set = "" if place == store.path else f" --test-set {place.name}"
    return f"python -m trainer judge --store {store.path}{of_set}"


def _whole(path: Path, read: Callable[[Path], T], *, again: str) -> T:
    """What `read` makes of a file; StoreError where it is gone or damaged: `again` mends it."""
    return read_whole(path, read, expected="whole results", mend=f"Run `{again}`.")


def _read_about(path: Path) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    for name in ("fingerprint", *RECORDED):
        about[name]
    for name in ("settings", "weights", "thresholds"):
        dict(about[name])
    return about


def _read_measures(path: Path) -> pd.DataFrame:
    return _with_columns(pd.read_parquet(path), COLUMNS)


def _with_columns(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    if missing := set(columns) - set(table):
        raise KeyError(*sorted(missing))
    return table


def _read_maps(path: Path) -> dict[tuple[str, str, str], MeanMap]:
    maps = {}
    with path.open("rb") as file, np.load(file) as arrays:
        for name in arrays.files:
            if not name.startswith(f"n{PAIR}"):
                model, method, species = name.split(PAIR)
                count = int(arrays[f"n{PAIR}{name}"])
                maps[model, method, species] = MeanMap(arrays[name], count)
    return maps


def check_results(store: Store, about: Mapping[str, Any]) -> None:
    """Refuses results of other samples, background or weights than the store's."""
    if about["fingerprint"] != store.fingerprint:
        raise StoreError(
            "Expected explanations of this store's samples. Received: those of another data set. "
            f"Run `{command(store)} --again`."
        )
    background = store.path / BACKGROUND
    there = sha256(background) if background.exists() else None
    if about.get("background", there) != there:
        raise StoreError(
            "Expected explanations made with this store's background images. Received: those made "
            f"with others. Run `{command(store)} --again`."
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
    """What planted cues gave (`fascore.judging.planted`), or None where none was planted.

    Raises
    ------
    StoreError
        If the cues were planted on another data set, or the table cannot be read.
    """
    folder = store.path / FOLDER
    if not (folder / PLANTED).exists():
        return None
    about = planted_about(folder)
    if about and about["data"]["fingerprint"] != store.fingerprint:
        raise StoreError(
            "Expected cues planted on this store's data. Received: those of another data set. Run "
            f"`{PLANT_AGAIN}`."
        )
    return planted_table(folder)


def planted_about(folder: Path) -> dict[str, Any]:
    """What planted.json in a folder of explanations says; empty where there is none."""
    path = folder / PLANTED_ABOUT
    if not path.exists():
        return {}
    return _whole(path, _read_planted_about, again=PLANT_AGAIN)


def _read_planted_about(path: Path) -> dict[str, Any]:
    about = dict(json.loads(path.read_text(encoding="utf-8")))
    about["data"]["fingerprint"]
    return about


def planted_table(folder: Path) -> pd.DataFrame:
    """The table of planted.csv in a folder of explanations."""
    return _whole(folder / PLANTED, _read_planted_table, again=PLANT_AGAIN)


def _read_planted_table(path: Path) -> pd.DataFrame:
    table = _with_columns(read_table(path, text=[*GROUP, "sample_id"]), PLANTED_COLUMNS)
    numbers = [name for name in PLANTED_COLUMNS if name not in (*GROUP, "sample_id")]
    if table[list(GROUP)].isna().any(axis=None) or table["accuracy"].isna().any():
        raise ValueError("a row cut short")
    return table.astype(dict.fromkeys(numbers, float))
