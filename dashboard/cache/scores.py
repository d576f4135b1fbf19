"""Figures from scores: comparisons, test sets, rankings, studies, trainings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard.cache.models import ModelKey, threshold
from fascore.errors import StoreError
from fascore.evaluation_sets import OWN, TESTS, EvaluationSet, open_set, set_folder, set_names
from fascore.models import model_title
from fascore.outside_scores import OUTSIDE
from fascore.scores.across_sets import Tested
from fascore.scores.across_sets import across_sets as measure_across_sets
from fascore.scores.across_sets import real_words as measured_words
from fascore.scores.comparison import (
    Comparison,
    ScoredModel,
    compare_models,
    rank_models,
    read_scored,
)
from fascore.scores.thresholds import ThresholdChoice
from fascore.stats.ranking import Ranking
from fascore.stats.training_noise import measure_runs
from fascore.store import CARD, HISTORY, PREDICTIONS, SAMPLES, STUDY, Store, study_runs
from fascore.tone_scores import FOLDER as TONE
from fascore.training.history import STATE, Run, read_whole_runs

RECORDS = (CARD, HISTORY, STATE)  # of a training


@dataclass(frozen=True)
class SetKey:
    """A test set of a store, by its name; `stamp` changes with its files."""

    name: str = OWN
    stamp: tuple[int, ...] = ()


OWN_SPLIT = SetKey()  # a store's own test split: what changes with it is in the models' keys


def set_key(store: Store, name: str) -> SetKey:
    """The key of one of a store's test sets."""
    if name == OWN:
        return OWN_SPLIT
    files = sorted(set_folder(store, name).glob("*"))
    return SetKey(name, tuple(_changed(file) for file in files))


@st.cache_resource(max_entries=8, show_spinner=False)
def test_sets(store: str, stamp: tuple[int, ...]) -> dict[str, EvaluationSet]:
    """A store's test sets that can be read, by name; `stamp` changes with them."""
    opened, found = Store(store), {}
    for name in set_names(opened):
        try:
            found[name] = open_set(opened, name)
        except StoreError:  # Metrics says what is wrong with it
            continue
    return found


@st.cache_resource(max_entries=128, show_spinner=False)
def scored_model(key: ModelKey, of: SetKey = OWN_SPLIT) -> ScoredModel:
    """A model's scores of a test set."""
    store = Store(key.store)
    return read_scored(store, key.name, open_set(store, of.name))


@st.cache_resource(max_entries=16, show_spinner=False)
def comparison(
    keys: Sequence[ModelKey], choice: ThresholdChoice, of: SetKey = OWN_SPLIT
) -> Comparison:
    """Models of one store at their thresholds on a test set."""
    models = {key.name: scored_model(key, of) for key in keys}
    return compare_models(models, choice, open_set(Store(keys[0].store), of.name))


@st.cache_resource(max_entries=8, show_spinner=False)
def across_sets(
    keys: Sequence[ModelKey], choice: ThresholdChoice, stamp: tuple[int, ...]
) -> tuple[list[Tested], list[str]]:
    """Models of one store on each of its test sets, and what of these cannot be used; `stamp`
    changes with them.
    """
    thresholds = {key.name: threshold(key, choice).value for key in keys}
    return measure_across_sets(Store(keys[0].store), thresholds)


@st.cache_data(max_entries=8, show_spinner=False)
def real_words(store: str, stamp: tuple[int, ...]) -> str:
    """What was measured of a store's networks on real faces; `stamp` changes with its files."""
    opened = Store(store)
    cards, _ = opened.whole_cards()
    thresholds = {n: cards[n].threshold_value for n in opened.loadable_names if n in cards}
    measured, problems = measure_across_sets(opened, thresholds, only_real=True)
    if problems and not measured:  # a set that cannot be read may be the one of real faces
        return f"What they do on real faces cannot be said. {' '.join(problems)}"
    return measured_words(measured, model_title)


def sets_stamp(store: Store) -> tuple[int, ...]:
    """What changes with a store's test sets and what was scored on them."""
    places = (
        SAMPLES,
        f"*/{CARD}",
        f"{TESTS}/*/*",
        f"{OUTSIDE}/*/*",
        f"{TONE}/*",
        f"{TESTS}/*/{TONE}/*",
    )
    files = [file for place in places for file in store.path.glob(place)]
    return tuple(_changed(file) for file in sorted(files))


@st.cache_data(max_entries=16, show_spinner=False)
def rankings(keys: Sequence[ModelKey], of: SetKey = OWN_SPLIT) -> dict[str, Ranking]:
    """AUC and EER of models on a test set with intervals, by name."""
    return rank_models({key.name: scored_model(key, of) for key in keys})


@st.cache_data(max_entries=8, show_spinner=False)
def run_accuracy(store: str, stamp: tuple[int, ...], choice: ThresholdChoice) -> pd.DataFrame:
    """Test accuracy of a study's runs; `stamp` changes with their files."""
    return measure_runs(study_runs(Path(store)), choice)


@st.cache_data(max_entries=8, show_spinner=False)
def training_runs(store: str, stamp: tuple[int, ...]) -> tuple[list[Run], list[str]]:
    """A store's trainings epoch by epoch, and why others cannot be read; `stamp` changes with
    their files.
    """
    return read_whole_runs(Path(store))


def training_stamp(path: Path) -> tuple[int, ...]:
    """What changes with the histories in a store and with its trainings in progress."""
    files = [path.glob(f"{folder}/{name}") for folder in ("*", f"{STUDY}/*/*") for name in RECORDS]
    return tuple(_changed(file) for found in files for file in sorted(found))


def _changed(file: Path) -> int:
    """When a file was changed, in ns; 0 where a training took it away meanwhile."""
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def runs_stamp(store: Store) -> tuple[int, ...]:
    """What changes with the runs of a store's study; empty without one."""
    files = (store.path / STUDY).glob(f"*/*/{PREDICTIONS}")
    return tuple(sorted(file.stat().st_mtime_ns for file in files))
