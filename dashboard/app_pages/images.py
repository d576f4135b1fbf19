"""The faces behind the numbers: by verdict, or those the networks disagree on."""

from __future__ import annotations

import streamlit as st

from dashboard import cache, state, views
from fascore.labels import SPECIES_TITLES, SPOOF
from fascore.models import VARIANTS
from fascore.scores.comparison import Comparison
from fascore.scores.verdicts import Verdicts, verdicts

BY_VERDICT, DISAGREEMENTS = "By verdict", "Disagreements"


def page() -> None:
    store, cards, errors = views.store_page("Faces behind the numbers")
    of = views.chosen_set(store)
    keys, failures = views.scored_keys(store, list(cards), of)
    for name, sentence in {**errors, **failures}.items():
        views.column_error(name, f"Not compared. {sentence}")
    if not keys:
        st.info("No network of the store has scores that can be compared.")
        st.stop()
    comparison = cache.comparison(tuple(keys), state.threshold(), of)
    views.threshold_note(comparison)
    # no defaults beside what a click on Metrics asks for: Streamlit warns of both
    st.session_state.setdefault("images_mode", BY_VERDICT)
    mode: str = st.segmented_control(  # type: ignore[assignment]  # one is required
        "Show",
        [BY_VERDICT, DISAGREEMENTS],
        required=True,
        key="images_mode",
        persist_state="session",
    )
    draw = {BY_VERDICT: draw_by_verdict, DISAGREEMENTS: draw_disagreements}[mode]
    draw(comparison, verdicts(comparison))


def draw_by_verdict(comparison: Comparison, judged: Verdicts) -> None:
    """The faces of one cell of a network's confusion matrix, of one species if asked."""
    columns = st.columns(3)
    name = columns[0].selectbox(
        "Network",
        list(comparison.models),
        format_func=views.model_title,
        key="images_network",
        persist_state="session",
    )
    st.session_state.setdefault("images_cell", (SPOOF, False))
    label, right = columns[1].selectbox(
        "Verdict",
        list(views.CELLS),
        format_func=views.CELLS.__getitem__,
        key="images_cell",
        persist_state="session",
    )
    species = state.ALL_SPECIES
    if label == SPOOF:
        attacks = judged.samples.loc[judged.samples["label"] == SPOOF, "pai_species"]
        there = [species, *(each for each in SPECIES_TITLES if (attacks == each).any())]
        if st.session_state.get("images_species") not in there:  # of another test set
            st.session_state.pop("images_species", None)
        species = columns[2].selectbox(
            "Kind of attack",
            there,
            format_func=lambda each: SPECIES_TITLES.get(each, "All"),
            key="images_species",
            persist_state="session",
            help="PAI (presentation attack instrument) species of ISO/IEC 30107-3.",
        )
    rows = judged.of(name, label=label, right=right, species=species or None)
    order = "those closest to a wrong verdict first" if right else "the most wrong first"
    st.markdown(
        f"**{views.cell_words(len(rows), label, right)}** by {views.model_title(name)}, {order}."
    )
    views.test_image_tiles(comparison, judged, rows, key=f"{name}_{label}_{right}_{species}")


def draw_disagreements(comparison: Comparison, judged: Verdicts) -> None:
    """The faces that some networks judge rightly and others do not, and which are right."""
    names = st.multiselect(
        "Networks",
        list(comparison.models),
        default=[each for each in comparison.models if each in VARIANTS],
        format_func=views.model_title,
        key="images_networks",
        persist_state="session",
    )
    if len(names) < 2:
        st.info("Choose at least two networks.")
        return
    rows = judged.disagreements(names)
    st.markdown(
        f"**{len(rows):,} of {len(judged.samples):,} images** are judged differently by these "
        "networks. Which are right:"
    )
    if not len(rows):
        return
    views.patterns_table(judged.patterns(names), names)
    views.test_image_tiles(comparison, judged, rows, key="_".join(names))


page()
