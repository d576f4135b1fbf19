"""What sessions share: models and results. The only place that caches, and nothing goes to disk.

Results are kept by what made them: the model and the stamp of its files, the explainer with its
settings, the pixels the network saw. Pictures themselves are in no cache (`dashboard.state`).
"""

from __future__ import annotations

import base64
import gc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pandas as pd
import streamlit as st

from fascore.data import open_data
from fascore.evaluation import (
    FIXED,
    THRESHOLD_RULES,
    Evaluation,
    evaluate_scores,
    judged_rightly,
)
from fascore.explain import Attribution, Explainer, Target
from fascore.faces import Face, FaceDetector
from fascore.images import crop_face, network_input
from fascore.labels import LIVE, SPOOF
from fascore.models.face_model import FaceModel
from fascore.paired import PairedTest, paired_tests
from fascore.samples import FaceData, Sample
from fascore.statistics import Ranking, bootstrap_ranking
from fascore.store import CARD, PREDICTIONS, SAMPLES, WEIGHTS, Store, sample_of

ROOT = Path(__file__).resolve().parents[1]
THUMBNAIL = 96  # px


@dataclass(frozen=True)
class ModelKey:
    """A model of a store; `stamp` changes with its files, so a retrained model is read anew."""

    store: str
    name: str
    stamp: tuple[int, ...]


def model_key(store: Store, name: str) -> ModelKey:
    """The key of one of a store's models."""
    folder = store.path / name
    files = [folder / file for file in (CARD, WEIGHTS, PREDICTIONS)] + [store.path / SAMPLES]
    stamp = tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
    return ModelKey(str(store.path), name, stamp)


@st.cache_resource(max_entries=16, show_spinner=False)
def model(key: ModelKey) -> FaceModel:
    """A loaded model."""
    loaded = Store(key.store).load(key.name)
    # TensorFlow's million objects stay; Streamlit's collection after each run need not visit them
    gc.collect()
    gc.freeze()
    return loaded


@dataclass(frozen=True)
class Threshold:
    """A model's threshold, and in words where it is from."""

    value: float
    origin: str


@st.cache_data(max_entries=128, show_spinner=False)
def threshold(key: ModelKey, rule: str) -> Threshold:
    """A model's threshold by a rule on its validation scores; the recorded one if it is that."""
    store = Store(key.store)
    card, title = store.card(key.name), THRESHOLD_RULES[rule].title
    if card.threshold.get("rule") == title:
        return Threshold(card.threshold_value, f"{title}, chosen on {card.threshold['split']}")
    if rule == "fixed":
        return Threshold(FIXED, title)
    if key.name in store.scored_names:
        validation = store.scored(key.name, split="validation")
        if set(validation["label"]) == {LIVE, SPOOF}:
            value = THRESHOLD_RULES[rule].choose(validation)
            return Threshold(value, f"{title}, chosen on validation")
    return Threshold(FIXED, "0.5, for want of scored validation images")


@st.cache_data(max_entries=128, show_spinner=False)
def evaluation(key: ModelKey, threshold: float) -> Evaluation:
    """A model's numbers on the store's test split."""
    return evaluate_scores(scored(key), threshold=threshold)


@st.cache_data(max_entries=64, show_spinner=False)
def scored(key: ModelKey) -> pd.DataFrame:
    """The store's test samples with a model's scores."""
    return Store(key.store).scored(key.name)


@st.cache_data(max_entries=8, show_spinner=False)
def rankings(keys: Sequence[ModelKey]) -> dict[str, Ranking]:
    """AUC and EER of models with intervals, by name."""
    tables = {key.name: scored(key) for key in keys}
    first = next(iter(tables.values()))
    scores = {name: table["spoof_score"].to_numpy() for name, table in tables.items()}
    return bootstrap_ranking(scores, first["label"].to_numpy(), first["subject"].to_list())


@st.cache_data(max_entries=32, show_spinner=False)
def pairs(keys: Sequence[ModelKey], thresholds: Sequence[float]) -> list[PairedTest]:
    """McNemar's test for each pair of models at their thresholds."""
    chosen = zip(keys, thresholds, strict=True)
    return paired_tests(
        {key.name: judged_rightly(scored(key), threshold=value) for key, value in chosen}
    )


@st.cache_data(max_entries=512, show_spinner=False)
def spoof_score(key: ModelKey, face: np.ndarray) -> float:
    """P(spoof) a model gives to a face (size, size, 3)."""
    return float(model(key).spoof_scores(face[None])[0])


@st.cache_data(max_entries=512, show_spinner=False)
def explanations(
    keys: Sequence[ModelKey], explainer: Explainer, face: np.ndarray, target: Target
) -> list[Attribution]:
    """One attribution a model, of one explainer on a face (size, size, 3)."""
    return explainer.explain([model(key) for key in keys], face, target=target)


@st.cache_resource(show_spinner=False)
def _detector() -> FaceDetector:
    return FaceDetector()


@st.cache_data(max_entries=64, show_spinner=False)
def faces(digest: str, _pixels: np.ndarray) -> list[Face]:
    """Faces found in a picture, the largest first; `digest` stands for the pixels."""
    return _detector().detect(_pixels)


@st.cache_resource(max_entries=4, show_spinner=False)
def face_data(root: str) -> FaceData:
    """A data set, by the root its models' cards give: relative to this repository or absolute."""
    shipped = ROOT / root
    return open_data(shipped if shipped.exists() else root)


@st.cache_data(max_entries=8, show_spinner=False)
def gallery(store: str, stamp: int) -> dict[str, list[Sample]]:
    """A store's test samples by PAI species ("live" first), shuffled so that subjects alternate.

    `stamp` changes with the table of samples.
    """
    table = Store(store).samples()
    table = table[table["split"] == "test"].sample(frac=1, random_state=0)
    return {
        cast(str, species): [sample_of(row) for _, row in group.iterrows()]
        for species, group in table.groupby("pai_species")
    }


def samples_stamp(store: Store) -> int:
    """What changes with a store's table of samples."""
    path = store.path / SAMPLES
    return path.stat().st_mtime_ns if path.exists() else 0


@st.cache_data(max_entries=512, show_spinner=False)
def thumbnail(root: str, sample: Sample, expansion: float) -> str:
    """A small picture of a sample's face, as a data URI."""
    data = face_data(root)
    picture = data.picture(sample)
    crop = crop_face(picture, data.box(sample, picture), expansion=expansion)
    small = network_input(crop, size=THUMBNAIL)
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()
