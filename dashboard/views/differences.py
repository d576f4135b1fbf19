"""Whether networks differ: on the same images, and from one training to the next."""

from __future__ import annotations

import streamlit as st

from dashboard import cache, state
from dashboard.views.images import test_set
from dashboard.views.style import model_title
from dashboard.views.tables import noise_tables, pairs_table
from fascore.errors import FascoreError
from fascore.scores.comparison import Comparison
from fascore.stats.training_noise import TrainingNoise, recipe_note, training_noise
from fascore.store import Store, study_runs


def pairs_view(chosen: Comparison) -> None:
    """Paired tests between networks on one test set."""
    st.header("Paired tests")
    st.markdown(
        f"On {test_set(chosen)}: do two networks differ on the same images? Where the "
        "subjects are known, all images of one are flipped together; McNemar's test beside it "
        "takes images as independent. Both corrected for the number of pairs after Holm."
    )
    if len(chosen.models) < 2:
        st.info("Choose at least two networks.")
        return
    try:
        pairs_table(chosen.paired_tests())
    except FascoreError as err:
        st.error(str(err))


def read_noise(store: Store) -> TrainingNoise | None:
    """What several runs of each variant say; None without a study.

    Raises
    ------
    FascoreError
        If the runs cannot be compared.
    """
    stamp = cache.runs_stamp(store)
    if not stamp:
        return None
    return training_noise(cache.run_accuracy(str(store.path), stamp, state.threshold()))


def training_noise_view(store: Store) -> None:
    """Several runs of each variant, or how to make them."""
    st.header("Training noise: several runs of each variant")
    try:
        noise = read_noise(store)
        note = recipe_note(study_runs(store.path), store) if noise else ""
    except FascoreError as err:
        st.error(str(err))
        return
    if noise is None:
        st.info(
            "The paper trained each network once, and so did this store: a difference may be luck. "
            "`python -m trainer study` trains each variant several times."
        )
        return
    st.markdown(f"**{noise.sentence(model_title)}**")
    if note:
        st.info(note)
    st.caption(
        "Accuracy on the networks' own test split, whichever test set is chosen above. Standard "
        "deviation of the variants' means "
        f"{noise.spread:.4f}, of the runs of one variant {noise.noise:.4f}, of a run within its "
        f"seed {noise.test.residual:.4f}. {noise.test.words()} Intervals: Student's."
    )
    noise_tables(noise)
