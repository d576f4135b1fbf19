"""The address bar: which picture is on show. A picture that was uploaded is never in it."""

from __future__ import annotations

import streamlit as st

from dashboard import cache, state
from fascore.errors import FascoreError
from fascore.evaluation_sets import OWN
from fascore.store import Card, Store, StoreError

SAMPLE, SET = "sample", "set"
FOLLOWED = "link_followed"  # a session opens with a link once; afterwards the page leads


def follow_link(store: Store, card: Card) -> None:
    """Shows the picture that the address names, if the session begins with such an address."""
    wanted, followed = st.query_params.get(SAMPLE), st.session_state.get(FOLLOWED)
    st.session_state[FOLLOWED] = True
    if wanted is None or followed:
        return
    name = st.query_params.get(SET, OWN)
    try:
        _show(store, card, name, wanted)
    except FascoreError as err:
        st.error(str(err))


def _show(store: Store, card: Card, name: str, wanted: str) -> None:
    sets = cache.sets_with_pictures(str(store.path), cache.sets_stamp(store))
    if name not in sets:
        raise StoreError(
            f"Expected a link to a test set whose pictures are here. Received: {name!r}. Choose a "
            "picture below."
        )
    groups = cache.gallery(str(store.path), cache.samples_stamp(store), name)
    found = [each for group in groups.values() for each in group if each.sample_id == wanted]
    if not found:
        raise StoreError(
            f"Expected a link to an image of {sets[name]}. Received: {wanted}, which is not in it. "
            "Choose a picture below."
        )
    root = cache.set_root(str(store.path), name, cache.sets_stamp(store)) or card.data["root"]
    if len(sets) > 1:
        st.session_state["gallery_set"] = name
    st.session_state["species"] = found[0].pai_species
    state.choose_sample(cache.face_data(root), found[0], root=root)


def keep_link() -> None:
    """Puts the picture on show into the address, or takes the last one out of it."""
    shown = state.shown()
    named = {}
    if shown is not None and shown.sample is not None:
        named[SAMPLE] = shown.sample.sample_id
        if name := st.session_state.get("gallery_set", OWN):
            named[SET] = name
    for key in (SAMPLE, SET):
        if key in named:
            st.query_params[key] = named[key]
        elif key in st.query_params:
            del st.query_params[key]
