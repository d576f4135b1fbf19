"""Tables of metrics, measured and as the paper reports them, with what each name means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard.views.style import model_title
from dashboard.views.tables import NETWORK, data_table
from fascore.errors import FascoreError
from fascore.labels import SPECIES_TITLES
from fascore.paper import Paper, Reported
from fascore.report.numbers import paper_origin, reported_numbers
from fascore.scores.comparison import Comparison
from fascore.scores.definitions import METRICS, PAPER_METRICS, WORST, metric_columns
from fascore.stats.intervals import interval_text, restore_interval

SPECIES = "Worst species"


def metrics_table(
    values: pd.DataFrame,
    metrics: Sequence[str],
    *,
    key: str,
    told: Mapping[str, str] | None = None,
    species: bool = False,
    caption: str = "",
) -> None:
    """Draws a `fascore.scores.definitions.metric_table`.

    Parameters
    ----------
    values : DataFrame
    metrics : sequence of str
        The columns to draw.
    key : str
    told : mapping of str to str, optional
        The network to mark as the worst, by metric: `told_worst`.
    species : bool
        Whether to name the species whose APCER it is.
    caption : str
        What stands above the table, beside its button.
    """
    titles = [model_title(name) for name in values.index]
    shown = pd.DataFrame(index=pd.Index(titles, name=NETWORK))
    for metric in metrics:
        shown[METRICS[metric].title] = [metric_cell(row, metric) for _, row in values.iterrows()]
    columns = [name for name in metric_columns(metrics) if name in values]
    if species:
        kinds = [SPECIES_TITLES.get(kind, "none") for kind in values[WORST]]
        shown.insert(1, SPECIES, kinds)
        columns.append(WORST)
    marked = {
        METRICS[metric].title: [model_title(name)]
        for metric, name in (told or {}).items()
        if metric in metrics and name in values.index
    }
    meanings = {METRICS[name].title: metric_meaning(name) for name in metrics}
    meanings[SPECIES] = (
        "The kind of attack (PAI species) of which most are accepted, as APCER says."
    )
    data_table(
        shown, values[columns], key=key, worst_rows=marked, meanings=meanings, caption=caption
    )


def told_worst(comparison: Comparison) -> dict[str, str]:
    """The networks to mark in a table of these (`Comparison.told_worst`).

    None where they were scored on different images: `differences` beside the table says so.
    """
    try:
        return comparison.told_worst()
    except FascoreError:
        return {}


def metric_cell(row: pd.Series, metric: str, digits: int = 4) -> str:
    """A metric with its interval, if it has one, from a row of a table of them."""
    if pd.isna(row[metric]):
        return "undefined"
    if f"{metric}_low" not in row:
        return f"{row[metric]:.{digits}f}"
    return interval_text(restore_interval(row, metric, prefix=f"{metric}_"), digits=digits)


def metric_meaning(metric: str) -> str:
    """What a metric is, its formula, and which way is good."""
    about = METRICS[metric]
    better = "higher" if about.better == "high" else "lower"
    return f"{about.sentence}\n\n`{about.formula}`\n\nThe {better} the better."


def definitions(metrics: Sequence[str]) -> None:
    """Each metric's sentence and formula, folded away."""
    with st.expander("What these names mean"):
        for metric in metrics:
            st.markdown(f"**{METRICS[metric].title}**. {metric_meaning(metric)}")


def paper_table(paper: Paper, rows: Sequence[Reported], *, key: str, caption: str) -> None:
    """One of the paper's tables, as reported, under the names that the measured tables use."""
    data = reported_numbers(rows)
    names = data["model"].map(model_title)
    numbers = data.set_index(pd.Index(names, name=NETWORK))
    shown = pd.DataFrame(
        {METRICS[m].title: [metric_cell(numbers.loc[n], m) for n in names] for m in PAPER_METRICS},
        index=numbers.index,
    )
    meanings = {METRICS[m].title: metric_meaning(m) for m in PAPER_METRICS}
    data_table(
        shown,
        data,
        key=key,
        meanings=meanings,
        origin=paper_origin(paper),
        caption=caption,
    )
