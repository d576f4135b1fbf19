"""The attention itself: its gates beside Grad-CAM before and after it, and the verdict without."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.views.style import model_title
from fascore.explain import Attribution, GradCAM, render
from fascore.models import CHANNEL, FEATURE_MAP, LAST_CONV, SPATIAL
from fascore.scores.score_text import score_texts

if TYPE_CHECKING:
    from fascore.judging.gates import Gate

SIDE = 300  # px
ROW = 16  # channels in a row of the picture of a channel gate
NO_GATE = "There is no gate to look at: no layer of this network offers one."
GATE_WORDS = {
    CHANNEL: "Channel gate ({layer}): the weight of each of {n} features, in rows",
    SPATIAL: "Spatial gate ({layer}): the weight of each place",
}


def attention_columns(
    gates: Mapping[str, Sequence[Gate]],
    cams: Mapping[str, Mapping[str, Attribution]],
    crops: Mapping[str, np.ndarray],
    thresholds: Mapping[str, float],
    columns: Mapping[str, DeltaGenerator],
) -> None:
    """A column for each model: Grad-CAM at both layers, then its gates with the verdict without.

    Parameters
    ----------
    gates : mapping of str to sequence of Gate
        By model.
    cams : mapping of str to mapping of str to Attribution
        Grad-CAM by model and layer; where both layers' maps are the same, one is shown.
    crops, thresholds, columns
        By model.
    """
    scale = render.limit(cam for of_model in cams.values() for cam in of_model.values())
    for name, column in columns.items():
        with column:
            st.html(f'<div class="fs-model">{html.escape(model_title(name))}</div>')
            _cams(cams[name], crops[name], scale)
            if not gates[name]:
                st.caption(NO_GATE)
            for gate in gates[name]:
                _gate(gate, crops[name], thresholds[name])


def _cams(cams: Mapping[str, Attribution], crop: np.ndarray, scale: float) -> None:
    """One model's Grad-CAM before and after attention; one map where both are the same."""
    before, after = cams[LAST_CONV], cams[FEATURE_MAP]
    shown = {"before attention (last_conv)": before, "after attention (feature_map)": after}
    if np.allclose(before.values, after.values):
        shown = {"at last_conv and at feature_map: the maps are the same": before}
    for words, cam in shown.items():
        picture = render.overlay(cam, _at_side(crop), GradCAM, scale=scale, opacity=0.6)
        _picture(picture, f"{GradCAM.title} {words}")


def _gate(gate: Gate, crop: np.ndarray, threshold: float) -> None:
    """A gate from its least to its greatest weight, and what it is worth."""
    weights = gate.weights
    grid = _in_rows(weights) if gate.kind == CHANNEL else weights
    low, high = float(weights.min()), float(weights.max())
    spread = (grid - low) / (high - low) if high > low else np.zeros_like(grid)
    colours = render.heatmap(spread, signed=False, scale=1.0)
    size = (SIDE, SIDE // 2) if gate.kind == CHANNEL else (SIDE, SIDE)
    picture = cv2.resize(colours, size, interpolation=cv2.INTER_NEAREST)
    if gate.kind != CHANNEL:
        picture = np.rint(0.4 * _at_side(crop) + 0.6 * picture).astype(np.uint8)
    _picture(
        picture,
        f"{GATE_WORDS[gate.kind].format(n=len(weights), layer=gate.layer)}; "
        f"dark {low:.2f}, bright {high:.2f}",
    )
    with_gate, without, limit = score_texts(gate.score, gate.score_off, threshold=threshold)
    turns = "<b>the verdict turns</b>" if gate.turns_verdict(threshold) else "the verdict stays"
    st.html(
        '<div class="fs-small">With the gate switched off (its mean everywhere) P(spoof) is '
        f"<b>{without}</b> instead of {with_gate}: {turns} (threshold {limit}).</div>"
    )


def _in_rows(weights: np.ndarray) -> np.ndarray:
    """Weights in rows of ROW; what is left of the last row is filled with the least weight."""
    rows = -(-len(weights) // ROW)
    padded = np.full(rows * ROW, weights.min(), weights.dtype)
    padded[: len(weights)] = weights
    return padded.reshape(rows, ROW)


def _at_side(crop: np.ndarray) -> np.ndarray:
    return cv2.resize(np.ascontiguousarray(crop), (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def _picture(pixels: np.ndarray, caption: str) -> None:
    st.image(pixels, caption=caption, width="stretch", alt=caption)
