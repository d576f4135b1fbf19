"""How far each map can be believed, below it: small print, and a drawer with its curves."""

from __future__ import annotations

import html
import math

import streamlit as st

from dashboard.views.chart import chart
from fascore.findings.measures import MEASURES
from fascore.judging.curve_figure import curve_figure
from fascore.judging.faithfulness import BLANKS
from fascore.judging.judge import MapJudgement

BASELINE_WORDS = {"blur": "blurred", "mean": "mean-coloured"}
SHORT = {
    "stability_noise": "noise",
    "stability_shift": "shift",
    "seed_agreement": "seed",
}


def judgement(judged: MapJudgement, *, target: int, key: str) -> None:
    """The numbers of one map, and its insertion and deletion curves on request."""
    st.html(
        f'<div class="fs-small">{html.escape(fidelity_words(judged))}<br>'
        f"{html.escape(stability_words(judged))}</div>"
    )
    with st.popover("Curves", icon=":material/show_chart:", key=f"curves_{key}"):
        st.caption(
            f"**{MEASURES['insertion_gain'].title}**: {MEASURES['insertion_gain'].sentence} "
            f"**{MEASURES['deletion_gain'].title}**: {MEASURES['deletion_gain'].sentence}"
        )
        for name in BLANKS:
            chart(
                curve_figure(
                    judged.faithfulness.curves[name], target=target, baseline=BASELINE_WORDS[name]
                ),
                key=f"curve_{name}_{key}",
            )


def fidelity_words(judged: MapJudgement) -> str:
    """Insertion and deletion gain, or why there are none."""
    gains = judged.faithfulness.insertion_gain, judged.faithfulness.deletion_gain
    if not judged.faithfulness.defined:
        return "Fidelity undefined: the map gives no order."
    if any(map(math.isnan, gains)):
        return "Fidelity undefined: the score stays the same whatever is hidden."
    insertion, deletion = (f"{gain:+.2f}".replace("-", "−") for gain in gains)
    return (
        f"Fidelity over chance (0 is chance, more is better): insertion {insertion}, deletion "
        f"{deletion}."
    )


def stability_words(judged: MapJudgement) -> str:
    """Rank correlations with the maps of the picture changed a little."""
    undefined = "none, as the verdict turns" if judged.faithfulness.defined else "undefined"
    parts = [
        f"{word} {undefined if math.isnan(value) else f'{value:.2f}'}"
        for name, word in SHORT.items()
        if (value := judged.stability.get(name)) is not None
    ]
    return f"Stability (1 is unchanged): {', '.join(parts)}."
