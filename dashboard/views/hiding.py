"""What if regions were hidden? A slider, and what each network then says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from dashboard.views.grid import place_columns
from dashboard.views.style import WORDS, model_title
from fascore.judging.hiding import DRAWS, MOST, Hiding
from fascore.scores.score_text import score_against


@st.fragment
def hiding_panel(methods: Mapping[str, Callable[[], dict[str, Hiding]]]) -> None:
    """Hides the regions that speak most for each verdict, as many as the slider says.

    Parameters
    ----------
    methods : mapping of str to function
        By a method's title, what makes its `Hiding` by network; called once it is asked for.
    """
    if not methods:
        return
    if not st.toggle(
        "What if regions were hidden?",
        key="hide",
        persist_state="session",
        help="Hides what the map says speaks most for each verdict. If the map is right, few "
        "regions turn the verdict, and fewer than random ones.",
    ):
        return
    method = st.segmented_control(
        "By the map of", list(methods), default=next(iter(methods)), required=True, key="hide_by"
    )
    count = st.slider(
        "Regions hidden",
        0,
        MOST,
        0,
        key="hide_count",
        help="Superpixels of LIME, cells of an 8 × 8 grid of SHAP. What is hidden is blurred.",
    )
    hidings = methods[method]()
    for name, column in place_columns(list(hidings)).items():
        with column:
            _cell(name, hidings[name], min(count, len(hidings[name].scores) - 1))


def _cell(name: str, hiding: Hiding, count: int) -> None:
    score = float(hiding.scores[count])
    word, _, icon = WORDS[int(score >= hiding.threshold)]
    st.image(
        np.kron(hiding.pictures[count], np.ones((4, 4, 1), np.uint8)),
        alt=f"What {model_title(name)} sees with {count} regions hidden",
        output_format="PNG",
        width="stretch",
    )
    at = hiding.turns_at
    turns = (
        f"Hiding up to {len(hiding.scores) - 1} regions does not turn the verdict."
        if at is None
        else f"Hiding **{at}** {'region' if at == 1 else 'regions'} turns the verdict; as many at "
        f"random turn it in {hiding.random_turned(at)} of {DRAWS} draws."
    )
    low, high = hiding.random[:, count].min(), hiding.random[:, count].max()
    st.markdown(
        f"**{model_title(name)}**: {icon} {word}, P(spoof) "
        f"{score_against(score, hiding.threshold)}. At random: {low:.3f} to {high:.3f}.  \n{turns}"
    )
