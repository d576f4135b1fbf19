"""Tables of rates and confusion matrices."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.views.style import SPECIES, model_title
from fascore.evaluation import Evaluation
from fascore.labels import CLASS_NAMES
from fascore.metrics import Classification
from fascore.paired import PairedTest
from fascore.statistics import Interval, Ranking, rate_interval
from fascore.store import Card

AXIS = {"color": "#17202A", "tickfont": {"size": 13}}
RATES = {"accuracy": "Accuracy", "precision": "Precision", "recall": "Recall", "f1": "F1"}


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of text that scrolls sideways where it does not fit."""
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    st.html(
        f'<div class="fs-table"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def paper_table(rows: Sequence[Mapping[str, Any]], *, num_images: int) -> None:
    """One of the paper's tables, as reported, with the interval that its test set allows."""
    table(
        ["Network", "Accuracy [95 %]", *list(RATES.values())[1:]],
        [
            [
                row["title"],
                with_interval(
                    rate_interval(round(row["accuracy"] * num_images), num_images), digits=5
                ),
                *(f"{row[rate]:.5f}" for rate in list(RATES)[1:]),
            ]
            for row in rows
        ],
    )


def rates_table(
    measured: Mapping[str, Evaluation], origins: Mapping[str, str], cards: Mapping[str, Card]
) -> None:
    """The paper's metrics as measured, by model name, with what each model started from."""
    header = ["Network", "Accuracy [95 %]", *list(RATES.values())[1:]]
    rows = [
        [
            model_title(name),
            with_interval(result.accuracy),
            *(f"{getattr(result.rates, rate):.4f}" for rate in list(RATES)[1:]),
            f"{result.threshold:.3f}",
            origins[name],
            cards[name].training["initial_weights"],
            str(cards[name].training["epochs"]),
        ]
        for name, result in measured.items()
    ]
    table([*header, "Threshold", "by", "Initial weights", "Epochs"], rows)


def pad_table(measured: Mapping[str, Evaluation], rankings: Mapping[str, Ranking]) -> None:
    """ISO/IEC 30107-3's error rates by model name, with intervals."""
    rows = [
        [
            model_title(name),
            with_interval(result.apcer[result.pad.worst]),
            SPECIES.get(result.pad.worst, result.pad.worst),
            with_interval(result.bpcer),
            f"{result.pad.acer:.4f}",
            with_interval(rankings[name].eer),
            with_interval(rankings[name].auc),
            f"{result.curve.bpcer_at_apcer(0.05):.4f}",
        ]
        for name, result in measured.items()
    ]
    header = ["Network", "APCER [95 %]", "worst species", "BPCER [95 %]", "ACER"]
    table([*header, "EER [95 %]", "AUC [95 %]", "BPCER at APCER 5 %"], rows)


def pairs_table(tests: Sequence[PairedTest]) -> None:
    """Each pair of models: the difference in accuracy, and what the test says."""
    rows = [
        [
            f"{model_title(test.first)} and {model_title(test.second)}",
            f"{test.difference:+.4f}".replace("-", "−"),
            f"{test.first_only} / {test.second_only}",
            f"{test.p_holm:.3f}" if test.p_holm >= 0.001 else "< 0.001",
            test.sentence(model_title),
        ]
        for test in tests
    ]
    header = ["Networks", "Difference in accuracy", "Right alone (first / second)"]
    table([*header, "p (McNemar, Holm)", "In words"], rows)


def with_interval(interval: Interval, *, digits: int = 4) -> str:
    """An estimate with its interval, as a table's cell."""
    ends = f"{interval.low:.{digits - 1}f}, {interval.high:.{digits - 1}f}"
    return f"{interval.estimate:.{digits}f} [{ends}]"


def confusion_figure(title: str, rates: Classification) -> go.Figure:
    """A confusion matrix: counts, and percentages of each row."""
    counts = rates.confusion
    shares = counts / counts.sum(axis=1, keepdims=True)
    names = [f"{CLASS_NAMES[0]} (bona fide)", f"{CLASS_NAMES[1]} (attack)"]
    text = [[f"<b>{counts[i, j]}</b><br>{shares[i, j]:.1%}" for j in range(2)] for i in range(2)]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=names,
            y=names,
            text=text,
            texttemplate="%{text}",
            textfont={"size": 16},
            colorscale="Blues",
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            colorbar={"title": "of row", "tickformat": ".0%", "thickness": 12},
            hovertemplate="truth %{y}<br>verdict %{x}<br>%{text}<extra></extra>",
        )
    )
    figure.update_layout(
        title={"text": title, "font": {"size": 16}},
        font={"color": "#17202A", "size": 14},
        xaxis={"title": "verdict", **AXIS},
        yaxis={"title": "truth", "autorange": "reversed", "tickangle": -90, **AXIS},
        height=340,
        margin={"l": 10, "r": 10, "t": 45, "b": 10},
    )
    return figure
