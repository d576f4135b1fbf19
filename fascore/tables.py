"""CSV tables read as they are written."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd


def read_table(
    path: Path, *, text: Sequence[str], types: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A CSV table that fascore wrote, in which only an empty cell is a missing value.

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
        If there is no such file, or it is no CSV table, or its last row does not end: it was cut.
    """
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        raise ValueError("the last row does not end")
    return pd.read_csv(
        io.BytesIO(data),
        dtype=dict.fromkeys(text, "str") | dict(types or {}),
        keep_default_na=False,
        na_values=[""],
    )
