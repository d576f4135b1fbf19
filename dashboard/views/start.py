"""What the Start page draws: the networks, one face's verdicts, claims and conclusions."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard import cache
from dashboard.cache import ModelKey
from dashboard.views.findings import ANSWERS
from dashboard.views.style import model_title
from dashboard.views.threshold import chosen_threshold
from dashboard.views.verdict import column_error, verdict
from fascore.data.samples import Sample
from fascore.errors import FascoreError
from fascore.findings.claims import Claim
from fascore.findings.conclusions import Conclusion
from fascore.labels import species_note, spoof_type_name
from fascore.scores.verdicts import verdict_sentence
from fascore.store import Card

PICTURE = 192  # px
SHORT_ANSWERS = {str(answer): words for answer, words in ANSWERS.items()} | {"in part": "~ in part"}


def networks_figure(keys: Sequence[ModelKey]) -> None:
    """The networks drawn from their real layers, and what to read off the drawing."""
    # st.html would take the SVG out
    st.markdown(cache.networks_drawing(tuple(keys)), unsafe_allow_html=True)
    st.caption(
        "Above, what all share: each box is a map of the face, height × width × features; below "
        "it the weights that were learnt, and the multiply-adds that one face costs. Then what "
        "each network does with the last map. A gate multiplies it by factors between 0 and 1 that "
        "it computes from the map itself: the *channel* gate one for each feature (what matters), "
        "the *spatial* gate one for each place (where)."
    )


def face_and_verdicts(
    sample: Sample, root: str, cards: Mapping[str, Card], keys: Mapping[str, ModelKey]
) -> None:
    """A test face with its truth, what each network says of it, and that in one sentence.

    `root` is where the sample's data set is.
    """
    first = next(iter(cards.values()))
    left, right = st.columns([1, 4], gap="large")
    kind = spoof_type_name(sample.spoof_type)
    with left:
        st.image(
            cache.sample_face(root, sample, PICTURE, first.crop_expansion),
            caption=f"The truth: {kind}{species_note(sample.spoof_type)}",
            alt=f"A test face, {kind}",
            width=PICTURE,
        )
    said = {}
    with right, st.container(key="start_verdicts"):
        for (name, key), column in zip(keys.items(), st.columns(len(keys)), strict=True):
            with column:
                if (answer := _verdict(key, cards[name], root, sample)) is not None:
                    said[name] = answer
    if said:
        right.markdown(f"**{verdict_sentence(said, truth=sample.label, title=model_title)}**")


def _verdict(key: ModelKey, card: Card, root: str, sample: Sample) -> bool | None:
    """Draws a network's verdict; whether it is spoof, None where there is none."""
    face = cache.sample_face(root, sample, card.size, card.crop_expansion)
    try:
        score, threshold = cache.spoof_score(key, face), chosen_threshold(key)
    except FascoreError as err:
        column_error(key.name, str(err))
        return None
    verdict(key.name, spoof_score=score, threshold=threshold)
    return score >= threshold.value


def claims_list(claims: Mapping[str, Claim]) -> None:
    """The paper's claims, each with its answer."""
    for claim in claims.values():
        _answered(claim.question.claim, claim.answer, "")


def conclusions(answers: Sequence[Conclusion]) -> None:
    """Questions with their answers and reasons."""
    for conclusion in answers:
        _answered(conclusion.question, conclusion.answer, conclusion.sentence)


def _answered(question: str, answer: str, why: str) -> None:
    reason = f"<div>{html.escape(why)}</div>" if why else ""
    st.html(
        f'<div class="fs-answered"><div class="fs-answer fs-{answer.replace(" ", "-")}">'
        f"{SHORT_ANSWERS[answer]}</div><div><b>{html.escape(question)}</b>{reason}</div></div>"
    )
