"""What is drawn of a test set: which figures its classes define, bars, histograms, matrices."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fascore.charts import (
    GREY,
    GROUND,
    INK,
    SHARES,
    diagonal,
    laid_out,
    network_line,
    network_style,
)  # fmt: skip
from fascore.labels import CLASS_NAMES, SPECIES_TITLES
from fascore.models import MODELS
from fascore.scores.classification import Classification
from fascore.scores.evaluation import Evaluation
from fascore.scores.rate_curves import corner_figure, corner_side, det_figure, roc_figure
from fascore.scores.score_text import (
    LOGIT_LIMIT,
    SCORE_TICKS,
    logit_axis,
    saturates,
    threshold_text,
)

LOGIT_BINS = {"start": -LOGIT_LIMIT, "end": LOGIT_LIMIT, "size": 2.5}
# colours that no network of the four has, each with a pattern of its own
SPECIES_BARS = {
    "live": (GREY, ""),
    "print": ("#E69F00", "/"),
    "paper_cut": ("#F0E442", "x"),
    "replay": ("#56B4E9", "."),
    "3d_mask": (INK, "-"),
}
# without "overlay" the bar's colour is the pattern's own, and the bar is not seen
_PATTERN = {"fillmode": "overlay", "fgcolor": GROUND, "size": 5}
_AXIS = {"color": INK, "tickfont": {"size": 13}}


def defined_figures(measured: Mapping[str, Evaluation]) -> dict[str, go.Figure]:
    """The curves and bars that the images' classes define, by name: those of one class have no
    ROC curve, DET curve or calibration, and without attacks there are no species.
    """
    first = next(iter(measured.values()))
    both = first.quality.curve is not None
    draw = {
        "roc": (roc_figure, both),
        "roc_corner": (corner_figure, corner_side(measured) is not None),
        "det": (det_figure, both),
        "species": (species_figure, bool(first.apcer)),
        "calibration": (calibration_figure, both),
    }
    return {name: figure(measured) for name, (figure, defined) in draw.items() if defined}


def species_figure(measured: Mapping[str, Evaluation]) -> go.Figure:
    """APCER of each PAI species by network, with 95 % intervals; the worst is named."""
    figure = go.Figure()
    for name, result in measured.items():
        intervals = list(result.apcer.values())
        figure.add_bar(
            name=MODELS[name].title,
            x=[SPECIES_TITLES.get(each, each) for each in result.apcer],
            y=[each.estimate for each in intervals],
            error_y={
                "array": [each.high - each.estimate for each in intervals],
                "arrayminus": [each.estimate - each.low for each in intervals],
                "thickness": 1.2,
            },
            marker={
                "color": network_style(name).colour,
                "line": {
                    "width": [
                        3 if each.estimate == result.pad.apcer > 0 else 0 for each in intervals
                    ],
                    "color": INK,
                },
            },
            customdata=[each.n for each in intervals],
            hovertemplate="%{fullData.name}<br>%{x}: %{y:.1%} of %{customdata} images"
            "<extra></extra>",
        )
    return laid_out(
        figure,
        "APCER by species<br><sup>95 % intervals; each network's worst is outlined</sup>",
        "PAI species",
        "APCER (attacks accepted)",
        {},
    ).update_yaxes(tickformat=".0%", rangemode="tozero")


def calibration_figure(measured: Mapping[str, Evaluation]) -> go.Figure:
    """Share of attacks among images by their score; on the diagonal a score is a probability."""
    figure = go.Figure()
    for name, result in measured.items():
        if (bins := result.quality.calibration) is None:
            continue
        figure.add_scatter(
            x=bins.score,
            y=bins.share,
            name=f"{MODELS[name].title} (error {bins.error:.3f})",
            mode="lines+markers",
            line=network_line(name),
            marker={"symbol": network_style(name).symbol, "size": 8},
            customdata=bins.count,
            hovertemplate="mean score %{x:.2f}<br>attacks %{y:.1%} of %{customdata} images"
            "<extra>%{fullData.name}</extra>",
        )
    diagonal(figure)
    return laid_out(
        figure,
        "Calibration<br><sup>in the legend: expected calibration error</sup>",
        "P(spoof), mean of a bin",
        "share of attacks in the bin",
        SHARES,
    )


def histogram_figure(title: str, scored: pd.DataFrame, *, threshold: float) -> go.Figure:
    """One network's scores by species, side by side, with the threshold."""
    figure = go.Figure()
    crowded = saturates(threshold)
    scale = logit_axis if crowded else np.asarray
    bins = LOGIT_BINS if crowded else {"start": 0, "end": 1, "size": 0.1}
    present = [name for name in SPECIES_TITLES if (scored["pai_species"] == name).any()]
    for name in present:
        colour, pattern = SPECIES_BARS[name]
        figure.add_histogram(
            # 1.0 belongs to the last bin
            x=scale(scored.loc[scored["pai_species"] == name, "spoof_score"].clip(upper=1 - 1e-9)),
            name=SPECIES_TITLES[name],
            xbins=bins,
            marker={"color": colour, "pattern": {**_PATTERN, "shape": pattern}},
        )
    line = {"color": INK, "width": 2, "dash": "dash"}
    figure.add_vline(float(scale(threshold)), line=line)
    laid_out(
        figure,
        f"Scores of {title}<br><sup>dashed: threshold {threshold_text(threshold)}</sup>",
        "P(spoof), on an axis of log-odds" if crowded else "P(spoof)",
        "images (logarithmic)",
        {},
    )
    if crowded:
        figure.update_xaxes(tickvals=logit_axis(SCORE_TICKS), ticktext=SCORE_TICKS)
    return figure.update_layout(barmode="group", bargap=0.15).update_yaxes(type="log", dtick=1)


def confusion_figure(title: str, rates: Classification) -> go.Figure:
    """A confusion matrix: counts, and percentages of each row."""
    counts = rates.confusion
    # a class without images has no shares, and a row of zeros
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [f"{CLASS_NAMES[0]} (bona fide)", f"{CLASS_NAMES[1]} (attack)"]
    text = [[_cell_text(counts[i], j) for j in range(2)] for i in range(2)]
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
        font={"color": INK, "size": 14},
        xaxis={"title": "verdict", **_AXIS},
        yaxis={"title": "truth", "autorange": "reversed", "tickangle": -90, **_AXIS},
        height=340,
        margin={"l": 10, "r": 10, "t": 45, "b": 10},
    )
    return figure


def _cell_text(row: np.ndarray, column: int) -> str:
    """A count, and its share of the row where that has images."""
    share = f"<br>{row[column] / row.sum():.1%}" if row.sum() else "<br>no images"
    return f"<b>{row[column]}</b>{share}"
