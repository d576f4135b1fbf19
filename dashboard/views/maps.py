"""One method's maps, a cell for each model, on one colour scale."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.views.judgement import judgement
from dashboard.views.settings import explain_class
from dashboard.views.style import model_title
from fascore.explain import Attribution, Explainer, render
from fascore.judging.judge import MapJudgement
from fascore.labels import CLASS_NAMES, LIVE, SPOOF

REDRAW = 0.25  # s; a row is not drawn again sooner, unless it is complete


class MapRow:
    """A row of the grid: it is drawn again as maps arrive, for their scale is a common one.

    Parameters
    ----------
    explainer : Explainer
    crops : mapping of str to uint8 array of shape (S, S, 3)
        The crop each model's map lies on, by model name.
    columns : mapping of str to DeltaGenerator
        Where each model's cell goes, by model name.
    opacity : float
    pixel_view : {"pixels", "grid"}
    """

    def __init__(
        self,
        explainer: Explainer,
        crops: Mapping[str, np.ndarray],
        columns: Mapping[str, DeltaGenerator],
        *,
        opacity: float,
        pixel_view: render.PixelView,
    ) -> None:
        self._explainer = explainer
        self._crops = crops
        self._opacity = opacity
        self._pixel_view = pixel_view
        self._cells, self._offers, self._notes = {}, {}, {}
        for name, column in columns.items():
            self._cells[name] = column.empty()
            self._offers[name] = column.empty()
            self._notes[name] = column.empty()
        self._made: list[Attribution] = []
        self._maps: dict[str, Attribution] = {}
        self._failed: dict[str, str] = {}
        self._drawn = time.monotonic()
        for name in self._cells:
            self._wait(name)

    def add(self, maps: Sequence[Attribution]) -> None:
        """Takes maps that arrived, and draws the row if it is time to."""
        for attribution in maps:
            self._made.append(attribution)
            self._maps[attribution.model] = render.shown_map(
                attribution, self._explainer, self._pixel_view
            )
        complete = len(self._maps) + len(self._failed) == len(self._cells)
        if complete or time.monotonic() - self._drawn > REDRAW:
            self._draw()
        if complete and not self._explainer.signed:
            self._offer_other_class()

    def fail(self, names: Sequence[str], sentence: str) -> None:
        """Says in these models' cells why they have no map."""
        for name in names:
            self._failed[name] = sentence
            with self._cells[name].container():
                st.html(self._head(name))
                st.error(sentence)
        self.add([])

    def judge(self, names: Sequence[str], judged: Sequence[MapJudgement]) -> None:
        """Says below these models' maps how far they can be believed."""
        for name, of_map in zip(names, judged, strict=True):
            with self._notes[name].container(gap="xxsmall"):
                key = f"{self._explainer.name}_{name}"
                judgement(of_map, target=self._maps[name].target, key=key)

    @property
    def maps(self) -> list[Attribution]:
        """The maps that there are, as they were made."""
        return list(self._made)

    @property
    def failed(self) -> dict[str, str]:
        """Why a network has no map, by its name."""
        return dict(self._failed)

    def _draw(self) -> None:
        scale = render.limit(self._maps.values())
        for name, attribution in self._maps.items():
            with self._cells[name].container(gap="xxsmall"):
                self._cell(attribution, scale)
        self._drawn = time.monotonic()

    def _offer_other_class(self) -> None:
        """A button below each map that is zero everywhere: the other class may have one."""
        for name, attribution in self._maps.items():
            if attribution.values.any():
                continue
            other = CLASS_NAMES[LIVE + SPOOF - attribution.target]
            self._offers[name].button(
                f"Explain {other} instead",
                on_click=explain_class,
                args=(other,),
                key=f"other_{self._explainer.name}_{name}",
            )

    def _cell(self, attribution: Attribution, scale: float) -> None:
        title, crop = model_title(attribution.model), self._crops[attribution.model]
        st.html(self._head(attribution.model))
        picture = render.picture_of(
            attribution, crop, self._explainer, scale=scale, opacity=self._opacity
        )
        st.image(picture, width="stretch", alt=f"{self._explainer.title} map of {title}")
        st.html(
            scale_bar(scale, signed=self._explainer.signed, target=attribution.target)
            + '<div class="fs-small fs-quality">'
            f"{html.escape(self._explainer.quality_sentence(attribution))} "
            f"{attribution.seconds:.2f} s.</div>"
        )

    def _head(self, name: str) -> str:
        title = html.escape(model_title(name))
        return f'<div class="fs-method">{self._explainer.title} <small>{title}</small></div>'

    def _wait(self, name: str) -> None:
        with self._cells[name].container(gap="xxsmall"):
            st.html(self._head(name) + '<div class="fs-wait">being computed…</div>')


def scale_note(explainers: Sequence[Explainer]) -> str:
    """What can be compared with what: the methods by the unit of their values."""
    titles: dict[str, list[str]] = {}
    for explainer in explainers:
        titles.setdefault(explainer.unit, []).append(explainer.title)
    units = "; ".join(f"{unit} ({', '.join(names)})" for unit, names in titles.items())
    return (
        "Each method has one colour scale, the same for all networks: its numbers compare "
        f"networks, not methods. Units: {units}."
    )


def scale_bar(scale: float, *, signed: bool, target: int) -> str:
    """The row's colour scale with its ends in the method's unit."""
    stops = ", ".join(f"rgb{colour}" for colour in render.scale_colours(signed=signed))
    ends = render.scale_ends(scale, signed=signed, target=target)
    return (
        f'<div class="fs-scale" style="background: linear-gradient(90deg, {stops})"></div>'
        f'<div class="fs-ends"><span>{ends[0]}</span><span>{ends[1]}</span></div>'
    )
