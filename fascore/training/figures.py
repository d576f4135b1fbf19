"""Training curves drawn: training dashed, validation solid, a study's runs as thin lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from fascore.charts import GREY, GRID_LINE, GROUND, INK, network_style
from fascore.models import MODELS
from fascore.stats.training_noise import TrainingNoise
from fascore.training.history import Run


class Curve(NamedTuple):
    """A measured quantity: its title, its axis, and its columns of training and validation."""

    title: str
    axis: str
    training: str
    validation: str


CURVES = {
    "loss": Curve("Loss", "cross-entropy, nats", "loss", "val_loss"),
    "accuracy": Curve("Accuracy", "share judged rightly at 0.5", "accuracy", "val_accuracy"),
    "auc": Curve("AUC", "area under the ROC curve", "auc", "val_auc"),
}


def training_figure(
    model: str, runs: Sequence[Run], metric: str, *, span: tuple[float, float]
) -> go.Figure:
    """One network's curves of one quantity of `CURVES`; the kept epoch is a diamond.

    Parameters
    ----------
    runs : sequence of Run
        Of this network alone.
    span : (float, float)
        The vertical axis's ends (`metric_span`), the same for all networks that are compared.
    """
    about, figure = CURVES[metric], go.Figure()
    colour = network_style(model).colour
    for run in sorted(runs, key=lambda run: run.seed is None):  # thin lines below
        _line(figure, run, about.training, "training", colour, dash="dash")
        _line(figure, run, about.validation, "validation", colour, dash="solid")
        _kept(figure, run, about.validation, colour)
    style: dict[str, Any] = {"color": INK, "gridcolor": GRID_LINE, "zeroline": False}
    figure.update_layout(
        title={"text": f"{about.title}: {MODELS[model].title}", "font": {"size": 15}},
        font={"color": INK, "size": 13},
        xaxis={"title": "epoch", "rangemode": "tozero", **style},
        yaxis={"title": about.axis, "range": span, **style},
        legend={"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0},
        height=380,
        plot_bgcolor=GROUND,
        margin={"l": 10, "r": 10, "t": 45, "b": 110},
    )
    return figure


def metric_span(runs: Sequence[Run], metric: str) -> tuple[float, float]:
    """The lowest and the highest value of a quantity in these trainings, with room around them.

    Values beyond five times the middle half's height above it do not set the scale: one epoch that
    went wrong would flatten all the others. (0, 1) without any value.
    """
    about = CURVES[metric]
    parts = [
        run.history[column].dropna().to_numpy()
        for run in runs
        for column in (about.training, about.validation)
        if column in run.history
    ]
    values = np.concatenate(parts) if parts else np.empty(0)
    if not len(values):
        return 0.0, 1.0
    low, high = np.quantile(values, [0.25, 0.75])
    usual = values[values <= high + 5 * (high - low)]
    ends = float(usual.min()), float(usual.max())
    room = 0.05 * (ends[1] - ends[0]) or 0.05
    return ends[0] - room, ends[1] + room


def noise_figure(noise: TrainingNoise) -> go.Figure:
    """Each run's test accuracy by variant, runs of one seed joined, with mean and interval."""
    figure = go.Figure()
    places = [MODELS[name].title.replace(" + ", "<br>+ ") for name in noise.accuracy]
    for seed, row in noise.accuracy.iterrows():
        figure.add_scatter(
            x=places,
            y=row,
            mode="lines+markers",
            line={"color": GREY, "width": 1},
            marker={"color": GREY, "size": 5},
            name="one seed",
            legendgroup="seeds",
            showlegend=bool(seed == noise.accuracy.index[0]),
            hovertemplate=f"seed {seed}: %{{y:.2%}}<extra></extra>",
        )
    means = list(noise.means.values())
    figure.add_scatter(
        x=places,
        y=[mean.estimate for mean in means],
        error_y={
            "array": [mean.high - mean.estimate for mean in means],
            "arrayminus": [mean.estimate - mean.low for mean in means],
            "thickness": 1.6,
            "width": 6,
        },
        mode="markers",
        marker={"color": INK, "size": 11, "symbol": "diamond"},
        name="mean, 95 % interval",
        hovertemplate="mean %{y:.2%}<extra></extra>",
    )
    style: dict[str, Any] = {"color": INK, "gridcolor": GRID_LINE, "zeroline": False}
    return figure.update_layout(
        font={"color": INK, "size": 13},
        xaxis=style,
        yaxis={"title": "test accuracy", "tickformat": ".1%", **style},
        legend={"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0},
        height=360,
        plot_bgcolor=GROUND,
        margin={"l": 10, "r": 10, "t": 12, "b": 90},
    )


def _line(figure: go.Figure, run: Run, column: str, title: str, colour: str, *, dash: str) -> None:
    if column not in run.history:
        return
    thin = run.seed is not None
    of = "study's runs" if thin else "in progress" if run.in_progress else ""
    name = ", ".join(filter(None, (title, of)))
    figure.add_scatter(
        x=run.history.index,
        y=run.history[column],
        mode="lines+markers" if run.in_progress else "lines",
        line={"color": colour, "width": 1 if thin else 2.5, "dash": dash},
        marker={"symbol": "circle-open", "size": 7},
        opacity=0.55 if thin else 1,
        name=name,
        legendgroup=name,
        showlegend=all(trace.name != name for trace in figure.data),
        hovertemplate=f"epoch %{{x}}: %{{y:.4f}}<extra>{_owner(run, title)}</extra>",
    )


def _owner(run: Run, title: str) -> str:
    return title if run.seed is None else f"{title}, seed {run.seed}"


def _kept(figure: go.Figure, run: Run, column: str, colour: str) -> None:
    """A mark at the epoch whose weights the store holds."""
    if run.seed is not None or run.best_epoch is None or column not in run.history:
        return
    if run.best_epoch not in run.history.index:
        return
    figure.add_scatter(
        x=[run.best_epoch],
        y=[run.history.loc[run.best_epoch, column]],
        mode="markers",
        marker={
            "color": colour,
            "size": 12,
            "symbol": "diamond",
            "line": {"color": INK, "width": 1},
        },
        name="epoch kept",
        hovertemplate="epoch %{x}, kept: %{y:.4f}<extra></extra>",
    )
