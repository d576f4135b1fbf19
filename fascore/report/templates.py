"""What the exported pages share: templates that escape all they are given, and JSON inside them."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import plotly.graph_objects as go

from fascore.scores.score_text import score_against, threshold_text
from fascore.stats.intervals import interval_text, p_text, restore_interval


def template(name: str) -> jinja2.Template:
    """A template of this folder; a name that it asks for and is not given raises."""
    return _environment().get_template(name)


def json_text(data: dict[str, Any]) -> str:
    """JSON for a script element: "<" could end the element that holds it."""
    return json.dumps(data, allow_nan=False).replace("<", "\\u003c")


def figure_html(figure: go.Figure, *, name: str, first: bool) -> str:
    """A chart as HTML; the first of a page brings Plotly's code along."""
    return str(
        figure.update_layout(autosize=True).to_html(
            full_html=False,
            include_plotlyjs=first,
            div_id=name,
            config={"displayModeBar": False, "responsive": True},
        )
    )


@cache
def _environment() -> jinja2.Environment:
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
    environment.filters["against"] = score_against
    return environment


def _cell(number: dict[str, float | None]) -> str:
    """An estimate, with its interval where it has one."""
    if number["estimate"] is None:
        return "undefined"
    if "low" in number:
        known = {name: math.nan if value is None else value for name, value in number.items()}
        return interval_text(restore_interval(known))
    return f"{number['estimate']:.4f}"
