"""Insertion and deletion curves of one map, as a figure."""

from __future__ import annotations

from plotly.graph_objects import Figure, Scatter

from fascore.charts import GREY, INK, LINES
from fascore.judging.faithfulness import Curves
from fascore.labels import CLASS_NAMES

# a network has no colour here: its own would say that one of the curves is of another
STYLES = {
    "insertion": ("best first, put in", {"color": INK, "width": 3}),
    "deletion": ("best first, taken out", {"color": LINES[4], "width": 3, "dash": "dash"}),
    "random": ("random order, put in", {"color": GREY, "width": 2, "dash": "dot"}),
}


def curve_figure(curves: Curves, *, target: int, baseline: str) -> Figure:
    """P(target) against the share of pixels put in or taken out."""
    figure = Figure(
        [
            Scatter(
                x=100 * curves.share, y=getattr(curves, name), name=title, line=line, mode="lines"
            )
            for name, (title, line) in STYLES.items()
        ]
    )
    figure.update_layout(
        title={"text": f"Against a {baseline} picture", "font": {"size": 14}},
        xaxis_title="pixels moved, %",
        yaxis={"title": f"P({CLASS_NAMES[target]})", "range": [-0.02, 1.02]},
        legend={"orientation": "h", "y": -0.35, "x": 0},
        margin={"l": 55, "r": 10, "t": 40, "b": 90},
        height=320,
        template="plotly_white",
    )
    return figure
