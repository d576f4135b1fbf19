"""Error rates against each other at every threshold: ROC, its corner, DET."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from scipy.stats import norm

from fascore.charts import SHARES, diagonal, laid_out, network_line
from fascore.errors import FascoreError
from fascore.models import MODELS
from fascore.scores.error_rates import ErrorCurve
from fascore.scores.evaluation import Evaluation
from fascore.scores.score_text import threshold_text

Scale = Callable[[np.ndarray], np.ndarray]
Rate = Literal["apcer", "pooled_apcer"]
DET_TICKS = (0.001, 0.01, 0.05, 0.2, 0.4, 0.6)
MAX_POINTS = 600  # of a curve as drawn
_ROC_AXES = "BPCER (bona fide rejected)", "1 − APCER, pooled (attacks caught)"
CORNERS = {0.01: 0.002, 0.02: 0.005, 0.05: 0.01, 0.1: 0.02, 0.2: 0.05, 0.4: 0.1}  # side: of a tick


def roc_figure(measured: Mapping[str, Evaluation]) -> go.Figure:
    """ROC curves, each with its operating point."""
    figure = _roc(measured, within=1.0)
    diagonal(figure)
    return laid_out(figure, "ROC: attacks caught against bona fide rejected", *_ROC_AXES, SHARES)


def corner_figure(measured: Mapping[str, Evaluation]) -> go.Figure:
    """The corner of the ROC curves where they differ (`corner_side`), each curve with its points.

    Raises
    ------
    FascoreError
        If there is no such corner.
    """
    side = corner_side(measured)
    if side is None:
        raise FascoreError(
            f"A corner holds both error rates up to {max(CORNERS):.0%} around the operating "
            "points. Received: curves that differ outside of it. Use `roc_figure`."
        )
    figure = _roc(measured, within=side)
    title = (
        f"ROC, its corner<br><sup>the best {side:.0%} of both axes, where the curves differ</sup>"
    )
    ticks = {"tickformat": ".0%" if CORNERS[side] >= 0.01 else ".1%", "dtick": CORNERS[side]}
    laid_out(figure, title, *_ROC_AXES, ticks)
    return figure.update_xaxes(range=[0, side]).update_yaxes(range=[1 - side, 1])


def corner_side(measured: Mapping[str, Evaluation]) -> float | None:
    """Share of both ROC axes that holds all operating points, and twice every equal error rate.

    None where no curve is defined, or no side of `CORNERS` is enough: the whole square then shows
    what a corner would.
    """
    curves = [result.quality.curve for result in measured.values() if result.quality.curve]
    if not curves:
        return None
    points = [max(result.pad.bpcer, result.pad.pooled_apcer) for result in measured.values()]
    needed = max(*points, *(2 * curve.eer for curve in curves))
    return next((side for side in CORNERS if side > needed), None)


def curve_points(curve: ErrorCurve, *, within: float = 1.0) -> dict[str, np.ndarray]:
    """A curve as drawn: thresholds and error rates at no more than `MAX_POINTS` places.

    Parameters
    ----------
    curve : ErrorCurve
    within : float
        Of the places where both `bpcer` and `pooled_apcer` are at most this, and one on either
        side, so that a line through them reaches the end of its axis.
    """
    inside = np.flatnonzero((curve.bpcer <= within) & (curve.pooled_apcer <= within))
    first, last = (inside[0], inside[-1]) if len(inside) else (0, len(curve.thresholds) - 1)
    ends = max(first - 1, 0), min(last + 1, len(curve.thresholds) - 1)
    chosen = np.unique(np.linspace(*ends, MAX_POINTS).round().astype(int))
    parts = ("thresholds", "bpcer", "apcer", "pooled_apcer")
    return {name: getattr(curve, name)[chosen] for name in parts}


def det_figure(measured: Mapping[str, Evaluation]) -> go.Figure:
    """DET curves on probit axes, each with its operating point."""
    figure = go.Figure()
    for name, result in measured.items():
        if result.quality.curve is not None:
            points = curve_points(result.quality.curve)
            _curve(figure, name, result, points, "apcer", _probit, _probit)
    ticks = {
        "tickvals": norm.ppf(DET_TICKS).tolist(),
        "ticktext": [f"{100 * rate:g} %" for rate in DET_TICKS],
        "range": norm.ppf([DET_TICKS[0], DET_TICKS[-1]]).tolist(),
    }
    return laid_out(
        figure,
        "DET: both error rates, probit axes",
        "BPCER (bona fide rejected)",
        "APCER of the worst species (attacks accepted)",
        ticks,
    )


def _roc(measured: Mapping[str, Evaluation], *, within: float) -> go.Figure:
    """ROC curves with their operating points, drawn where both error rates are at most `within`."""
    figure = go.Figure()
    for name, result in measured.items():
        if result.quality.curve is not None:
            points = curve_points(result.quality.curve, within=within)
            _curve(figure, name, result, points, "pooled_apcer", np.asarray, _caught)
    return figure


def _curve(
    figure: go.Figure,
    name: str,
    result: Evaluation,
    curve: Mapping[str, np.ndarray],
    rate: Rate,
    x: Scale,
    y: Scale,
) -> None:
    """One network's curve of this APCER over BPCER, and a diamond at its threshold."""
    line = network_line(name)
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


def _caught(apcer: np.ndarray) -> np.ndarray:
    return 1 - apcer


def _probit(rate: np.ndarray) -> np.ndarray:
    """Rates on the probit scale, kept off its infinite ends."""
    return np.asarray(norm.ppf(np.clip(rate, 1e-4, 1 - 1e-4)))
