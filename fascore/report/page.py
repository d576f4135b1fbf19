"""The report's page: one HTML file with its figures, its numbers and the JSON behind them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jinja2
from plotly.graph_objects import Figure

from fascore.labels import SPECIES_TITLES
from fascore.models import MODELS
from fascore.scores import curves
from fascore.scores.comparison import Comparison
from fascore.scores.definitions import OPERATING_METRICS, PAD_METRICS, PAPER_METRICS, SCORE_METRICS
from fascore.scores.score_text import threshold_text
from fascore.stats.intervals import interval_text, p_text, restore_interval
from fascore.stats.ranking import intervals_words

METRIC_GROUPS = {
    "The paper's metrics": PAPER_METRICS,
    "Attack detection (ISO/IEC 30107-3)": PAD_METRICS,
    "Other operating points": OPERATING_METRICS,
    "Scores as a ranking and as probabilities": SCORE_METRICS,
}


def report_html(data: dict[str, Any], comparison: Comparison) -> str:
    """The page of a report's data (`report_data`) on the same comparison."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _cell
    environment.filters["p"] = p_text
    environment.filters["threshold"] = threshold_text
    return environment.get_template("page.html").render(
        report=data,
        groups=METRIC_GROUPS,
        titles={name: spec.title for name, spec in MODELS.items()},
        species=SPECIES_TITLES,
        figures=_figures(comparison),
        intervals=intervals_words(data["bootstrap_unit"]),
        # "<" could end the script element that holds it
        json=json.dumps(data, allow_nan=False).replace("<", "\\u003c"),
    )


def _figures(comparison: Comparison) -> list[str]:
    """The figures as HTML; the first brings Plotly's code along."""
    drawn: list[Figure] = [
        curves.roc_figure(comparison.measured),
        curves.det_figure(comparison.measured),
        curves.species_figure(comparison.measured),
        curves.calibration_figure(comparison.measured),
    ]
    return [
        figure.update_layout(autosize=True).to_html(
            full_html=False,
            include_plotlyjs=number == 0,
            div_id=f"figure-{number}",
            config={"displayModeBar": False, "responsive": True},
        )
        for number, figure in enumerate(drawn)
    ]


def _cell(number: dict[str, float | None]) -> str:
    """An estimate, with its interval where it has one."""
    if number["estimate"] is None:
        return "undefined"
    if "low" in number:
        known = {name: math.nan if value is None else value for name, value in number.items()}
        return interval_text(restore_interval(known))
    return f"{number['estimate']:.4f}"
