"""Samples as a table, which samples.csv holds: docs/store.md describes its columns."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fascore.data.samples import Sample
from fascore.images import Box
from fascore.labels import CELEBA_ATTRIBUTES
from fascore.tables import read_table

COLUMNS = [
    "split", "label", "spoof_type", "pai_species", "subject", "illumination", "environment",
]  # fmt: skip
TEXT_COLUMNS = ["sample_id", "split", "pai_species", "subject"]
BOX_COLUMNS = ("x", "y", "w", "h")  # of a face that a detector found, in pixels


def samples_table(samples: Sequence[Sample]) -> pd.DataFrame:
    """The samples as samples.csv holds them, by sample_id.

    CelebA attributes and the boxes of found faces have columns if any sample has them.
    """
    rows = {each.sample_id: (*(getattr(each, name) for name in COLUMNS),) for each in samples}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS)
    if any(each.attributes for each in samples):
        unknown = [pd.NA] * len(CELEBA_ATTRIBUTES)
        attributes = [list(each.attributes) or unknown for each in samples]
        index = list(rows)
        table = table.join(pd.DataFrame(attributes, index, CELEBA_ATTRIBUTES).astype("Int8"))
    if any(each.box for each in samples):
        boxes = [
            (box.x, box.y, box.width, box.height) if (box := each.box) else (None,) * 4
            for each in samples
        ]
        table = table.join(pd.DataFrame(boxes, list(rows), list(BOX_COLUMNS), dtype=float))
    return table.rename_axis("sample_id").sort_index()


def read_samples(path: Path) -> pd.DataFrame:
    """A samples.csv, by sample_id; CelebA attributes are Int8 with NA where not labelled."""
    types = dict.fromkeys(CELEBA_ATTRIBUTES, "Int8")
    table = read_table(path, text=TEXT_COLUMNS, types=types)
    return table.fillna(dict.fromkeys(TEXT_COLUMNS, "")).set_index("sample_id")


def evaluation_samples(samples: pd.DataFrame) -> pd.DataFrame:
    """The validation and test rows: what a store keeps and its fingerprint covers."""
    return samples[samples["split"] != "train"]


def samples_of(table: pd.DataFrame) -> list[Sample]:
    """The samples of the rows of a `samples_table`, in their order."""
    numbers = ["label", "spoof_type", "illumination", "environment"]
    fields = {name: table[name].tolist() for name in ("split", "subject")}
    fields |= {name: table[name].astype(int).tolist() for name in numbers}
    fields["sample_id"] = [str(name) for name in table.index]
    fields["attributes"] = [bytes(map(int, row)) for row in _whole_rows(table, CELEBA_ATTRIBUTES)]
    fields["box"] = [Box(*row) if row else None for row in _whole_rows(table, BOX_COLUMNS)]
    rows = zip(*fields.values(), strict=True)
    return [Sample(**dict(zip(fields, row, strict=True))) for row in rows]


def _whole_rows(table: pd.DataFrame, columns: Sequence[str]) -> list[list[float]]:
    """Each row's numbers in these columns; none where one of them is not there or not known."""
    numbers = table.reindex(columns=list(columns)).astype(float)
    whole = numbers.notna().all(axis=1)
    rows = zip(numbers.to_numpy().tolist(), whole, strict=True)
    return [row if known else [] for row, known in rows]


def fingerprint(samples: pd.DataFrame) -> str:
    """What tells one evaluation set from another: a hash over ids, splits and labels."""
    key = samples.sort_index()[["split", "label"]].to_csv()
    return hashlib.sha256(key.encode()).hexdigest()[:16]
