"""One method's maps, a cell for each model, on one colour scale."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.views.judgement import judgement
from dashboard.views.settings import Drawing, explain_class
from dashboard.views.style import model_title
from fascore.explain import Attribution, Explainer, render
from fascore.judging.judge import MapJudgement
from fascore.labels import CLASS_NAMES, LIVE, SPOOF

REDRAW = 0.25  # s; a row is not drawn again sooner, unless it is complete


class MapRow:
    """A row of the grid: it is drawn again as maps arrive, for their scale is a common one.

    It has no cells until it is given some (`place`), and may be given others later.

    Parameters
    ----------
    explainer : Explainer
    crops : mapping of str to uint8 array of shape (S, S, 3)
        The crop each model's map lies on, by model name.
    drawing : Drawing
        How the maps are drawn; what it says when they are.
    """

    def __init__(
        self, explainer: Explainer, crops: Mapping[str, np.ndarray], drawing: Drawing
    ) -> None:
        self._explainer = explainer
        self._crops = crops
        self._drawing = drawing
        self._columns: dict[str, DeltaGenerator] = {}
        self._cells: dict[str, DeltaGenerator] = {}
        self._below: dict[tuple[str, str], DeltaGenerator] = {}
        self._maps: dict[str, Attribution] = {}
        self._failed: dict[str, str] = {}
        self._judged: dict[str, MapJudgement] = {}
        self._drawn = 0.0

    def place(self, columns: Mapping[str, DeltaGenerator]) -> None:
        """Takes cells in these columns, by model, and draws in them what there is."""
        self._columns, self._below = dict(columns), {}
        for name, column in columns.items():
            self._cells[name] = column.empty()
            if name not in self._maps:
                self._wait(name)
        self._drawn = time.monotonic()
        if self._maps:
            self._draw()
        for name, sentence in self._failed.items():
            self._say_failed(name, sentence)
        for name, of_map in self._judged.items():
            self._judgement(name, of_map)

    def add(self, maps: Sequence[Attribution]) -> None:
        """Takes maps that arrived, and draws the row if it is time to."""
        self._maps |= {attribution.model: attribution for attribution in maps}
        if self._is_complete or time.monotonic() - self._drawn > REDRAW:
            self._draw()

    def fail(self, names: Sequence[str], sentence: str) -> None:
        """Says in these models' cells why they have no map."""
        for name in names:
            self._failed[name] = sentence
            self._say_failed(name, sentence)
        self.add([])

    def judge(self, names: Sequence[str], judged: Sequence[MapJudgement]) -> None:
        """Says below these models' maps how far they can be believed."""
        for name, of_map in zip(names, judged, strict=True):
            self._judged[name] = of_map
            self._judgement(name, of_map)

    @property
    def maps(self) -> list[Attribution]:
        """The maps that there are, as they were made."""
        return list(self._maps.values())

    @property
    def failed(self) -> dict[str, str]:
        """Why a network has no map, by its name."""
        return dict(self._failed)

    @property
    def _is_complete(self) -> bool:
        return len(self._maps) + len(self._failed) == len(self._cells)

    def _draw(self) -> None:
        shown = [
            render.shown_map(attribution, self._explainer, self._drawing.pixel_view)
            for attribution in self._maps.values()
        ]
        scale = render.limit(shown)
        for attribution in shown:
            with self._cells[attribution.model].container(gap="xxsmall"):
                self._cell(attribution, scale)
        self._drawn = time.monotonic()
        if self._is_complete and not self._explainer.signed:
            self._offer_other_class()

    def _judgement(self, name: str, of_map: MapJudgement) -> None:
        with self._place_below(name, "judgement").container(gap="xxsmall"):
            key = f"{self._explainer.name}_{name}"
            judgement(of_map, target=self._maps[name].target, key=key)

    def _place_below(self, name: str, what: str) -> DeltaGenerator:
        """A place below a network's cell; only there if it is asked for, for each costs time."""
        if (name, what) not in self._below:
            self._below[name, what] = self._columns[name].empty()
        return self._below[name, what]

    def _say_failed(self, name: str, sentence: str) -> None:
        with self._cells[name].container():
            st.html(self._head(name))
            st.error(sentence)

    def _offer_other_class(self) -> None:
        """A button below each map that is zero everywhere: the other class may have one."""
        for name, attribution in self._maps.items():
            if attribution.values.any():
                continue
            other = CLASS_NAMES[LIVE + SPOOF - attribution.target]
            asked = self._place_below(name, "offer").button(
                f"Explain {other} instead",
                on_click=explain_class,
                args=(other,),
                key=f"other_{self._explainer.name}_{name}",
            )
            if asked:
                st.rerun()  # all of the page: the button may be of the fragment that draws the maps

    def _cell(self, attribution: Attribution, scale: float) -> None:
        title, crop = model_title(attribution.model), self._crops[attribution.model]
        st.html(self._head(attribution.model))
        picture = render.picture_of(
            attribution, crop, self._explainer, scale=scale, opacity=self._drawing.opacity
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
