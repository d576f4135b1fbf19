"""The picture that was scored, beside the pointer at a point of the strip of scores.

Plotly's own labels hold words alone. This draws nothing but that picture: choosing one by keyboard,
and what the networks say of it, is in `firmness`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import streamlit as st

from fascore.face_drawing import jpeg_uri

CSS = """
.card { position: fixed; z-index: 1000; width: 160px; height: 160px; pointer-events: none;
  background-repeat: no-repeat; background-size: 160px auto; image-rendering: pixelated;
  border: 2px solid #fff; border-radius: 4px; box-shadow: 0 0 0 1px #17202A, 0 2px 8px #17202A80; }
.card[hidden] { display: none; }
"""
_component = st.components.v2.component(
    "fascore_scored_picture",
    html='<div class="card" hidden aria-hidden="true"></div>',
    css=CSS,
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def scored_pictures(seen: Mapping[str, np.ndarray], *, chart: str) -> None:
    """Shows at each point of a chart the picture that was scored there.

    Parameters
    ----------
    seen : mapping of str to uint8 array of shape (1 + n, size, size, 3)
        What each network sees of the picture as it is and in each trial. The `meta` of a trace of
        the chart names the network, the first of a point's `customdata` the trial.
    chart : str
        The chart's key.
    """
    strips = {id(pixels): _below_each_other(pixels) for pixels in seen.values()}
    # each once: most networks see the same pixels
    strip_of = {name: list(strips).index(id(pixels)) for name, pixels in seen.items()}
    data = {"chart": chart, "strips": list(strips.values()), "stripOf": strip_of}
    _component(key=f"{chart}_pictures", data=data, height=1)


def _below_each_other(pictures: np.ndarray) -> str:
    """All pictures in one, as a data URI."""
    return jpeg_uri(pictures.reshape(-1, *pictures.shape[2:]))
