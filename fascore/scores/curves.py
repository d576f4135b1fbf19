"""Curves and bars of error rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy.stats import norm

from fascore.charts import GREY, GRID_LINE, GROUND, INK, network_style
from fascore.labels import CLASS_NAMES, SPECIES_TITLES
from fascore.models import MODELS
from fascore.scores.classification import Classification
from fascore.scores.error_rates import ErrorCurve
from fascore.scores.evaluation import Evaluation
from fascore.scores.score_text import (
    LOGIT_LIMIT,
    SCORE_TICKS,
    logit_axis,
    saturates,
    threshold_text,
)

Scale = Callable[[np.ndarray], np.ndarray]
Rate = Literal["apcer", "pooled_apcer"]
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
DET_TICKS = (0.001, 0.01, 0.05, 0.2, 0.4, 0.6)
_AXIS = {"color": INK, "tickfont": {"size": 13}}
_SHARES = {"range": [0, 1], "tickformat": ".0%", "dtick": 0.25}
MAX_POINTS = 600  # of a curve as drawn


def defined_figures(measured: Mapping[str, Evaluation]) -> dict[str, go.Figure]:
    """The curves and bars that the images' classes define, by name: those of one class have no
    ROC curve, DET curve or calibration, and without attacks there are no species.
    """
    first = next(iter(measured.values()))
    both = first.quality.curve is not None
    draw = {
        "roc": (roc_figure, both),
        "det": (det_figure, both),
        "species": (species_figure, bool(first.apcer)),
        "calibration": (calibration_figure, both),
    }
    return {name: figure(measured) for name, (figure, defined) in draw.items() if defined}


def roc_figure(measured: Mapping[str, Evaluation]) -> go.Figure:
    """ROC curves, each with its operating point."""
    figure = go.Figure()
    for name, result in measured.items():
        _curve(figure, name, result, "pooled_apcer", lambda rate: rate, lambda apcer: 1 - apcer)
    _diagonal(figure)
    return _laid_out(
        figure,
        "ROC: attacks caught against bona fide rejected",
        "BPCER (bona fide rejected)",
        "1 − APCER, pooled (attacks caught)",
        _SHARES,
    )


def curve_points(curve: ErrorCurve) -> dict[str, np.ndarray]:
    """A curve as drawn: thresholds and error rates at no more than `MAX_POINTS` places."""
    places = np.linspace(0, len(curve.thresholds) - 1, MAX_POINTS).round().astype(int)
    chosen = np.unique(places)
    parts = ("thresholds", "bpcer", "apcer", "pooled_apcer")
    return {name: getattr(curve, name)[chosen] for name in parts}


def det_figure(measured: Mapping[str, Evaluation]) -> go.Figure:
    """DET curves on probit axes, each with its operating point."""
    figure = go.Figure()
    for name, result in measured.items():
        _curve(figure, name, result, "apcer", _probit, _probit)
    ticks = {
        "tickvals": norm.ppf(DET_TICKS).tolist(),
        "ticktext": [f"{100 * rate:g} %" for rate in DET_TICKS],
        "range": norm.ppf([DET_TICKS[0], DET_TICKS[-1]]).tolist(),
    }
    return _laid_out(
        figure,
        "DET: both error rates, probit axes",
        "BPCER (bona fide rejected)",
        "APCER of the worst species (attacks accepted)",
        ticks,
    )


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
    return _laid_out(
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
            line=_network_line(name),
            marker={"symbol": network_style(name).symbol, "size": 8},
            customdata=bins.count,
            hovertemplate="mean score %{x:.2f}<br>attacks %{y:.1%} of %{customdata} images"
            "<extra>%{fullData.name}</extra>",
        )
    _diagonal(figure)
    return _laid_out(
        figure,
        "Calibration<br><sup>in the legend: expected calibration error</sup>",
        "P(spoof), mean of a bin",
        "share of attacks in the bin",
        _SHARES,
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
    _laid_out(
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


def _diagonal(figure: go.Figure) -> None:
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": GREY, "dash": "dot", "width": 1},
        hoverinfo="skip", showlegend=False,
    )  # fmt: skip


def _curve(
    figure: go.Figure, name: str, result: Evaluation, rate: Rate, x: Scale, y: Scale
) -> None:
    """One network's curve of this APCER over BPCER, and a diamond at its threshold."""
    if result.quality.curve is None:
        return
    curve = curve_points(result.quality.curve)
    line = _network_line(name)
    figure.add_scatter(
        x=x(curve["bpcer"]),
        y=y(curve[rate]),
        name=MODELS[name].title,
        mode="lines",
        line=line,
        customdata=[
            # above every score stands a threshold next to 1, for 1 itself may be a score
            (threshold_text(min(threshold, 1.0)), *rates)
            for threshold, *rates in zip(*curve.values(), strict=True)
        ],
        hovertemplate="threshold %{customdata[0]}<br>BPCER %{customdata[1]:.2%}"
        "<br>APCER %{customdata[2]:.2%}, pooled %{customdata[3]:.2%}"
        "<extra>%{fullData.name}</extra>",
        legendgroup=name,
    )
    figure.add_scatter(
        x=x(np.array([result.pad.bpcer])),
        y=y(np.array([getattr(result.pad, rate)])),
        mode="markers",
        marker={"color": line["color"], "size": 11, "symbol": "diamond",
                "line": {"color": "white", "width": 1}},
        hovertemplate=f"at the threshold {threshold_text(result.threshold)}: "
        f"BPCER {result.pad.bpcer:.2%}, APCER {result.pad.apcer:.2%}, "
        f"pooled {result.pad.pooled_apcer:.2%}<extra>{MODELS[name].title}</extra>",
        legendgroup=name,
        showlegend=False,
    )  # fmt: skip


def _network_line(name: str) -> dict[str, Any]:
    return {"color": network_style(name).colour, "dash": network_style(name).dash, "width": 2}


def _probit(rate: np.ndarray) -> np.ndarray:
    """Rates on the probit scale, kept off its infinite ends."""
    return np.asarray(norm.ppf(np.clip(rate, 1e-4, 1 - 1e-4)))


def _laid_out(figure: go.Figure, title: str, x: str, y: str, axis: dict[str, Any]) -> go.Figure:
    style = {"color": INK, "gridcolor": GRID_LINE, "zeroline": False, **axis}
    figure.update_layout(
        title={"text": title, "font": {"size": 15}},
        font={"color": INK, "size": 13},
        xaxis={"title": x, **style},
        yaxis={"title": y, **style},
        legend={"orientation": "h", "y": -0.22, "x": 0},
        height=400 + 28 * math.ceil(sum(each.showlegend is not False for each in figure.data) / 2),
        plot_bgcolor=GROUND,
        margin={"l": 10, "r": 30, "t": 60, "b": 10},  # right: half of the last tick's label
    )
    return figure
