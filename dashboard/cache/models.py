"""Networks, their thresholds, and what they are made of."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from fascore.models import MODELS
from fascore.models.face_model import FaceModel
from fascore.models.familiarity import Familiarity
from fascore.scores.thresholds import Threshold, ThresholdChoice, choose_threshold
from fascore.store import CARD, FAMILIARITY, PREDICTIONS, SAMPLES, WEIGHTS, Store

if TYPE_CHECKING:
    import keras

_IMPORT = threading.Lock()


def import_tensorflow() -> None:
    """Imports TensorFlow and Keras, which takes seconds: pages without networks come before it.

    Whatever needs them here asks for this first. Two threads that import them from two ends at once
    would each find a half of the other's.
    """
    with _IMPORT, _not_there("matplotlib"):
        import keras  # noqa: F401


@contextmanager
def _not_there(package: str) -> Iterator[None]:
    """Whoever imports a package meanwhile does without it, unless it has been imported before.

    Keras takes matplotlib for a gallery of pictures that nothing here draws, if it is there: 24 MB
    and a seventh of the time that its import takes.
    """
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # Python's own sign of "not there"
    try:
        yield
    finally:
        del sys.modules[package]


@dataclass(frozen=True)
class ModelKey:
    """A model of a store; `stamp` changes with its files, so a retrained model is read anew."""

    store: str
    name: str
    stamp: tuple[int, ...]


def model_key(store: Store, name: str) -> ModelKey:
    """The key of one of a store's models."""
    folder = store.path / name
    own = (CARD, WEIGHTS, PREDICTIONS, FAMILIARITY)
    files = [*(folder / file for file in own), store.path / SAMPLES]
    stamp = tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
    return ModelKey(str(store.path), name, stamp)


@st.cache_resource(max_entries=16, show_spinner=False)
def model(key: ModelKey) -> FaceModel:
    """A loaded model."""
    import_tensorflow()
    loaded = Store(key.store).load(key.name)
    # TensorFlow's million objects stay; Streamlit's collection after each run need not visit them
    gc.collect()
    gc.freeze()
    return loaded


@st.cache_resource(max_entries=16, show_spinner=False)
def familiarity(key: ModelKey) -> Familiarity | None:
    """What pictures a model knows; None where nobody measured it of its weights."""
    return Store(key.store).familiarity(key.name)


@st.cache_data(max_entries=8, show_spinner=False)
def networks_drawing(keys: Sequence[ModelKey]) -> str:
    """The networks drawn from their layers; one without weights as the registry builds it."""
    import_tensorflow()
    from fascore.models.anatomy import anatomy
    from fascore.models.drawing import networks_drawing as draw_networks

    return draw_networks({key.name: anatomy(_network(key)) for key in keys})


def _network(key: ModelKey) -> keras.Model:
    store = Store(key.store)
    if key.name in store.loadable_names:
        return model(key).network
    return MODELS[key.name].build(size=store.card(key.name).size)


@st.cache_data(max_entries=128, show_spinner=False)
def threshold(key: ModelKey, choice: ThresholdChoice) -> Threshold:
    """A model's threshold; a model without scores has the one that its card records, or 0.5."""
    store = Store(key.store)
    scored = key.name in store.scored_names
    validation = store.scored(key.name, split="validation") if scored else None
    return choose_threshold(store.card(key.name), validation, choice)
