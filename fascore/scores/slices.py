"""Error rates on parts of a test split: by spoof type, illumination, environment, attribute."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fascore.labels import (
    CELEBA_ATTRIBUTES,
    ENVIRONMENTS,
    ILLUMINATIONS,
    LIVE,
    SPECIES_TITLES,
    spoof_type_name,
)
from fascore.scores.comparison import Comparison
from fascore.scores.evaluation import judged_rightly
from fascore.stats.intervals import Interval
from fascore.stats.rates import clustered_rate, owners

SMALL = 30  # images; below it an interval says little more than "unknown"
RATE_OF = {LIVE: "BPCER", 1 - LIVE: "APCER"}
_BY_CODE: dict[str, tuple[str, Callable[[Any], str]]] = {
    "spoof_type": ("Spoof type", spoof_type_name),
    "pai_species": ("PAI species", SPECIES_TITLES.__getitem__),
    "illumination": ("Illumination", ILLUMINATIONS.__getitem__),
    "environment": ("Environment", ENVIRONMENTS.__getitem__),
}


@dataclass(frozen=True)
class Slice:
    """One class's images that share a value.

    Attributes
    ----------
    title : str
        The value in words.
    label : int
        LIVE: the errors are BPCER; SPOOF: APCER of these attacks.
    n : int
    errors : dict of str to Interval
        By model.
    """

    title: str
    label: int
    n: int
    errors: dict[str, Interval]

    @property
    def small(self) -> bool:
        """Whether there are too few images to conclude from."""
        return self.n < SMALL


def slice_columns(samples: pd.DataFrame) -> dict[str, str]:
    """What the samples can be sliced by, with titles: columns that vary within a class."""
    titles = {name: title for name, (title, _) in _BY_CODE.items()}
    titles |= {name: name.replace("_", " ") for name in CELEBA_ATTRIBUTES}
    there = {name: title for name, title in titles.items() if name in samples}
    return {
        name: title
        for name, title in there.items()
        if (samples.groupby("label")[name].nunique() > 1).any()
    }


def slices(comparison: Comparison, column: str) -> list[Slice]:
    """Each value's error rates, live images and attacks apart; images without a value left out."""
    samples = next(iter(comparison.models.values())).test
    wrong = pd.DataFrame(
        {
            name: ~judged_rightly(model.test, threshold=comparison.thresholds[name].value)
            for name, model in comparison.models.items()
        }
    )
    owner, _ = owners(samples["subject"].to_list())
    result = []
    for (label, value), rows in samples.groupby(["label", column], sort=True).indices.items():
        errors = {name: clustered_rate(wrong[name].to_numpy()[rows], owner[rows]) for name in wrong}
        result.append(Slice(_title(column, value), int(label), len(rows), errors))
    return result


def told_highest(parts: Sequence[Slice], model: str) -> list[int]:
    """Where a model's APCER and its BPCER are highest, as places in `parts`.

    Only where the 95 % interval of the rate lies above that of every other slice of its class:
    intervals that overlap do not tell the slices apart.
    """
    told = []
    for label in RATE_OF:
        places = [i for i, part in enumerate(parts) if part.label == label]
        places.sort(key=lambda i: parts[i].errors[model].estimate)
        if len(places) < 2:
            continue
        *others, highest = places
        low = parts[highest].errors[model].low
        if all(low > parts[i].errors[model].high for i in others):
            told.append(highest)
    return told


def _title(column: str, value: int | str) -> str:
    if column in _BY_CODE:
        return _BY_CODE[column][1](value)
    return "yes" if value else "no"
