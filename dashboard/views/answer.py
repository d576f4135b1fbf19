"""The answer first: four verdicts in a line, and in words why networks differ."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.views.style import WORDS, model_title
from fascore.firmness.trials import Firmness
from fascore.firmness.words import least_firm_words
from fascore.judging.answer import PartSums, why_words
from fascore.labels import CLASS_NAMES, LIVE, SPOOF
from fascore.scores.score_text import score_against
from fascore.scores.verdicts import verdict_sentence

LOGITS = (
    '<abbr title="What a score is before it is made a probability: one more makes the odds '
    '2.7 times as large.">logits</abbr>'
)


class Answer:
    """What is known of the answer so far, drawn anew whenever there is more.

    Parameters
    ----------
    place : DeltaGenerator
        Where it goes.
    scores, thresholds : mapping of str to float
        By network.
    truth : {0, 1} or None
        The face's label, where it is known.
    """

    def __init__(
        self,
        place: DeltaGenerator,
        scores: Mapping[str, float],
        thresholds: Mapping[str, float],
        *,
        truth: int | None,
    ) -> None:
        self._place = place.empty()
        self._scores, self._thresholds = scores, thresholds
        self._spoof = {name: score >= thresholds[name] for name, score in scores.items()}
        self._said = [verdict_sentence(self._spoof, truth=truth, title=model_title)]
        self._draw(waiting=True)

    def add_firmness(self, firmness: Mapping[str, Firmness]) -> None:
        """Says which verdict is the least firm."""
        self._said.append(least_firm_words(firmness, title=model_title))
        self._draw(waiting=True)

    def add_maps(self, read: Sequence[PartSums]) -> None:
        """Says why the networks differ, as far as their maps tell."""
        self._said[1:1] = why_words(self._spoof, read, title=model_title)
        self._draw(waiting=False)

    @property
    def sentences(self) -> list[str]:
        """What is said so far, the verdicts first."""
        return list(self._said)

    def _draw(self, *, waiting: bool) -> None:
        differ = len(set(self._spoof.values())) > 1
        wait = " Why they differ follows from the maps…" if waiting and differ else ""
        first, *rest = self._said
        chips = "".join(map(self._chip, self._scores))
        told = html.escape(" ".join(rest)).replace("logits", LOGITS)
        self._place.html(
            f'<div class="fs-chips">{chips}</div><p class="fs-sentence" role="status">'
            f"<b>{html.escape(first)}</b> {told}{wait}</p>"
        )

    def _chip(self, name: str) -> str:
        label = SPOOF if self._spoof[name] else LIVE
        word, meaning, icon = WORDS[label]
        shown = html.escape(score_against(self._scores[name], self._thresholds[name]))
        return (
            f'<div class="fs-chip fs-{CLASS_NAMES[label]}" title="{meaning}: P(spoof) {shown}">'
            f'<div class="fs-word">{icon} {word}</div>{html.escape(model_title(name))}</div>'
        )


def answer(
    place: DeltaGenerator,
    scores: Mapping[str, float],
    thresholds: Mapping[str, float],
    *,
    truth: int | None,
) -> Answer | None:
    """The answer as far as verdicts tell; None where there are none."""
    if not scores:
        return None
    with place, st.container(key="answer"):
        return Answer(st.container(), scores, thresholds, truth=truth)
