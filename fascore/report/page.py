"""The report's page: one HTML file with its figures, its numbers and the JSON behind them."""

from __future__ import annotations

from typing import Any

from fascore.labels import SPECIES_TITLES
from fascore.models import MODELS
from fascore.report.templates import figure_html, json_text, template
from fascore.scores import curves
from fascore.scores.comparison import Comparison
from fascore.scores.definitions import OPERATING_METRICS, PAD_METRICS, PAPER_METRICS, SCORE_METRICS
from fascore.stats.ranking import intervals_words
from fascore.tone_scores import TONE_COLUMNS

METRIC_GROUPS = {
    "The paper's metrics": PAPER_METRICS,
    "Attack detection (ISO/IEC 30107-3)": PAD_METRICS,
    "Other operating points": OPERATING_METRICS,
    "Scores as a ranking and as probabilities": SCORE_METRICS,
}


def report_html(data: dict[str, Any], comparison: Comparison) -> str:
    """The page of a report's data (`report_data`) on the same comparison."""
    return template("page.html").render(
        report=data,
        groups=METRIC_GROUPS,
        titles={name: spec.title for name, spec in MODELS.items()},
        species=SPECIES_TITLES,
        figures=_figures(comparison),
        tone=_tone_columns(data),
        intervals=intervals_words(data["bootstrap_unit"]),
        json=json_text(data),
    )


def _tone_columns(data: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Title and meaning of the columns on tone that some network has."""
    networks = [network for tested in data["test_sets"] for network in tested["networks"]]
    there = {column for network in networks for column in network["tone"]}
    return {column: about for column, about in TONE_COLUMNS.items() if column in there}


def _figures(comparison: Comparison) -> list[str]:
    """The figures as HTML; the first brings Plotly's code along."""
    drawn = curves.defined_figures(comparison.measured).values()
    return [
        figure_html(figure, name=f"figure-{number}", first=number == 0)
        for number, figure in enumerate(drawn)
    ]
