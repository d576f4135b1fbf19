"""Charts of judged explanations."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from fascore.charts import GREY, INK, network_style, other_style
from fascore.explain import EXPLAINERS, method_title
from fascore.findings.claims import Claim
from fascore.findings.drawing import (
    broken,
    chance,
    dots,
    laid_out,
    method_words,
    model_words,
    titled,
    value_text,
)
from fascore.findings.measures import definition_of
from fascore.findings.summary import Summary
from fascore.judging.judge import NO_METHOD, SCORE
from fascore.judging.planted import POOLED, measured_intervals
from fascore.models import model_title
from fascore.scores.score_text import SCORE_TICKS, logit_axis
from fascore.stats.intervals import Interval

FLOOR = 0.02  # a logarithmic axis has no 0: ratios below this are drawn at it
PALE = ((0.0, "#F2B48A"), (0.5, "#FFFFFF"), (1.0, "#7DB7DC"))  # dark numbers stay readable
JITTER = 0.32  # half the width of a strip, where two models are 1 apart
MANY = 4000  # points: from here on the browser's graphics card draws them
STAGE_WORDS = {
    "quarter": "top<br>¼",
    "half": "top<br>½",
    "three_quarters": "top<br>¾",
    "all": "all",
}
REGION_WORDS = {
    "features": "eyes, nose, mouth",
    "eyes": "eyes",
    "nose": "nose",
    "mouth": "mouth",
    "rest_of_face": "rest of face",
    "outside": "outside face",
    "border": "picture's border",
    "evidence": "medium's edges",
}


def metric_figure(summary: Summary) -> go.Figure:
    """A metric's means with 95 % intervals: methods along the axis, a mark for each model.

    Where the metric is of a model alone, the models stand along the axis.
    """
    about = definition_of(summary.metric)
    figure = go.Figure()
    alone = summary.methods == [NO_METHOD]
    for number, model in enumerate(summary.models):
        cells = [cell for cell in summary.cells.values() if cell.model == model]
        words = [model_words(model) if alone else method_words(cell.method) for cell in cells]
        places = [broken(title, "+", "and") for title in words]
        style = network_style(model, number)
        dots(figure, style, model_words(model), places, [cell.interval for cell in cells])
    chance(figure, about.chance)
    laid_out(figure, titled(summary.metric), "", about.unit or about.title)
    return figure.update_layout(scattermode="overlay" if alone else "group")


def regions_figure(summaries: Mapping[str, Summary], method: str) -> go.Figure:
    """The weight one method puts on every region, by model, as a ratio to the region's area."""
    figure = go.Figure()
    models = list(dict.fromkeys(m for summary in summaries.values() for m in summary.models))
    names = [name for name in REGION_WORDS if f"region_{name}" in summaries]
    for number, model in enumerate(models):
        style = network_style(model, number)
        cells = {
            name: cell
            for name in names
            if (cell := summaries[f"region_{name}"].cells.get((model, method))) is not None
        }
        dots(
            figure, style, model_words(model), [REGION_WORDS[name] for name in cells],
            [cell.interval for cell in cells.values()], floor=FLOOR, across=True,
        )  # fmt: skip
    figure.add_vline(1.0, line={"color": INK, "dash": "dash", "width": 1.2})
    ticks = [FLOOR, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20]
    height = 170 + len(names) * (14 + 13 * len(models))
    title = f"{method_words(method)}<br><sup>dashed: no preference</sup>"
    laid_out(figure, title, "weight over area (logarithmic)", "", height=height)
    figure.update_yaxes(autorange="reversed", gridcolor="white")
    return figure.update_xaxes(type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])


def points_figure(values: pd.DataFrame, metric: str, thresholds: Mapping[str, float]) -> go.Figure:
    """One metric image by image, in a strip for each model.

    A point's `customdata` holds the image's sample_id, species and value in words. Scores are drawn
    along their log-odds, for they crowd at 0 and 1, with the threshold of each model.

    Parameters
    ----------
    values : DataFrame
        From `fascore.findings.summary.image_values`.
    thresholds : dict of str to float
        Of the models drawn, in order: those that the verdicts were made with.
    """
    models = list(thresholds)
    figure = go.Figure()
    spread = np.random.default_rng(0).uniform(-JITTER, JITTER, len(values))
    place = values["model"].map({name: i for i, name in enumerate(models)}) + spread
    height = values["value"].to_numpy()
    height = logit_axis(height) if metric == SCORE else height
    texts = [
        value_text(value, metric, thresholds[model])
        for model, value in zip(values["model"], values["value"], strict=True)
    ]
    hover = values[["sample_id", "pai_species"]].assign(text=texts).to_numpy()
    mark = go.Scattergl if len(values) > MANY else go.Scatter
    styles = ((1.0, "verdict right", GREY, "circle"), (0.0, "verdict wrong", INK, "x"))
    for right, name, colour, symbol in styles:
        rows = values["right"].to_numpy() == right
        figure.add_trace(
            mark(
                x=place[rows],
                y=height[rows],
                name=name,
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 7, "opacity": 0.65},
                customdata=hover[rows],
                hovertemplate="%{customdata[1]}: %{customdata[2]}<br>%{customdata[0]}"
                "<extra></extra>",
            )
        )
    about = definition_of(metric)
    chance(figure, about.chance)
    words = [broken(model_words(name), "+", "and") for name in models]
    laid_out(figure, titled(metric), "", about.unit or about.title)
    if metric == SCORE:
        figure.update_yaxes(tickvals=logit_axis(SCORE_TICKS), ticktext=SCORE_TICKS)
        _threshold_marks(figure, thresholds)
    return figure.update_xaxes(
        tickvals=list(range(len(models))), ticktext=words, range=[-0.5, len(models) - 0.5]
    ).update_layout(clickmode="event+select", hovermode="closest")


