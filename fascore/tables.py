"""CSV tables read as they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd


def read_table(
    path: Path, *, text: Sequence[str], types: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A CSV table in which only an empty cell is a missing value.

    Parameters
    ----------
    path : path
    text : sequence of str
        Columns whose cells stay as they are written: a file called "NA", "007" or "1e5" is
        neither a missing value nor a number.
    types : mapping of str to str, optional
        Types of other columns; those not named are guessed.

    Raises
    ------
    OSError, ValueError
        If there is no such file, or it is no CSV table.
    """
    return pd.read_csv(
        path,
        dtype=dict.fromkeys(text, "str") | dict(types or {}),
        keep_default_na=False,
        na_values=[""],
    )
