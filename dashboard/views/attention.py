"""The attention itself: its gates beside Grad-CAM before and after it, and the verdict without."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.views.style import model_title
from fascore.explain import Attribution, render
from fascore.judging.gates import CHANNEL, Gate
from fascore.models import FEATURE_MAP, LAST_CONV
from fascore.scores.score_text import score_texts

SIDE = 300  # px
STRIP = (16, 8)  # the 128 channels as a picture: columns, rows
LAYER_WORDS = {LAST_CONV: "before attention", FEATURE_MAP: "after attention"}
GATE_WORDS = {
    "channel": "Channel gate: the weight of each of {n} features, in rows",
    "spatial": "Spatial gate: the weight of each place",
}


def attention_columns(
    gates: Mapping[str, Sequence[Gate]],
    cams: Mapping[str, Mapping[str, Attribution]],
    crops: Mapping[str, np.ndarray],
    thresholds: Mapping[str, float],
    columns: Mapping[str, DeltaGenerator],
) -> None:
    """One column a model: Grad-CAM at each layer, then its gates with the verdict without each.

    Parameters
    ----------
    gates : mapping of str to sequence of Gate
        By model.
    cams : mapping of str to mapping of str to Attribution
        Grad-CAM by model and layer.
    crops, thresholds, columns
        By model.
    """
    scale = render.limit(each for of_model in cams.values() for each in of_model.values())
    for name, column in columns.items():
        with column:
            st.html(f'<div class="fs-model">{html.escape(model_title(name))}</div>')
            for layer, cam in cams[name].items():
                _picture(
                    render.overlay(
                        cam, _at_side(crops[name]), signed=False, scale=scale, opacity=0.6
                    ),
                    f"Grad-CAM {LAYER_WORDS.get(layer, layer)} ({layer})",
                )
            if not gates[name]:
                st.caption("No attention: there is no gate, and both layers are one.")
            for gate in gates[name]:
                _gate(gate, crops[name], thresholds[name])


def _gate(gate: Gate, crop: np.ndarray, threshold: float) -> None:
    """A gate from its least to its greatest weight, and what it is worth."""
    weights = gate.weights
    grid = weights.reshape(STRIP[::-1]) if gate.kind == CHANNEL else weights
    low, high = float(weights.min()), float(weights.max())
    spread = (grid - low) / (high - low) if high > low else np.zeros_like(grid)
    colours = render.heatmap(spread, signed=False, scale=1.0)
    size = (SIDE, SIDE // 2) if gate.kind == CHANNEL else (SIDE, SIDE)
    picture = cv2.resize(colours, size, interpolation=cv2.INTER_NEAREST)
    if gate.kind != CHANNEL:
        picture = np.rint(0.4 * _at_side(crop) + 0.6 * picture).astype(np.uint8)
    _picture(
        picture,
        f"{GATE_WORDS[gate.kind].format(n=len(weights))}; dark {low:.2f}, bright {high:.2f}",
    )
    with_gate, _ = score_texts(gate.score, threshold)
    without, _ = score_texts(gate.score_off, threshold)
    turns = "<b>the verdict turns</b>" if gate.turns_verdict(threshold) else "the verdict stays"
    change = f"{gate.score_off - gate.score:+.3f}".replace("-", "−")
    st.html(
        '<div class="fs-small">With the gate switched off (its mean everywhere) P(spoof) is '
        f"<b>{without}</b> instead of {with_gate} ({change}): "
        f"{turns}.</div>"
    )


def _at_side(crop: np.ndarray) -> np.ndarray:
    return cv2.resize(np.ascontiguousarray(crop), (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def _picture(pixels: np.ndarray, caption: str) -> None:
    st.image(pixels, caption=caption, width="stretch", alt=caption)