def _threshold_marks(figure: go.Figure, thresholds: Mapping[str, float]) -> None:
    """A line across each model's strip at its threshold, along the log-odds."""
    for number, threshold in enumerate(thresholds.values()):
        place = float(logit_axis(threshold))
        figure.add_shape(
            type="line", x0=number - JITTER - 0.06, x1=number + JITTER + 0.06, y0=place, y1=place,
            line={"color": INK, "dash": "dash", "width": 1.5},
            name="threshold", showlegend=number == 0,
        )  # fmt: skip


def agreement_figure(matrix: pd.DataFrame, title: str, *, signed: bool) -> go.Figure:
    """An agreement matrix as a heat map with its numbers."""
    words = [
        method_title(name) if name in EXPLAINERS else broken(model_title(name), "+")
        for name in matrix.index
    ]
    text = matrix.map(lambda value: "–" if np.isnan(value) else f"{value:.2f}".replace("-", "−"))
    figure = go.Figure(
        go.Heatmap(
            z=matrix.to_numpy(),
            x=words,
            y=words,
            text=text.to_numpy(),
            texttemplate="%{text}",
            textfont={"size": 14, "color": INK},
            colorscale=PALE if signed else [[0, "#FFFFFF"], [1, PALE[-1][1]]],
            zmin=-1 if signed else 0,
            zmax=1,
            xgap=2,
            ygap=2,
            colorbar={"thickness": 10},
            hovertemplate="%{y} and %{x}: %{text}<extra></extra>",
        )
    )
    laid_out(figure, title, "", "", height=330).update_layout(margin_b=10)
    return figure.update_yaxes(autorange="reversed")


def sanity_figure(stages: Mapping[str, Summary], method: str, title: str) -> go.Figure:
    """How alike one method's maps stay while ever more layers get random weights."""
    figure = go.Figure()
    models = list(dict.fromkeys(m for summary in stages.values() for m in summary.models))
    for number, model in enumerate(models):
        cells = {name: stages[name].cells.get((model, method)) for name in stages}
        intervals = [cell.interval if cell else None for cell in cells.values()]
        trained = Interval(1.0, 1.0, 1.0, 0)
        places = ["none", *(STAGE_WORDS[name] for name in cells)]
        dots(
            figure, network_style(model, number), model_words(model), places,
            [trained, *intervals], mode="lines+markers",
        )  # fmt: skip
    figure.update_traces(hovertemplate="%{x} of the layers random: %{y:.3f}<extra></extra>")
    chance(figure, definition_of(next(iter(stages.values())).metric).chance)
    laid_out(figure, f"{method_words(method)}: {title}", "layers with random weights", title)
    return figure.update_layout(scattermode="overlay")


def planted_figure(table: pd.DataFrame) -> go.Figure:
    """Hit rates on each planted cue over all models, with chance and the best that is possible.

    Parameters
    ----------
    table : DataFrame
        From `fascore.judging.planted.summarise_planted`.
    """
    figure = go.Figure()
    pooled = table[(table["model"] == POOLED) & (table["images"] > 0)]
    for number, (cue, rows) in enumerate(pooled.groupby("cue", sort=False)):
        places = [method_words(name) for name in rows["method"]]
        style = other_style(number)
        dots(figure, style, str(cue), places, measured_intervals(rows, "hit"))
        for what, dash in (("chance", "line-ew"), ("ceiling", "triangle-down-open")):
            figure.add_scatter(
                x=places, y=rows[what], mode="markers", showlegend=False, offsetgroup=str(cue),
                marker={"symbol": dash, "size": 15 if what == "chance" else 9,
                        "color": style.colour, "line": {"width": 2, "color": style.colour}},
                hovertemplate=f"{cue}, {what}: %{{y:.3f}}<extra></extra>",
            )  # fmt: skip
    title = "Is the map's highest place inside the cue?"
    note = "dash: by chance; open triangle: the best that maps so coarse could have"
    return laid_out(figure, f"{title}<br><sup>{note}</sup>", "", "hit rate").update_yaxes(
        range=[-0.03, 1.06], tickformat=".0%"
    )


def claim_figure(claim: Claim) -> go.Figure:
    """The rows that a claim rests on, held against its null; undecided ones are hollow."""
    figure = go.Figure()
    for number, group in enumerate(dict.fromkeys(row.group for row in claim.rows)):
        rows, style = [row for row in claim.rows if row.group == group], other_style(number)
        hollow = ["" if row.reading in ("above", "below") else "-open" for row in rows]
        dots(
            figure, style, group, [broken(row.what, "minus", "and") for row in rows],
            [row.interval for row in rows], across=True,
        )  # fmt: skip
        figure.data[-1].marker.symbol = [style.symbol + ending for ending in hollow]
        figure.data[-1].showlegend = False  # it would take the first mark's hollowness
        dots(figure, style, group, [broken(rows[0].what, "minus", "and")], [None], across=True)
    figure.add_vline(claim.question.null, line={"color": INK, "dash": "dash", "width": 1.5})
    whats = len({row.what for row in claim.rows})
    groups = len({row.group for row in claim.rows})
    laid_out(figure, "", claim.question.axis, "", height=140 + whats * (26 + 14 * groups))
    return figure.update_yaxes(autorange="reversed", gridcolor="white")
