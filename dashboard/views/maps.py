"""One method's maps, a cell for each model, on one colour scale."""

from __future__ import annotations

import html
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.views.judgement import judgement
from dashboard.views.settings import explain_class
from dashboard.views.style import model_title
from fascore.explain import Attribution, Explainer, render
from fascore.explain.attribution import PIXELS
from fascore.explain.units import on_grid
from fascore.judging.judge import MapJudgement
from fascore.labels import CLASS_NAMES, LIVE, SPOOF

MAP_SIDE = 420  # px; a map's side as it is sent to the page
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
        self._failed: set[str] = set()
        self._drawn = time.monotonic()
        for name in self._cells:
            self._wait(name)

    def add(self, maps: Sequence[Attribution]) -> None:
        """Takes maps that arrived, and draws the row if it is time to."""
        for attribution in maps:
            self._made.append(attribution)
            self._maps[attribution.model] = self._as_shown(attribution)
        complete = len(self._maps) + len(self._failed) == len(self._cells)
        if complete or time.monotonic() - self._drawn > REDRAW:
            self._draw()
        if complete and not self._explainer.signed:
            self._offer_other_class()

    def fail(self, names: Sequence[str], sentence: str) -> None:
        """Says in these models' cells why they have no map."""
        for name in names:
            self._failed.add(name)
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

    def _as_shown(self, attribution: Attribution) -> Attribution:
        """The map, its pixels summed on the paper's grid if that is asked for."""
        if self._explainer.kind != PIXELS or self._pixel_view == "pixels":
            return attribution
        return replace(attribution, values=on_grid(attribution.values))

    @property
    def maps(self) -> list[Attribution]:
        """The maps that there are, as they were made."""
        return list(self._made)

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
        title = model_title(attribution.model)
        st.html(self._head(attribution.model))
        crop = _at_size(self._crops[attribution.model], MAP_SIDE)
        empty = not attribution.values.any()
        picture = (
            crop
            if empty
            else render.overlay(
                attribution, crop, self._explainer, scale=scale, opacity=self._opacity
            )
        )
        st.image(picture, width="stretch", alt=f"{self._explainer.title} map of {title}")
        st.html(
            _scale_bar(scale, signed=self._explainer.signed, target=attribution.target)
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


def _scale_bar(scale: float, *, signed: bool, target: int) -> str:
    """The row's colour scale with its ends in the method's unit."""
    places = np.linspace(-1 if signed else 0, 1, 9)[None]
    colours = render.heatmap(places, signed=signed, scale=1.0)[0]
    stops = ", ".join(f"rgb({r}, {g}, {b})" for r, g, b in colours)
    name = CLASS_NAMES[target]
    ends = (
        (f"≤ −{scale:.2g} against {name}", f"for {name} ≥ +{scale:.2g}")
        if signed
        else ("0", f"for {name} ≥ {scale:.2g}")
    )
    return (
        f'<div class="fs-scale" style="background: linear-gradient(90deg, {stops})"></div>'
        f'<div class="fs-ends"><span>{ends[0]}</span><span>{ends[1]}</span></div>'
    )


def _at_size(crop: np.ndarray, side: int) -> np.ndarray:
    """The crop at the size the page shows it, so that a map's edges stay sharp on a small face."""
    how = cv2.INTER_AREA if len(crop) > side else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(crop), (side, side), interpolation=how)
