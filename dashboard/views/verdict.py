"""One model's verdict on a face."""

from __future__ import annotations

import html

import streamlit as st

from dashboard.views.style import WORDS, model_title
from fascore.labels import CLASS_NAMES
from fascore.store import Card


def verdict(card: Card, *, label: int, spoof_score: float) -> None:
    """The verdict in words and colour, P(spoof) as a bar, and the threshold marked on it."""
    word, meaning, icon = WORDS[label]
    threshold = card.threshold_value
    st.html(
        f'<div class="fs-verdict fs-{CLASS_NAMES[label]}">'
        f'<div class="fs-model">{html.escape(model_title(card.model))}</div>'
        f'<div class="fs-word">{icon} {word} <small>{meaning}</small></div>'
        f'<div class="fs-bar"><div class="fs-fill" style="width:{spoof_score:.1%}"></div>'
        f'<div class="fs-mark" style="left:{threshold:.1%}"></div></div>'
        f"<div>P(spoof) <b>{spoof_score:.3f}</b></div>"
        f'<div class="fs-small">Threshold {threshold:.3f} '
        f"({html.escape(threshold_rule(card))})</div></div>"
    )


def threshold_rule(card: Card) -> str:
    """How a model's threshold was chosen."""
    if not card.threshold:
        return "default, not evaluated yet"
    return f"{card.threshold['rule']}, chosen on {card.threshold['split']}"


def column_error(name: str, sentence: str) -> None:
    """A model that cannot be used: its title and why."""
    st.html(f'<div class="fs-model">{html.escape(model_title(name))}</div>')
    st.error(sentence)
