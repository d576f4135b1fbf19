"""Tables of a detector's scores, checked against the test set that they are of."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fascore.data.csv_rows import read_csv_rows, shortened
from fascore.errors import StoreError
from fascore.evaluation_sets import EvaluationSet
from fascore.tables import read_table

COLUMNS = ("sample_id", "spoof_score")


def given_scores(path: Path, tested: EvaluationSet) -> pd.Series:
    """A detector's score of each image of a test set, in its order, from a table of any program's.

    Its separator, encoding and decimal sign are found out, and columns of other names passed over.

    Raises
    ------
    FascoreError
        If the table cannot be read, or an image has no score, two, or none in [0, 1].
    """
    header, rows = read_csv_rows(path, known=lambda cell: cell.strip().lower() in COLUMNS)
    names = [cell.lower() for cell in header]
    if not set(COLUMNS) <= set(names):
        raise StoreError(
            f"Expected a CSV table with the columns {' and '.join(COLUMNS)}. Received: {path}, "
            f"whose header is {shortened(','.join(header))}. Rename its columns."
        )
    places = [names.index(name) for name in COLUMNS]
    cells = [
        [row.cells[at].strip() if at < len(row.cells) else "" for at in places] for row in rows
    ]
    table = pd.DataFrame(cells, columns=list(COLUMNS))
    table["sample_id"] = [_own_id(each, tested) for each in table["sample_id"]]
    table["spoof_score"] = table["spoof_score"].str.replace(",", ".")
    return _checked(table, tested, path.name)


def stored_scores(path: Path, tested: EvaluationSet) -> pd.Series:
    """The same from a table that fascore wrote.

    Raises
    ------
    StoreError
    """
    try:
        table = read_table(path, text=["sample_id"])[list(COLUMNS)]
    except (OSError, ValueError, KeyError) as err:
        raise StoreError(
            f"Expected a CSV table with the columns {' and '.join(COLUMNS)}. Received: {path}, "
            "which does not read so. Import the scores again."
        ) from err
    return _checked(table, tested, path.name)


def _own_id(sample_id: str, tested: EvaluationSet) -> str:
    """A sample's id as the set has it, however its path was written."""
    if sample_id in tested.samples.index:
        return sample_id
    return sample_id.replace("\\", "/").removeprefix("./")


def _checked(table: pd.DataFrame, tested: EvaluationSet, file: str) -> pd.Series:
    """A table's scores: one number in [0, 1] for each image of the set, in the set's order."""
    ids, scores = table["sample_id"], pd.to_numeric(table["spoof_score"], errors="coerce")
    wanted = set(tested.samples.index)
    wrong = {
        "is there twice": ids[ids.duplicated()],
        f"is no image of {tested.title}": ids[~ids.isin(wanted)],
        "has no number from 0 to 1": ids[~scores.between(0, 1)],
        "has no score": pd.Series(sorted(wanted - set(ids)), dtype=object),
    }
    for why, rows in wrong.items():
        if len(rows):
            raise StoreError(
                f"Expected one score from 0 to 1 for each of the {len(wanted):,} images of "
                f"{tested.title} in {file}. Received: {rows.iloc[0]}, which {why} "
                f"({len(rows):,} such). Correct the table."
            )
    return (
        scores.set_axis(ids.to_numpy())
        .rename("spoof_score")
        .rename_axis("sample_id")[tested.samples.index]
    )
