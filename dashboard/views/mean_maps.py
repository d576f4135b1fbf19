"""One method's mean maps: a row for each species, a column for each model, one colour scale."""

from __future__ import annotations

import base64
import html

import numpy as np
import streamlit as st

from dashboard.views.style import model_title
from fascore.explain import render
from fascore.findings.mean_maps import mean_map_png, shared_limit
from fascore.findings.results import MeanMap, Results
from fascore.labels import SPECIES_TITLES


def mean_maps(results: Results, method: str) -> None:
    """Draws one method's mean maps with their scale."""
    maps = {(m, s): mean_map for (m, k, s), mean_map in results.maps.items() if k == method}
    if not maps:
        st.info("There are no mean maps of this method.")
        return
    scale = shared_limit(maps.values())
    # as measured, for the method may not be registered (any more)
    signed = any((mean_map.values < 0).any() for mean_map in maps.values())
    species = [name for name in SPECIES_TITLES if any(s == name for _, s in maps)]
    head = "".join(f'<th scope="col">{html.escape(model_title(m))}</th>' for m in results.models)
    rows = "".join(
        f'<tr><th scope="row">{html.escape(SPECIES_TITLES[name])}</th>'
        + "".join(
            f"<td>{_cell(maps.get((m, name)), m, name, signed=signed, scale=scale)}</td>"
            for m in results.models
        )
        + "</tr>"
        for name in species
    )
    st.html(
        '<div class="fs-mean-maps" tabindex="0" role="region" aria-label="Mean maps">'
        f"<table><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{_scale_bar(scale, signed=signed)}"
    )


def _cell(mean_map: MeanMap | None, model: str, species: str, *, signed: bool, scale: float) -> str:
    if mean_map is None:
        return "no image"
    data = base64.b64encode(mean_map_png(mean_map, signed=signed, scale=scale)).decode()
    words = html.escape(f"mean map of {model_title(model)}, {SPECIES_TITLES[species]}", quote=True)
    return (
        f'<img src="data:image/png;base64,{data}" alt="{words}">'
        f'<div class="fs-small">{mean_map.num_images:,} images</div>'
    )


def _scale_bar(scale: float, *, signed: bool) -> str:
    """The colour scale; its ends are shares of a map's whole weight, by pixel."""
    places = np.linspace(-1 if signed else 0, 1, 9)[None]
    colours = render.heatmap(places, signed=signed, scale=1.0)[0]
    stops = ", ".join(f"rgb({r}, {g}, {b})" for r, g, b in colours)
    top = f"≥ {scale:.2%} of the map's weight in one pixel"
    ends = (f"against: ≤ −{scale:.2%}", f"for: {top}") if signed else ("0", top)
    return (
        f'<div class="fs-mean-scale"><div class="fs-scale" '
        f'style="background: linear-gradient(90deg, {stops})"></div>'
        f'<div class="fs-ends"><span>{ends[0]}</span><span>{ends[1]}</span></div></div>'
    )
