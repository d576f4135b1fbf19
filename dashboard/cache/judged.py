"""Explanations judged over a test set."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from fascore.evaluation_sets import ABOUT as ABOUT_SET
from fascore.evaluation_sets import OWN, on_set, set_folder
from fascore.findings.claims import Claim, answer_claims
from fascore.findings.differences import Difference, paired_differences
from fascore.findings.results import (
    FOLDER,
    PLANTED,
    Results,
    about_path,
    read_planted,
    read_results,
)
from fascore.findings.summary import Summary, Verdict, image_values, join_samples, select, summarise
from fascore.judging.planted import summarise_planted
from fascore.labels import SPECIES_TITLES
from fascore.store import CARD, SAMPLES, Store


@dataclass(frozen=True)
class FindingsKey:
    """Judged explanations of a store's networks on one of its test sets; `stamp` changes with
    them, the samples and the weights.
    """

    store: str
    stamp: tuple[int, ...]
    test_set: str = OWN

    def opened(self) -> Store:
        """The store with the test set's images as its samples."""
        return on_set(Store(self.store), self.test_set)


def findings_key(store: Store, test_set: str = OWN) -> FindingsKey:
    """The key of the judged explanations of a store (`on_set` of one) on a test set."""
    files = [about_path(store), store.path / FOLDER / PLANTED, store.path / SAMPLES]
    files += [set_folder(store, test_set) / ABOUT_SET] if test_set else []
    files += sorted(store.path.glob(f"*/{CARD}"))  # also of models that are not registered
    stamp = tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
    return FindingsKey(str(store.path), stamp, test_set)


@st.cache_resource(max_entries=4, show_spinner=False)
def findings(key: FindingsKey) -> Results:
    """A store's judged explanations; StoreError where they are of other samples or weights."""
    return read_results(key.opened())


@st.cache_resource(max_entries=4, show_spinner=False)
def findings_samples(key: FindingsKey) -> pd.DataFrame:
    """A store's samples."""
    return key.opened().samples()


@st.cache_resource(max_entries=4, show_spinner=False)
def _measures(key: FindingsKey) -> pd.DataFrame:
    return join_samples(findings(key).measures, findings_samples(key))


@st.cache_resource(max_entries=32, show_spinner=False)
def selected(key: FindingsKey, species: str | None, verdict: Verdict | None) -> pd.DataFrame:
    """The measures of one species, of images judged rightly or wrongly."""
    return select(_measures(key), species=species, verdict=verdict)


@st.cache_data(max_entries=32, show_spinner=False)
def findings_metrics(
    key: FindingsKey, species: str | None, verdict: Verdict | None
) -> frozenset[str]:
    """The metrics there are."""
    return frozenset(selected(key, species, verdict)["metric"].unique())


@st.cache_data(max_entries=4, show_spinner=False)
def findings_species(key: FindingsKey) -> list[str]:
    """The species there are, "live" first."""
    there = set(_measures(key)["pai_species"].unique())
    return [name for name in SPECIES_TITLES if name in there]


@st.cache_data(max_entries=512, show_spinner=False)
def findings_summary(
    key: FindingsKey, metric: str, species: str | None = None, verdict: Verdict | None = None
) -> Summary:
    """One metric's means by model and method."""
    return summarise(selected(key, species, verdict), metric)


@st.cache_data(max_entries=128, show_spinner=False)
def findings_differences(
    key: FindingsKey, metric: str, species: str | None, verdict: Verdict | None
) -> list[Difference]:
    """Paired tests of one metric between models."""
    return paired_differences(selected(key, species, verdict), metric)


@st.cache_data(max_entries=128, show_spinner=False)
def findings_images(
    key: FindingsKey, metric: str, method: str, species: str | None, verdict: Verdict | None
) -> pd.DataFrame:
    """One metric and method image by image."""
    return image_values(selected(key, species, verdict), metric, method)


@st.cache_resource(max_entries=4, show_spinner=False)
def claims(key: FindingsKey) -> dict[str, Claim]:
    """The paper's claims answered."""
    return answer_claims(_measures(key))


@st.cache_data(max_entries=4, show_spinner=False)
def planted(key: FindingsKey) -> pd.DataFrame | None:
    """Each method's outcome on each planted cue; None where none was planted.

    Cues are planted on images of the store's own data, whatever the test set.
    """
    store = Store(key.store)
    table = read_planted(store)
    return None if table is None else summarise_planted(table, store.samples()["subject"])
