"""The tables of a model store, checked as they are read: samples.csv and predictions.csv."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path

import pandas as pd

from fascore.data.sample_table import COLUMNS, fingerprint, read_samples
from fascore.data.splits import SPLITS
from fascore.errors import StoreError
from fascore.files import file_stamp, read_whole
from fascore.labels import LIVE, SPOOF, TYPE_CODES
from fascore.tables import read_table

KNOWN = {
    "split": set(SPLITS),
    "label": {LIVE, SPOOF},
    "spoof_type": set(TYPE_CODES),
}


def store_samples(path: Path) -> tuple[pd.DataFrame, str]:
    """A store's samples by sample_id, and their fingerprint.

    A file is read and hashed once, as long as it stays as it is: a page asks for its samples with
    every model and every split.

    Raises
    ------
    StoreError
        If there is no such table, or it holds anything a sample cannot have.
    """
    table, digest = _samples_at(path, file_stamp(path))
    return table.copy(deep=False), digest  # a caller's new column stays its own


@lru_cache(maxsize=16)  # a store's own and those of its other test sets
def _samples_at(path: Path, stamp: tuple[int, ...] | None) -> tuple[pd.DataFrame, str]:
    table = _read(path, read_samples, COLUMNS)
    if half := table.index[table[["illumination", "environment"]].isna().any(axis=1)].tolist():
        raise StoreError(
            f"Expected whole rows in {path}. Received: a row cut short, {half[0]}. "
            "Run `python -m trainer evaluate`."
        )
    for column, values in KNOWN.items():
        unknown = table.loc[~table[column].isin(values), column]
        if len(unknown):
            raise StoreError(
                f"Expected splits {', '.join(SPLITS)}, labels 0 or 1 and spoof types from 0 "
                f"to 10 in {path.name}. Received: {column} {unknown.iloc[0]} for "
                f"{unknown.index[0]}. Run `python -m trainer evaluate` again."
            )
    return table, fingerprint(table)


def read_predictions(path: Path, *, model: str) -> pd.Series:
    """P(spoof) of a model's predictions.csv, by sample_id.

    A file is read once, as long as it stays as it is: for its threshold and its rates, of each
    split.

    Raises
    ------
    StoreError
        If there is no such table, or a score is no number in [0, 1].
    """
    return _predictions_at(path, model, file_stamp(path)).copy()


@lru_cache(maxsize=32)  # a store's networks and the runs of its study
def _predictions_at(path: Path, model: str, stamp: tuple[int, ...] | None) -> pd.Series:
    read = partial(read_table, text=["sample_id"])
    table = _read(path, lambda path: read(path).set_index("sample_id"), ["spoof_score"])
    scores = table["spoof_score"]
    numbers = pd.to_numeric(scores, errors="coerce")
    bad = scores[~numbers.between(0, 1)]
    if len(bad):
        raise StoreError(
            f"Expected scores in [0, 1] in {path.name} of {model}. Received: {bad.iloc[0]} "
            f"for {bad.index[0]}. Run `python -m trainer evaluate --again`."
        )
    return numbers


def _read(path: Path, read: Callable[[Path], pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """A table that has these columns, and each sample once."""
    mend = "Run `python -m trainer evaluate`."
    table = read_whole(path, read, expected="a table of samples", mend=mend)
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
