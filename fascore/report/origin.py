"""What every exported file says of its numbers: data set, test set, threshold by its rule, date."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from fascore.models import model_title
from fascore.scores.score_text import threshold_text

MODEL = "model"  # the column of each table that names a network, as in the store's own files
PAIR = ("first", "second")  # the columns of a table that compares two
PACKAGES = ("tensorflow", "keras", "numpy", "scipy", "scikit-learn", "statsmodels")

_PICTURE = re.compile(r"\.(jpe?g|png|bmp|webp|heic)$", re.IGNORECASE)


@dataclass(frozen=True)
class Origin:
    """Where the numbers of an exported file are from.

    Attributes
    ----------
    store : str
        The model store, as pages name it.
    data_set : str
        What the networks were trained on.
    test_set : str
        The images that the numbers are of; "" where nothing was tested.
    threshold_rule : str
        How thresholds were chosen; "" where none is concerned.
    thresholds : mapping of str to float
        By network.
    """

    store: str
    data_set: str
    test_set: str = ""
    threshold_rule: str = ""
    thresholds: Mapping[str, float] = field(default_factory=dict)


def described(table: pd.DataFrame, origin: Origin, *, made: str) -> pd.DataFrame:
    """A table's rows with their origin beside them, its index made columns.

    The columns added are `threshold` where a column names the network (`MODEL`), or
    `threshold_first` and `threshold_second` where two columns do (`PAIR`), then `data_set`,
    `store`, `test_set`, `threshold_rule` and `made`. What the table has already stays as it is.

    Parameters
    ----------
    table : DataFrame
    origin : Origin
    made : str
        Of `made_now`.

    Examples
    --------
    >>> errors = pd.DataFrame({"model": ["cnn"], "bpcer": [0.1]})
    >>> origin = Origin("mine", "faces", "faces, test split", "equal error rate", {"cnn": 0.4})
    >>> row = described(errors, origin, made="2026-01-31T12:00:00+00:00").iloc[0]
    >>> row["test_set"], float(row["threshold"])
    ('faces, test split', 0.4)
    """
    rows = table.reset_index(drop=isinstance(table.index, pd.RangeIndex))
    columns: dict[str, Any] = {}
    if MODEL in rows:
        columns["threshold"] = rows[MODEL].map(dict(origin.thresholds))
    if set(PAIR) <= set(rows):
        columns |= {f"threshold_{n}": rows[n].map(dict(origin.thresholds)) for n in PAIR}
    columns |= {
        "data_set": origin.data_set,
        "store": origin.store,
        "test_set": origin.test_set,
        "threshold_rule": origin.threshold_rule,
        "made": made,
    }
    return rows.assign(**{name: of for name, of in columns.items() if name not in rows})


def csv_text(table: pd.DataFrame, origin: Origin) -> str:
    """A table as CSV, each row with its origin (`described`) and the time of the call."""
    return str(described(table, origin, made=made_now()).to_csv(index=False))


@dataclass(frozen=True)
class Exported:
    """A table that can be taken home, and where its numbers are from."""

    rows: pd.DataFrame
    origin: Origin

    def csv(self) -> str:
        """It as CSV: `csv_text`."""
        return csv_text(self.rows, self.origin)


def origin_lines(origin: Origin) -> list[str]:
    """An origin as lines to write into a picture.

    Examples
    --------
    >>> for line in origin_lines(Origin("mine", "faces", "others", "by hand", {"cnn": 0.4})):
    ...     print(line)
    On others; networks trained on faces
    Threshold: by hand (CNN 0.400)
    Store mine
    """
    trained = f"networks trained on {origin.data_set}"
    lines = [f"On {origin.test_set}; {trained}" if origin.test_set else trained.capitalize()]
    if origin.threshold_rule:
        values = [
            f"{model_title(name)} {threshold_text(value)}"
            for name, value in origin.thresholds.items()
        ]
        of_each = f" ({', '.join(values)})" if values else ""
        lines.append(f"Threshold: {origin.threshold_rule}{of_each}")
    return [*lines, f"Store {origin.store}"]


def table_name(table: str, origin: Origin) -> str:
    """The name of a table's file: table, store, test set."""
    return file_name(table, Path(origin.store).name, origin.test_set, ending="csv")


def made_now() -> str:
    """Date and time as exported files give them: ISO 8601, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def software_versions() -> dict[str, str]:
    """Versions of what the numbers were computed with, by name."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def file_name(*parts: str, ending: str) -> str:
    """A name for an exported file, of letters, digits and signs that every system allows.

    Examples
    --------
    >>> file_name("fascore", "my store", "Data/test/7/live/1.jpg", ending="png")
    'fascore-my-store-Data-test-7-live-1.png'
    """
    stems = [_PICTURE.sub("", part) for part in parts]
    words = [re.sub(r"[^\w.]+", "-", stem).strip("-.") for stem in stems]
    return f"{'-'.join(filter(None, words))}.{ending}"
