"""What the paper reports: Tables I and II, never measured here."""

from __future__ import annotations

import json
from dataclasses import dataclass

from fascore.shipped import PAPER
from fascore.stats.intervals import Interval
from fascore.stats.rates import rate_interval


@dataclass(frozen=True)
class Reported:
    """One row of the paper's tables; rates in [0, 1].

    `accuracy` has the interval that the number of test images allows.
    """

    name: str
    title: str
    accuracy: Interval
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Paper:
    """The paper's title, its test data, and its tables by their titles."""

    title: str
    data: str
    num_test_images: int
    tables: dict[str, list[Reported]]

    def row(self, name: str) -> Reported:
        """What the paper reports of a model."""
        return next(row for rows in self.tables.values() for row in rows if row.name == name)


def read_paper() -> Paper:
    """The paper's figures, as shipped in assets/paper.json."""
    about = json.loads(PAPER.read_text(encoding="utf-8"))
    images = about["num_test_images"]
    tables = {
        title: [
            Reported(**{**row, "accuracy": rate_interval(round(row["accuracy"] * images), images)})
            for row in rows
        ]
        for title, rows in about["tables"].items()
    }
    return Paper(about["title"], about["data"], images, tables)
