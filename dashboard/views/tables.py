"""Tables of rates and confusion matrices."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.views.style import model_title
from fascore.labels import CLASS_NAMES
from fascore.metrics import Classification
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


def paper_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """One of the paper's tables, as reported."""
    table(
        ["Network", *RATES.values()],
        [[row["title"], *(f"{row[rate]:.5f}" for rate in RATES)] for row in rows],
    )


def rates_table(measured: Mapping[str, Classification], cards: Mapping[str, Card]) -> None:
    """The paper's metrics as measured, by model name, with what each model started from."""
    rows = [
        [
            model_title(name),
            *(f"{getattr(rates, rate):.4f}" for rate in RATES),
            f"{cards[name].threshold_value:.3f}",
            cards[name].training["initial_weights"],
            str(cards[name].training["epochs"]),
        ]
        for name, rates in measured.items()
    ]
    table(["Network", *RATES.values(), "Threshold", "Initial weights", "Epochs"], rows)


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
