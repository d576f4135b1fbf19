"""Tables: sortable, each name with its meaning, each downloadable as CSV."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard import state
from dashboard.views.style import model_title
from fascore.report.numbers import (
    pairs_numbers,
    run_differences,
    run_origin,
    runs_numbers,
    slices_numbers,
    thresholds_numbers,
)
from fascore.report.origin import Exported, Origin, table_name
from fascore.scores.comparison import Comparison
from fascore.scores.score_text import threshold_text
from fascore.scores.slices import RATE_OF, Slice, told_highest
from fascore.stats.intervals import interval_text, p_text
from fascore.stats.paired import PairedTest
from fascore.stats.training_noise import TrainingNoise

WORST = "background-color: #FBE3D6; color: #8A2F00; font-weight: 600"
NETWORK = "Network"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of text that scrolls sideways where it does not fit."""
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    st.html(
        f'<div class="fs-table" tabindex="0" role="region" aria-label="{html.escape(header[0])}">'
        f"<table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def data_table(
    shown: pd.DataFrame,
    data: pd.DataFrame,
    *,
    key: str,
    worst_rows: Mapping[str, Sequence[str]] | None = None,
    meanings: Mapping[str, str] | None = None,
    moving: Sequence[str] = (),
    height: int | Literal["content"] = "content",
    origin: Origin | None = None,
    caption: str = "",
) -> None:
    """A sortable table of cells as shown, and a button for its numbers as CSV.

    `worst_rows` are marked, by column; `meanings` open on a column's name. Names of rows stay in
    sight when the table is moved sideways, but for those in `moving`: two of them fill a phone.
    `origin` is where the numbers are from, if not from where the page's are. A `caption` stands
    above the table, and the button then beside it.
    """
    exported = Exported(data, origin or state.origin())
    if caption:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(caption, width="stretch")
            _csv_button(exported, key)
    marks = pd.DataFrame("", index=shown.index, columns=shown.columns)
    for column, rows in (worst_rows or {}).items():
        marks.loc[list(rows), column] = WORST
    st.dataframe(
        shown.style.apply(lambda _: marks, axis=None),
        key=key,
        height=height,
        column_config={
            name: st.column_config.TextColumn(help=text) for name, text in (meanings or {}).items()
        }
        | {name: st.column_config.TextColumn(pinned=False) for name in moving},
    )
    if not caption:
        _csv_button(exported, key)


def _csv_button(exported: Exported, key: str) -> None:
    """The numbers of a table as a file."""
    st.download_button(
        "CSV",
        exported.csv,
        table_name(key, exported.origin),
        "text/csv",
        key=f"{key}_csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def thresholds_table(comparison: Comparison) -> None:
    """Each model's threshold, where it is from, and how the model was trained."""
    data = thresholds_numbers(comparison)
    shown = pd.DataFrame(
        {
            "Threshold": data["threshold"].map(threshold_text),
            "By": data["threshold_origin"],
            "Initial weights": data["initial_weights"],
            "Epochs": data["epochs"],
        }
    ).set_index(data["model"].map(model_title).rename(NETWORK))
    data_table(shown, data, key="thresholds")


def pairs_table(tests: Sequence[PairedTest]) -> None:
    """Each pair of models: the difference in accuracy, and what the test says."""
    rows = [
        {
            "Networks": f"{model_title(test.first)} and {model_title(test.second)}",
            "Difference": _signed(test.difference),
            "Right alone": f"{test.first_only} / {test.second_only}",
            "p (Holm)": p_text(test.p_holm),
            "McNemar (Holm)": p_text(test.mcnemar_holm),
            "Least to be shown": "none" if test.smallest is None else f"{test.smallest:.4f}",
            "In words": test.sentence(model_title),
        }
        for test in tests
    ]
    shown = pd.DataFrame(rows).set_index("Networks")
    meanings = {
        "Difference": "Accuracy of the second minus that of the first.",
        "Right alone": "Images that only the first / only the second judges rightly.",
        "p (Holm)": f"{tests[0].test.capitalize()}, two-sided, corrected for the number of pairs.",
        "McNemar (Holm)": "McNemar's exact test, two-sided, corrected for the number of pairs; it "
        "takes images as independent.",
        "Least to be shown": f"The smallest difference in accuracy that {tests[0].test} could have "
        "shown where the two differ on as much.",
    }
    data_table(shown, pairs_numbers(tests), key="pairs", meanings=meanings)


def _signed(value: float) -> str:
    return f"{value:+.4f}".replace("-", "−")


def noise_tables(noise: TrainingNoise) -> None:
    """A study's runs: accuracy by seed with its mean, and the differences paired by seed."""
    runs = noise.accuracy.rename(columns=model_title)
    shown = runs.map(lambda value: f"{value:.4f}")
    shown.index = pd.Index([f"seed {seed}" for seed in runs.index], name="Run")
    shown.loc["mean [95 %]"] = [interval_text(each) for each in noise.means.values()]
    origin = run_origin(state.origin())
    data_table(shown, runs_numbers(noise), key="runs", origin=origin)
    rows = {
        f"{model_title(each.second)} minus {model_title(each.first)}": {
            "Difference [95 %, all pairs]": interval_text(each.interval, end_digits=4, signed=True),
            "p (Bonferroni)": p_text(each.p),
        }
        for each in noise.differences
    }
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis("Paired by seed")
    data_table(shown, run_differences(noise), key="run_differences", origin=origin)


def slices_table(parts: Sequence[Slice], column: str) -> None:
    """Error rates of slices by model; small slices are marked."""
    rows = [f"{part.title}{' (small)' if part.small else ''}" for part in parts]
    shown = pd.DataFrame(
        {
            "Rate": [RATE_OF[part.label] for part in parts],
            "Images": [part.n for part in parts],
            **{
                model_title(name): [interval_text(part.errors[name]) for part in parts]
                for name in parts[0].errors
            },
        },
        index=pd.MultiIndex.from_arrays(
            [rows, ["bona fide" if part.label == 0 else "attack" for part in parts]],
            names=[column, "Class"],
        ).map(", ".join),
    ).rename_axis(column)
    marked = {
        model_title(name): [shown.index[row] for row in told_highest(parts, name)]
        for name in parts[0].errors
    }
    data_table(shown, slices_numbers(parts, column), key="slices", worst_rows=marked)
