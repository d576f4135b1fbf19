"""Files with the numbers of a whole page, made in memory when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from dashboard import cache, state
from dashboard.cache import FindingsKey, SetKey
from fascore.report import store_report
from fascore.report.explained import explained_numbers
from fascore.report.numbers import metrics_numbers, zipped
from fascore.report.origin import Exported, file_name
from fascore.scores.comparison import Comparison
from fascore.store import Store

TITLE = "All of this page's numbers (CSV in a .zip)"
HELP = (
    "Every table of this page, under every heading of *Show* and over all images: a CSV file each, "
    "whose rows name data set, store, test set, threshold with its rule, and date. "
)


def metrics_files(store: Store, comparison: Comparison, of: SetKey) -> None:
    """Buttons for the report of a test set and for all numbers of Metrics."""
    choice = state.threshold()

    def report() -> str:
        page, _ = store_report(Store(store.path), choice, of.name)
        return page

    with st.container(horizontal=True):
        st.download_button(
            "Report (one HTML file)",
            report,
            _name("report", ending="html"),
            "text/html",
            key="report",
            icon=":material/summarize:",
            on_click="ignore",
        )
        _numbers_button(lambda: metrics_numbers(Store(store.path), comparison, choice))


def explained_files(store: Store, key: FindingsKey) -> None:
    """A button for all numbers of Explanations."""
    joined, origin = cache.selected(key, None, None), state.origin()
    _numbers_button(
        lambda: explained_numbers(Store(store.path), joined, origin),
        "Paired tests of every measure take some ten seconds.",
    )


def _numbers_button(
    make: Callable[[], tuple[dict[str, Exported], dict[str, str]]], patience: str = ""
) -> None:
    """`make` gives the tables by name, and why others are left out."""
    origin = state.origin()

    def archive() -> bytes:
        tables, failed = make()
        return zipped(tables, failed=failed, about=asdict(origin))

    st.download_button(
        TITLE,
        archive,
        _name("numbers", ending="zip"),
        "application/zip",
        key="numbers",
        icon=":material/download:",
        help=HELP + patience,
        on_click="ignore",
    )


def _name(kind: str, *, ending: str) -> str:
    origin = state.origin()
    return file_name("fascore", kind, Path(origin.store).name, origin.test_set, ending=ending)
