"""Which test set a page is of, and the cross-data-set table: networks on each of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import cache, on_show, state
from dashboard.address import Part, widget_part
from dashboard.cache import ModelKey, SetKey
from dashboard.views.metric_tables import SPECIES, metric_cell, metric_meaning
from dashboard.views.style import model_title
from dashboard.views.tables import NETWORK, data_table
from fascore.errors import FascoreError
from fascore.evaluation_sets import OWN, EvaluationSet
from fascore.report.numbers import sets_numbers
from fascore.scores.across_sets import CROSS_METRICS, Tested
from fascore.scores.definitions import METRICS, WORST
from fascore.store import Store
from fascore.tone_scores import TITLE, TONE_COLUMNS

SET, SET_PART = "Test set", "set"  # on pages, in the address
PICTURES = ("sample", "beside")  # of a test set, in the address
# titles and meanings; what says how much is tone stands beside what it is of
_RATES = {name: (METRICS[name].title, metric_meaning(name)) for name in CROSS_METRICS}
COLUMNS = {
    name: (_RATES | TONE_COLUMNS)[name]
    for name in ("auc", "auc_equalised", "apcer", "regression_apcer", "bpcer", "acer", "hter")
}


def test_set_control(store: Store) -> None:
    """In the sidebar: the test set that all pages show, the networks' own test split first.

    With one set there is nothing to choose.
    """
    sets = _sets(store)
    if st.session_state.get(state.TEST_SET) not in sets:  # of another store
        st.session_state.pop(state.TEST_SET, None)
    if len(sets) > 1:
        st.sidebar.selectbox(
            SET,
            list(sets),
            format_func=lambda name: _listed(sets[name]),
            key=state.TEST_SET,
            persist_state="session",
            on_change=on_show.forget_problem,
            help="One choice for all pages; what was measured on other images says so. Faces are "
            "shown where a set's pictures are here. Thresholds stay those of the store's own "
            "validation.",
        )


def of_chosen_set() -> bool:
    """Whether the address names pictures of the test set chosen, and not of one not there."""
    return st.query_params.get(SET_PART, OWN) == state.test_set()


def gallery_set(store: Store) -> str:
    """The test set whose faces can be shown: the one chosen, or the networks' own test split
    where its pictures are not here.
    """
    chosen = _sets(store).get(state.test_set())
    return chosen.name if chosen is not None and chosen.has_pictures else OWN


def without_pictures_note(store: Store) -> None:
    """Says whose faces stand in for a chosen test set's whose pictures are not here."""
    chosen = _sets(store).get(state.test_set())
    if chosen is not None and gallery_set(store) != chosen.name:
        st.info(
            f"The pictures of **{chosen.title}** are not here: its numbers are on Metrics. The "
            f"faces below are of the networks' own test split, **{_sets(store)[OWN].title}**."
        )


def _listed(tested: EvaluationSet) -> str:
    return tested.words + ("" if tested.is_own or tested.has_pictures else ", no pictures here")


def _sets(store: Store) -> dict[str, EvaluationSet]:
    return cache.test_sets(str(store.path), cache.sets_stamp(store))


def set_part(store: Store) -> Part:
    """The test set chosen, in the address."""
    names = [name for name in _sets(store) if name]

    def read(text: str) -> str:
        if text in names:
            return text
        pictures = [st.query_params[name] for name in PICTURES if name in st.query_params]
        its = "are its pictures" if len(pictures) > 1 else "is its picture"
        left = f"It is left out, and so {its} {' and '.join(pictures)}"
        raise FascoreError(
            "Expected as set of the link a test set of the store: "
            f"{', '.join(names) or 'none but its own test split'}. Received: {text!r}. "
            f"{left if pictures else 'It is left out'}."
        )

    return widget_part(SET_PART, state.TEST_SET, OWN, read=read)


def chosen_set(store: Store) -> SetKey:
    """The test set chosen, and a note on which it is, for a narrow screen hides the sidebar."""
    key = cache.set_key(store, state.test_set())
    tested = _sets(store).get(key.name)
    if tested is not None:  # where it cannot be read, its scores say why
        st.markdown(f"Test set: **{tested.title}**{tested.words.removeprefix(tested.title)}.")
    if tested is not None and not tested.is_own:
        st.caption(tested.shared_words)
    return key


def sets_view(store: Store, keys: Sequence[ModelKey]) -> None:
    """The networks on the store's other test sets, where there are any."""
    st.header("Across test sets")
    stamp = cache.sets_stamp(store)
    found, problems = cache.across_sets(tuple(keys), state.threshold(), stamp)
    for sentence in problems:
        st.error(sentence)
    if len(found) < 2 and len(found[0].table) == len(keys):
        st.info(
            "How do the networks do on other data? `python -m trainer evaluate --as NAME` scores "
            "them on any data set, and this table then shows it beside their own test split."
        )
        return
    st.markdown(
        "Thresholds are the store's own, from its validation: no test set chose one. Brackets are "
        "95 % intervals over subjects where they are known. What a set's classes do not define is "
        "undefined."
    )
    _sets_table(found, rule=state.threshold().title)


def _sets_table(found: Sequence[Tested], *, rule: str) -> None:
    """Draws `fascore.scores.across_sets.across_sets`: a row a set and network.

    `rule` is how the networks' thresholds were chosen.
    """
    shown = []
    for each in found:
        for name, row in each.table.iterrows():
            cells = {COLUMNS[c][0]: _cell(row, c) for c in COLUMNS if c in row}
            place = {SET: each.words, NETWORK: model_title(str(name))}
            shown.append({**place, **cells, SPECIES: row[WORST] or "none"})
    others = {title: its_rule for each in found for title, its_rule in each.rules.items()}
    for title, its_rule in others.items():
        origin = "chosen by" if title == TITLE else "as imported:"
        st.caption(f"{title} is no network of this store; its threshold, {origin} {its_rule}.")
    keys = [SET, NETWORK]
    data_table(
        pd.DataFrame(shown).set_index(keys).fillna("not scored"),
        sets_numbers(found, rule=rule),
        key="across_sets",
        meanings=dict(COLUMNS.values()),
        moving=keys,
    )


def _cell(row: pd.Series, column: str) -> str:
    """A number with its interval; a dash where nobody scored how much is tone."""
    return "–" if column in TONE_COLUMNS and pd.isna(row[column]) else metric_cell(row, column)
