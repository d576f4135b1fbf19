"""Choosing which findings are shown: images by species and verdict, the measure, the method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pandas as pd
import streamlit as st

from dashboard import cache
from dashboard.cache import FindingsKey
from fascore.findings.differences import Difference
from fascore.findings.drawing import method_words
from fascore.findings.measures import definition_of, group_of
from fascore.findings.summary import Summary, Verdict
from fascore.labels import SPECIES_TITLES

ALL = "all"
VERDICTS: dict[Verdict | str, str] = {ALL: "All", "right": "Right", "wrong": "Wrong"}


@dataclass(frozen=True)
class Chosen:
    """The measures of one species, of images judged rightly or wrongly; None stands for all."""

    key: FindingsKey
    species: str | None
    verdict: Verdict | None

    @property
    def metrics(self) -> frozenset[str]:
        """The measures there are."""
        return cache.findings_metrics(self.key, self.species, self.verdict)

    def summary(self, metric: str) -> Summary:
        """A measure's means."""
        return cache.findings_summary(self.key, metric, self.species, self.verdict)

    def differences(self, metric: str) -> list[Difference]:
        """A measure's paired tests between models."""
        return cache.findings_differences(self.key, metric, self.species, self.verdict)

    def images(self, metric: str, method: str) -> pd.DataFrame:
        """A measure image by image."""
        return cache.findings_images(self.key, metric, method, self.species, self.verdict)


def choose_measures(key: FindingsKey) -> Chosen:
    """The controls for species and verdict."""
    columns = st.columns([1, 1, 2])
    chosen = columns[0].selectbox(
        "Species",
        [ALL, *cache.findings_species(key)],
        format_func=lambda name: SPECIES_TITLES.get(name, "All"),
        key="findings_species",
        persist_state="session",
    )
    verdict = columns[1].selectbox(
        "Verdict",
        list(VERDICTS),
        format_func=VERDICTS.__getitem__,
        key="findings_verdict",
        help="The network's own, at the threshold that explanations were judged with. Comparisons "
        "of two networks keep the images on which both are right, or both wrong.",
        persist_state="session",
    )
    return Chosen(
        key, None if chosen == ALL else chosen, None if verdict == ALL else cast(Verdict, verdict)
    )


def choose_metric(there: Sequence[str], *, key: str) -> str:
    """A select box of measures, grouped in words."""
    return st.selectbox(
        "Measure",
        there,
        format_func=lambda name: f"{group_of(name)}: {definition_of(name).title}",
        key=key,
        persist_state="session",
    )


def choose_method(methods: Sequence[str], *, key: str) -> str:
    """A control of the methods."""
    return st.segmented_control(
        "Method",
        methods,
        default=methods[0],
        required=True,
        format_func=method_words,
        key=key,
        persist_state="session",
    )
