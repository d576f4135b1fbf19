"""How firm each verdict is: a line for each network, the strip of scores, the pictures scored."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.views.chart import save_chart
from dashboard.views.scored_picture import scored_pictures
from dashboard.views.style import WORDS, model_title
from dashboard.views.svg import draw_svg
from fascore.firmness.strip import strip_height, strip_svg
from fascore.firmness.trials import Firmness
from fascore.firmness.words import firmness_words
from fascore.scores.score_text import score_against

STRIP, PICKED = "firmness", "firmness_trial"
HELP = (
    "The picture is changed in ways that should not matter, one at a time, and each network judges "
    "it again. A verdict that many of these changes turn is not firm, whatever its score is. "
    "Points are scores (▲ SPOOF, ● LIVE); large yellow ones are turned verdicts. The dashed line "
    "is the network's threshold, the dotted one the score of the picture as it is. The axis is "
    "P(spoof) on a logit scale, which spreads what is near 0 and near 1."
)


@dataclass(frozen=True)
class FirmnessPlaces:
    """Where it is said how firm verdicts are: in words, as a strip of scores, and all the rest."""

    lines: DeltaGenerator
    strip: DeltaGenerator
    below: DeltaGenerator
    beside: DeltaGenerator


def firmness_places(names: Sequence[str]) -> FirmnessPlaces:
    """Draws where it will be said how firm each network's verdict is.

    The places are as high as they will be, so that nothing below them moves.
    """
    st.subheader("How firm is it?", help=HELP)
    lines = st.empty()
    lines.html(_list(dict.fromkeys(names, "…"), kind="fs-firm-wait"))
    with st.container(key="firmness_panel"):
        left, right = st.columns([3, 1], gap="large")
    with left:
        strip, below = st.container(key=STRIP).empty(), st.container()
    strip.html('<div class="fs-wait">being tried…</div>')
    return FirmnessPlaces(lines, strip, below, right)


def show_firmness(firmness: Mapping[str, Firmness], places: FirmnessPlaces) -> None:
    """Says how firm each network's verdict is, and draws the strip of scores."""
    words = {name: firmness_words(of) for name, of in firmness.items()}
    places.lines.html(_list(words, kind="fs-firm"))
    with places.strip:
        draw_svg(strip_svg(firmness, dark=st.context.theme.type == "dark"), key=f"{STRIP}_strip")


def _list(words: Mapping[str, str], *, kind: str) -> str:
    """Words about each network, below each other, and how high the strip below is."""
    lines = "".join(
        f"<li><b>{html.escape(model_title(name))}</b>: {html.escape(about)}</li>"
        for name, about in words.items()
    )
    style = f"<style>:root {{ --fs-strip: {strip_height(len(words))}px; }}</style>"
    return f'{style}<ul class="{kind}">{lines}</ul>'


def firmness_pictures(
    firmness: Mapping[str, Firmness],
    seen: Mapping[str, np.ndarray],
    places: FirmnessPlaces,
    *,
    picture: str,
) -> None:
    """Draws the picture scored beside the strip of scores, and what saves the strip.

    Parameters
    ----------
    firmness : mapping of str to Firmness
        By network.
    seen : mapping of str to uint8 array of shape (1 + n, size, size, 3)
        What each network sees of the picture as it is and in each trial.
    picture : str
        What the picture is called where the strip is saved.
    """
    with places.below:
        save_chart(STRIP, title=f"How firm is each verdict? {picture}")
    with places.beside:
        _scored_picture(firmness, seen)


@st.fragment
def _scored_picture(firmness: Mapping[str, Firmness], seen: Mapping[str, np.ndarray]) -> None:
    """The picture that one change makes, with the networks' scores of it."""
    scored_pictures(seen, strip=STRIP, picked=PICKED)
    first = next(iter(firmness.values()))
    picked = st.selectbox(
        "The picture scored",
        range(len(first.trials)),
        format_func=lambda number: first.trials[number].words,
        key=PICKED,
        help="Choose a change here, or click its point in the strip. At the pointer each point "
        "shows its picture.",
    )
    pictures = {id(images): (name, images) for name, images in seen.items()}
    for name, images in pictures.values():
        alone = len(pictures) == 1
        st.image(
            np.kron(images[1 + picked], np.ones((4, 4, 1), np.uint8)),
            caption=None if alone else f"for {model_title(name)}",
            alt=f"What the networks see: {first.trials[picked].words}",
            output_format="PNG",
            width=220,
        )
    lines = [_score_line(name, of, picked) for name, of in firmness.items()]
    st.html(f'<div class="fs-small">{"<br>".join(lines)}</div>')


def _score_line(name: str, of: Firmness, number: int) -> str:
    score = float(of.scores[number])
    word, _, icon = WORDS[int(score >= of.threshold)]
    turned = " <b>turned</b>" if of.turned[number] else ""
    return (
        f"{html.escape(model_title(name))}: {icon} {word}, "
        f"{html.escape(score_against(score, of.threshold))}{turned}"
    )
