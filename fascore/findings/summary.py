"""A store's measures joined with what is known of the images, and summed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd

from fascore.explain import EXPLAINERS
from fascore.findings.measures import BY_VERDICT, definition_of
from fascore.judging.judge import NO_METHOD, PAIR
from fascore.models import MODELS
from fascore.stats.intervals import Interval, flatten_interval
from fascore.stats.rates import owners
from fascore.stats.resampling import mean_intervals

Verdict = Literal["right", "wrong"]


@dataclass(frozen=True)
class Cell:
    """One metric's mean over the images, of one model and method.

    Attributes
    ----------
    model, method : str
        "a/b" where the metric is of a pair; `method` is "" for metrics of a model alone.
    interval : Interval or None
        95 %, by bootstrap; None if it is defined on no image.
    undefined : int
        Images that were measured but where it is undefined (NaN).
    """

    model: str
    method: str
    interval: Interval | None
    undefined: int


@dataclass(frozen=True)
class Summary:
    """One metric by model and method.

    `unit` is what the bootstrap of the intervals draws: "subjects" or "images".
    """

    metric: str
    cells: Mapping[tuple[str, str], Cell]
    unit: str

    @property
    def models(self) -> list[str]:
        """Models, or pairs of them, in order."""
        return list(dict.fromkeys(model for model, _ in self.cells))

    @property
    def methods(self) -> list[str]:
        """Methods, or pairs of them, in order."""
        return list(dict.fromkeys(method for _, method in self.cells))

    @property
    def undefined(self) -> int:
        """Values that are undefined, over all cells."""
        return sum(cell.undefined for cell in self.cells.values())

    def table(self) -> pd.DataFrame:
        """One row for each cell: metric, model, method, mean, low, high, n, undefined."""
        return pd.DataFrame(
            [
                {
                    "metric": self.metric,
                    "model": cell.model,
                    "method": cell.method,
                    **flatten_interval(cell.interval, "mean"),
                    "undefined": cell.undefined,
                }
                for cell in self.cells.values()
            ]
        )


def join_samples(measures: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """The measures with each image's `pai_species`, `label`, `subject`, and `right`.

    `right` is 1 where the model judged the image rightly, 0 where it did not; of a pair, 1 where
    both were right, 0 where both were wrong; NaN otherwise. A metric of `BY_VERDICT` is renamed by
    the model's verdict on the image.

    Parameters
    ----------
    measures : DataFrame
        `fascore.findings.results.COLUMNS`.
    samples : DataFrame
        `Store.samples`.
    """
    known = samples[["pai_species", "label", "subject"]]
    joined = measures.join(known, on="sample_id")
    verdicts = measures[measures["metric"] == "right"].pivot_table(
        "value", "sample_id", "model", sort=False
    )
    for pair in [name for name in measures["model"].unique() if PAIR in name]:
        first, second = (verdicts.get(name) for name in pair.split(PAIR))
        if first is not None and second is not None:
            verdicts[pair] = first.where(first == second)
    keys = pd.MultiIndex.from_frame(joined[["sample_id", "model"]])
    return _by_verdict(joined.assign(right=verdicts.stack().reindex(keys).to_numpy(float)))


def _by_verdict(joined: pd.DataFrame) -> pd.DataFrame:
    """The measures, with each metric of `BY_VERDICT` named after the model's verdict."""
    verdict = joined["label"].where(joined["right"] == 1, 1 - joined["label"])
    names = joined["metric"].copy()
    for metric, by_label in BY_VERDICT.items():
        rows = joined["metric"] == metric
        names[rows] = verdict[rows].map(by_label)
    return joined.assign(metric=names)


def select(
    joined: pd.DataFrame, *, species: str | None = None, verdict: Verdict | None = None
) -> pd.DataFrame:
    """The rows of one species, and of images that the model judged rightly or wrongly.

    Comparisons of two models keep the images that both judged so.
    """
    chosen = np.ones(len(joined), bool)
    if species is not None:
        chosen &= (joined["pai_species"] == species).to_numpy()
    if verdict is not None:
        chosen &= (joined["right"] == (verdict == "right")).to_numpy()
    return joined[chosen]


def by_image(joined: pd.DataFrame, metric: str) -> pd.DataFrame:
    """One metric's values: one row for each image, one column for each (model, method).

    NaN where it is undefined or was not measured. Columns are in the order of `in_order`.
    """
    rows = joined[joined["metric"] == metric]
    wide = rows.pivot(index="sample_id", columns=["model", "method"], values="value")
    return wide[sorted(wide.columns, key=lambda key: (in_order(key[0]), in_order(key[1])))]


def in_order(name: str) -> list[tuple[int, str]]:
    """What sorts models and methods, or pairs of them, as they are registered.

    Names that are not registered (any more) come last, by the alphabet.
    """
    order = [*MODELS, *EXPLAINERS]
    singles = [single for single in name.split(PAIR) if single]
    return [(order.index(single) if single in order else len(order), single) for single in singles]


def owners_of(joined: pd.DataFrame, images: pd.Index) -> tuple[np.ndarray, str]:
    """The owner of each image, for `mean_intervals`, and what is drawn: "subjects" or "images"."""
    # one image without a subject is enough for `owners` to draw images instead
    subjects = joined.drop_duplicates("sample_id").set_index("sample_id")["subject"]
    return owners(subjects.reindex(images).fillna("").tolist())


def summarise(joined: pd.DataFrame, metric: str) -> Summary:
    """One metric's mean by model and method, with intervals (`mean_intervals`).

    Parameters
    ----------
    joined : DataFrame
        From `join_samples`, or what `select` left of it.
    metric : str
        One of `MEASURES`.
    """
    wide = by_image(joined, metric)
    owner, unit = owners_of(joined, wide.index)
    intervals = mean_intervals(wide.to_numpy(float), owner)
    measured = joined[joined["metric"] == metric].groupby(["model", "method"], sort=False)
    undefined = measured["value"].agg(lambda values: int(values.isna().sum()))
    cells = {}
    for key, interval in zip(wide.columns, intervals, strict=True):
        model, method = cast(tuple[str, str], key)
        cells[model, method] = Cell(model, method, interval, int(undefined[key]))
    return Summary(metric, cells, unit)


def agreement_matrix(summary: Summary, within: str) -> pd.DataFrame:
    """Mean agreement of all pairs of methods on one model, or of all pairs of models by one method.

    `within` is that model or method. The matrix is symmetric, with 1 on the diagonal, where a map
    is compared with itself. NaN where nothing is defined.
    """
    of_methods = definition_of(summary.metric).of == "methods"
    means = {}
    for cell in summary.cells.values():
        pair, where = (cell.method, cell.model) if of_methods else (cell.model, cell.method)
        if where == within and PAIR in pair:
            first, second = pair.split(PAIR)
            means[first, second] = np.nan if cell.interval is None else cell.interval.estimate
    names = list(dict.fromkeys(name for pair in means for name in pair))
    matrix = pd.DataFrame(np.eye(len(names)), names, names)
    for (first, second), mean in means.items():
        matrix.loc[first, second] = matrix.loc[second, first] = mean
    return matrix


def image_values(joined: pd.DataFrame, metric: str, method: str = NO_METHOD) -> pd.DataFrame:
    """One metric and method image by image: sample_id, model, value, pai_species, right.

    `value` is NaN where it is undefined.
    """
    chosen = (joined["metric"] == metric) & (joined["method"] == method)
    return joined.loc[chosen, ["sample_id", "model", "value", "pai_species", "right"]]
