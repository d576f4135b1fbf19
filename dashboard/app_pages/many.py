"""Many pictures: each face in them with every network's verdict, as one table to take home."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import numpy as np
import streamlit as st

from dashboard import cache, many, turns, views
from dashboard.cache import ModelKey
from dashboard.limits import limits
from fascore.batch.judging import Network, judge_batch
from fascore.errors import FascoreError, StoreError
from fascore.faces import Face
from fascore.models.familiarity import Familiarity
from fascore.store import Card, Store

TOGETHER = 4  # files of one turn, whose faces are scored together
REDRAW = 1.5  # s; the table so far is drawn no more often: all of it is sent each time


def page() -> None:
    store, cards, errors = views.store_page("Judge many pictures")
    for name, sentence in errors.items():
        views.column_error(name, sentence)
    loadable = {n: card for n, card in cards.items() if n in store.loadable_names}
    if not loadable:
        views.metrics_only_note(cards)
        st.stop()
    views.batch_upload(limits())
    batch = many.batch()
    if batch is None:
        return
    keys = usable_keys(store, loadable)
    if not keys:
        st.info("No network of the store can judge them.")
        return
    batch.begin(tuple(keys.values()))
    thresholds = {name: views.chosen_threshold(key).value for name, key in keys.items()}
    judge_rest(loadable, keys, batch, thresholds)
    views.batch_panel(store, loadable, batch.rows, thresholds)
    views.metrics_only_note({n: card for n, card in cards.items() if n not in loadable})


def usable_keys(store: Store, cards: Mapping[str, Card]) -> dict[str, ModelKey]:
    """The networks that can be loaded, by name; of each other the page says why not."""
    keys = {}
    with st.spinner("Loading the models…"):
        for name in cards:
            key = cache.model_key(store, name)
            try:
                cache.model(key)
                views.chosen_threshold(key)
            except FascoreError as err:
                views.column_error(name, str(err))
                continue
            keys[name] = key
    return keys


def judge_rest(
    cards: Mapping[str, Card],
    keys: Mapping[str, ModelKey],
    batch: many.Batch,
    thresholds: Mapping[str, float],
) -> None:
    """Judges the files that are not yet, a few a turn, so that others' work comes between."""
    if batch.done == len(batch.files):
        return
    networks = {
        name: Network(cache.model(key), cards[name].crop_expansion, familiarity(key))
        for name, key in keys.items()
    }
    bar, table, why_not = st.empty(), st.empty(), None
    drawn = -math.inf
    while batch.done < len(batch.files) and why_not is None:
        tell = views.progress_bar(bar, batch)
        if time.monotonic() - drawn > REDRAW:
            views.progress_table(table, batch, thresholds)
            drawn = time.monotonic()
        with turns.HEAVY.turn(tell, turns.go_on):
            files, why_not = batch.next_files(TOGETHER)
            rows = judge_batch(files, networks, _detect, first=batch.done)
        batch.add(rows, len(files))
    bar.empty()
    table.empty()
    if why_not is not None:
        st.warning(f"{why_not} {len(batch.files) - batch.done:,} files are not judged yet.")
        st.button("Go on", key="many_go_on")  # a click runs the page again


def _detect(pixels: np.ndarray) -> list[Face]:
    """Faces of the batch's next picture, unless the visitor has left meanwhile."""
    turns.next_piece()
    return cache.detect(pixels)


def familiarity(key: ModelKey) -> Familiarity | None:
    """What pictures a network knows; None where that is not known."""
    try:
        return cache.familiarity(key)
    except StoreError as err:
        st.warning(str(err))
        return None


page()
