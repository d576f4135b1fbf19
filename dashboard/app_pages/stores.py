"""The stores there are, and two of them compared on the same test set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cache, state, views
from dashboard.limits import limits
from fascore.errors import FascoreError
from fascore.evaluation_sets import open_set
from fascore.report.numbers import comparison_origin
from fascore.scores.across_stores import compare_stores
from fascore.scores.comparison import Comparison
from fascore.store import Store, StoreError
from fascore.stores import check_tables

HOW = "The dashboard opened one store. To compare two, name both, or a folder that holds several:"
COMMANDS = """
fascore --store runs/first --store runs/second
fascore --store runs
""".strip()


def page() -> None:
    _, _, errors = views.store_page("Stores: trained networks side by side")
    for name, sentence in errors.items():
        views.column_error(name, sentence)
    paths = state.store_paths()
    views.stores_table(paths, opened=state.store_path())
    if len(paths) < 2:
        st.markdown(HOW)
        st.code(COMMANDS, language=None, wrap_lines=True)
        return
    st.caption("Every page reads the open store. The sidebar's *Store* changes it.")
    st.header("Two stores on the same test set")
    left, right = st.columns(2)
    first = choose(left, "First", paths, index=0, key="stores_first")
    second = choose(right, "Second", paths, index=1, key="stores_second")
    if first == second:
        st.info("Choose two different stores.")
        return
    draw_difference(first, second)


def choose(
    column: DeltaGenerator,
    label: str,
    paths: Sequence[Path],
    *,
    index: int,
    key: str,
) -> Path:
    """One of the two stores to compare."""
    return column.selectbox(
        label,
        paths,
        index=index,
        format_func=views.store_place,
        key=key,
        persist_state="session",
    )


def draw_difference(first: Path, second: Path) -> None:
    """Each network of one store against the same network of the other."""
    try:
        compared = [scored(path, state.test_set()) for path in (first, second)]
        differences = compare_stores(*compared)
    except FascoreError as err:
        st.error(str(err))
        return
    places = (views.store_place(first), views.store_place(second))
    origin = comparison_origin(Store(first), compared[0], state.threshold())
    # each network at the threshold of its own store
    state.set_origin(replace(origin, store=" and ".join(places), thresholds={}))
    st.markdown(
        f"Each network of the second store against the same network of the first, on "
        f"{views.test_set(compared[0])}, each at the threshold of its own store."
    )
    views.differences_between(differences, places)


def scored(path: Path, test_set: str) -> Comparison:
    """A store's networks at their thresholds on one of its test sets."""
    store = Store(path)
    check_tables(store, megabytes=limits().table_megabytes)
    open_set(store, test_set)  # one sentence, and not one a network, where there is none
    of = cache.set_key(store, test_set)
    keys, errors = views.scored_keys(store, store.names, of)
    if not keys:
        raise StoreError(
            f"Expected scores in {path}. Received: none that can be used. "
            + " ".join(errors.values())
        )
    return cache.comparison(tuple(keys), state.threshold(), of)


page()
