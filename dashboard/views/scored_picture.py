"""The picture that was scored, beside the pointer at a point of the strip of scores.

This draws nothing but that picture: choosing one by keyboard, and what the networks say of it, is
in `firmness`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import streamlit as st

from fascore.face_drawing import jpeg_uri

CSS = """
.card { position: fixed; z-index: 1000; width: 160px; pointer-events: none; background: #fff;
  color: #17202A; font-size: .75rem; line-height: 1.3; overflow: hidden;
  border: 2px solid #fff; border-radius: 4px; box-shadow: 0 0 0 1px #17202A, 0 2px 8px #17202A80; }
.card[hidden] { display: none; }
.picture { height: 160px; background-repeat: no-repeat; background-size: 160px auto;
  image-rendering: pixelated; }
.words { margin: .2rem .3rem; }
"""
_component = st.components.v2.component(
    "fascore_scored_picture",
    html='<div class="card" hidden aria-hidden="true"><div class="picture"></div>'
    '<p class="words"></p></div>',
    css=CSS,
    js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def scored_pictures(seen: Mapping[str, np.ndarray], *, strip: str, picked: str) -> None:
    """Shows at each point of the strip of scores the picture that was scored there.

    Parameters
    ----------
    seen : mapping of str to uint8 array of shape (1 + n, size, size, 3)
        What each network sees of the picture as it is and in each trial.
    strip : str
        Key of the container with the strip (`fascore.firmness.strip`).
    picked : str
        Where the session holds the number of the trial that was clicked last.
    """
    rows = {id(pixels): _below_each_other(pixels) for pixels in seen.values()}
    # each once: most networks see the same pixels
    row_of = {name: list(rows).index(id(pixels)) for name, pixels in seen.items()}
    key = f"{strip}_pictures"

    def take() -> None:
        st.session_state[picked] = st.session_state[key].picked

    data = {"strip": strip, "pictures": list(rows.values()), "picturesOf": row_of}
    _component(key=key, data=data, height=1, on_picked_change=take)


def _below_each_other(pictures: np.ndarray) -> str:
    """All pictures in one, as a data URI."""
    return jpeg_uri(pictures.reshape(-1, *pictures.shape[2:]))
