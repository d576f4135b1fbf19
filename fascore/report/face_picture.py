"""The grid of one face's maps as one picture: PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from fascore.charts import INK
from fascore.explain import render
from fascore.models import model_title
from fascore.report.face import ByMethod, FaceExport, OnNetwork
from fascore.report.origin import made_now
from fascore.scores.score_text import score_against

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CELL, HEAD, LINE = 2.6, 0.95, 0.14  # inches: a map with its scale, what is above all, a line below
RESOLUTION = 130  # dots an inch
WORDS = ("● LIVE", "▲ SPOOF")


def face_png(export: FaceExport) -> bytes:
    """Maps on a common scale, a row a method and a column a network, with what made them."""
    from matplotlib.figure import Figure  # slow, and 25 MB: pages import this file too

    rows, columns = len(export.methods), len(export.networks)
    width = CELL * max(columns, 2)
    below = [part for words in _words_below(export) for part in wrap(words, int(20 * width))]
    foot = 0.15 + LINE * len(below)
    height = HEAD + foot + rows * (CELL + 0.4)
    figure = Figure(figsize=(width, height), facecolor="white")
    grid = figure.subplots(max(rows, 1), columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for row, method in zip(grid, export.methods, strict=False):
        _draw_row(row, method, export)
    for axes, network in zip(grid[0], export.networks, strict=True):
        axes.set_title(_verdict_words(network), fontsize=9, color=INK, pad=16)
    figure.subplots_adjust(
        left=0.01,
        right=0.99,
        top=1 - HEAD / height,
        bottom=(foot + 0.15) / height,
        wspace=0.04,
        hspace=0.18,
    )
    figure.text(0.012, 1 - 0.12 / height, export.answer[0], fontsize=10, color=INK, va="top")
    text = "\n".join(below)
    figure.text(0.012, 0.06 / height, text, fontsize=7, color=INK, va="bottom", linespacing=1.3)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=RESOLUTION)
    return file.getvalue()


def _draw_row(row: Sequence[Axes], method: ByMethod, export: FaceExport) -> None:
    """One method's maps, each below its network, with the scale below each map."""
    explainer = method.explainer
    shown, scale = method.drawn(export.pixel_view)
    by_name = {each.model: each for each in shown}
    colours = np.array([render.scale_colours(signed=explainer.signed, stops=128)], np.uint8)
    for axes, network in zip(row, export.networks, strict=True):
        axes.text(0, 1.02, f"{explainer.title} ({explainer.unit})", fontsize=8, color=INK,
                  transform=axes.transAxes)  # fmt: skip
        each = by_name.get(network.name)
        if each is None:
            axes.text(0.5, 0.5, "no map", fontsize=9, color=INK, ha="center",
                      transform=axes.transAxes)  # fmt: skip
            continue
        picture = render.picture_of(
            each, network.crop, explainer, scale=scale, opacity=export.opacity
        )
        axes.imshow(picture)
        bar = axes.inset_axes((0, -0.05, 1, 0.035))
        bar.imshow(colours, aspect="auto")
        bar.set_axis_off()
        ends = render.scale_ends(scale, signed=explainer.signed, target=each.target)
        for place, words, side in zip((0, 1), ends, ("left", "right"), strict=True):
            axes.text(place, -0.06, words, fontsize=6.5, color=INK, ha=side, va="top",
                      transform=axes.transAxes)  # fmt: skip


def _verdict_words(network: OnNetwork) -> str:
    score = score_against(network.spoof_score, network.threshold.value)
    return f"{model_title(network.name)}\n{WORDS[network.label]}, P(spoof) {score}"


def _words_below(export: FaceExport) -> list[str]:
    """What the maps are of, what made them, and what must not be concluded."""
    origin = export.origin
    return [
        f"{export.picture} ({origin.test_set or 'given by hand'}). Store {origin.store}, trained "
        f"on {origin.data_set}.",
        f"Threshold: {export.choice.title}. fascore, {made_now()}.",
        *export.warnings,
    ]
