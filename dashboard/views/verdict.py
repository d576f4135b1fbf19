"""One model's verdict on a face."""

from __future__ import annotations

import html

import streamlit as st

from dashboard.views.style import WORDS, model_title
from fascore.labels import CLASS_NAMES, LIVE, SPOOF
from fascore.scores.score_text import bar_places, saturates, score_texts
from fascore.scores.temperature import calibrated
from fascore.scores.thresholds import Threshold

CALIBRATED = (
    "The share of attacks among validation images with such a score, by one temperature a network; "
    "the threshold is on P(spoof) itself, and no verdict depends on this"
)


def verdict(
    name: str, *, spoof_score: float, threshold: Threshold, temperature: float | None = None
) -> None:
    """The verdict in words and colour, P(spoof) as a bar, and the threshold marked on it.

    With a temperature, also the calibrated P(spoof).
    """
    label = SPOOF if spoof_score >= threshold.value else LIVE
    word, meaning, icon = WORDS[label]
    score_text, threshold_text = score_texts(spoof_score, threshold=threshold.value)
    fill, mark = bar_places(spoof_score, threshold.value)
    scale = " Bar in log-odds." if saturates(threshold.value) else ""
    st.html(
        f'<div class="fs-verdict fs-{CLASS_NAMES[label]}">'
        f'<div class="fs-model">{html.escape(model_title(name))}</div>'
        f'<div class="fs-word">{icon} {word} <small>{meaning}</small></div>'
        f'<div class="fs-bar"><div class="fs-fill" style="width:{fill:.1%}"></div>'
        f'<div class="fs-mark" style="left:{mark:.1%}"></div></div>'
        f"<div>P(spoof) <b>{score_text}</b>{_calibrated(spoof_score, temperature)}</div>"
        f'<div class="fs-small">Threshold {threshold_text} '
        f"({html.escape(threshold.origin)}).{scale}</div></div>"
    )


def _calibrated(score: float, temperature: float | None) -> str:
    if temperature is None:
        return ""
    share = float(calibrated(score, temperature))
    return f' <span class="fs-small" title="{CALIBRATED}">calibrated {share:.2f}</span>'


def column_error(name: str, sentence: str) -> None:
    """A model that cannot be used: its title and why."""
    st.html(f'<div class="fs-model">{html.escape(model_title(name))}</div>')
    st.error(sentence)
