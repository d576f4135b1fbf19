"""What sessions share: models and results. The only place that caches, and nothing goes to disk.

Results are kept by what made them: the model and the stamp of its files, the explainer with its
settings, the pixels the network saw. Pictures themselves are in no cache (`dashboard.state`).
"""

from __future__ import annotations

import base64
import gc
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import keras
import numpy as np
import pandas as pd
import streamlit as st

from fascore.data import open_data
from fascore.data.sample_table import sample_of
from fascore.data.samples import FaceData, Sample
from fascore.errors import StoreError
from fascore.evaluation_sets import OWN, TESTS, open_set, set_names
from fascore.explain import PREDICTED, Attribution, Explainer, Target
from fascore.faces import Face, FaceDetector
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
from fascore.firmness.trials import Firmness, Trial
from fascore.judging.gates import Gate
from fascore.judging.gates import gates as open_gates
from fascore.judging.hiding import Hiding, hide
from fascore.judging.judge import MapJudgement, judge_maps
from fascore.judging.planted import summarise_planted
from fascore.judging.stability import changed
from fascore.labels import SPECIES_TITLES
from fascore.models import MODELS, model_title
from fascore.models.anatomy import anatomy
from fascore.models.drawing import networks_drawing as draw_networks
from fascore.models.face_model import FaceModel
from fascore.models.familiarity import features
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
from fascore.scores.thresholds import Threshold, ThresholdChoice, choose_threshold
from fascore.shipped import located
from fascore.stats.ranking import Ranking
from fascore.stats.training_noise import measure_runs
from fascore.store import CARD, HISTORY, PREDICTIONS, SAMPLES, STUDY, WEIGHTS, Store, study_runs
from fascore.training.history import STATE, Run, read_whole_runs

THUMBNAIL = 96  # px
RECORDS = (CARD, HISTORY, STATE)  # of a training
PAGE_STEPS = 16  # of a map's curves on a page; `python -m trainer judge` takes finer ones


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


@st.cache_data(max_entries=8, show_spinner=False)
def networks_drawing(keys: Sequence[ModelKey]) -> str:
    """The networks drawn from their layers; one without weights as the registry builds it."""
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


@st.cache_resource(max_entries=64, show_spinner=False)
def scored_model(key: ModelKey) -> ScoredModel:
    """A model's scores."""
    return read_scored(Store(key.store), key.name)


@st.cache_resource(max_entries=8, show_spinner=False)
def comparison(keys: Sequence[ModelKey], choice: ThresholdChoice) -> Comparison:
    """Models at their thresholds on the test split."""
    return compare_models({key.name: scored_model(key) for key in keys}, choice)


@st.cache_resource(max_entries=8, show_spinner=False)
def across_sets(
    keys: Sequence[ModelKey], choice: ThresholdChoice, stamp: tuple[int, ...]
) -> list[Tested]:
    """Models of one store on each of its test sets; `stamp` changes with these."""
    thresholds = {key.name: threshold(key, choice).value for key in keys}
    return measure_across_sets(Store(keys[0].store), thresholds)


@st.cache_data(max_entries=8, show_spinner=False)
def real_words(store: str, stamp: tuple[int, ...]) -> str:
    """What was measured of a store's networks on real faces; `stamp` changes with its files."""
    opened = Store(store)
    cards, _ = opened.whole_cards()
    thresholds = {n: cards[n].threshold_value for n in opened.loadable_names if n in cards}
    try:
        measured = measure_across_sets(opened, thresholds, only_real=True)
    except StoreError as err:  # one damaged table must not take every page that warns
        return f"What they do on real faces cannot be said. {err}"
    return measured_words(measured, model_title)


def sets_stamp(store: Store) -> tuple[int, ...]:
    """What changes with a store's test sets beside its own."""
    files = [*(store.path / TESTS).glob("*/*"), *(store.path / OUTSIDE).glob("*/*")]
    return tuple(_changed(file) for file in sorted(files))


@st.cache_data(max_entries=8, show_spinner=False)
def rankings(keys: Sequence[ModelKey]) -> dict[str, Ranking]:
    """AUC and EER of models with intervals, by name."""
    return rank_models({key.name: scored_model(key) for key in keys})


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


@st.cache_data(max_entries=512, show_spinner=False)
def spoof_score(key: ModelKey, face: np.ndarray) -> float:
    """P(spoof) a model gives to a face (size, size, 3)."""
    return float(model(key).spoof_scores(face[None])[0])


@st.cache_data(max_entries=512, show_spinner=False)
def is_unfamiliar(key: ModelKey, face: np.ndarray) -> bool | None:
    """Whether a face (size, size, 3) is unlike a model's training pictures; None if unmeasured."""
    familiarity = Store(key.store).familiarity(key.name)
    if familiarity is None:
        return None
    return bool(familiarity.is_unfamiliar(features(model(key), face[None]))[0])


@st.cache_data(max_entries=512, show_spinner=False)
def _trial_scores(key: ModelKey, digest: str, _faces: np.ndarray) -> np.ndarray:
    return model(key).spoof_scores(_faces)


def firmness(
    key: ModelKey, tried: Sequence[Trial], faces: np.ndarray, *, choice: ThresholdChoice
) -> Firmness:
    """A model's verdicts on a face as it is and in each trial (1 + n, size, size, 3)."""
    given, *scores = _trial_scores(key, hashlib.sha256(faces.tobytes()).hexdigest(), faces)
    return Firmness(tried, float(given), np.array(scores), threshold(key, choice).value)


def explanations(
    keys: Sequence[ModelKey],
    explainer: Explainer,
    face: np.ndarray,
    target: Target,
    *,
    choice: ThresholdChoice,
) -> list[Attribution]:
    """One attribution a model, of one explainer on a face (size, size, 3).

    A target that is each model's verdict is its verdict at the threshold of `choice`.
    """
    thresholds = _thresholds(keys, choice)
    verdicts = _verdicts(keys, [face], thresholds) if target == PREDICTED else ()
    return _explanations(keys, explainer, face, target, verdicts, thresholds)


@st.cache_data(max_entries=128, show_spinner=False)
def hiding(
    key: ModelKey,
    explainer: Explainer,
    face: np.ndarray,
    target: int,
    limit: float,
    _map: Attribution,
) -> Hiding:
    """A model's scores at a threshold while the regions of its map of a face are hidden."""
    return hide(model(key).at(limit), face, _map, kind=explainer.kind)


@st.cache_data(max_entries=512, show_spinner=False)
def _explanations(
    keys: Sequence[ModelKey],
    explainer: Explainer,
    face: np.ndarray,
    target: Target,
    verdicts: Sequence[bool],
    _thresholds: Sequence[float],
) -> list[Attribution]:
    # `verdicts` stand for the thresholds: one that moves and turns no verdict changes no map
    return explainer.explain(_models_at(keys, _thresholds), face, target=target)


def judgements(
    keys: Sequence[ModelKey],
    explainer: Explainer,
    face: np.ndarray,
    target: Target,
    *,
    choice: ThresholdChoice,
) -> list[MapJudgement]:
    """How far each of an explainer's maps of a face (size, size, 3) can be believed.

    Whether a small change of the picture turns a verdict is asked at the threshold of `choice`.
    """
    maps = explanations(keys, explainer, face, target, choice=choice)
    thresholds = _thresholds(keys, choice)
    verdicts = _verdicts(keys, [face, *changed(face).values()], thresholds)
    return _judgements(keys, explainer, face, target, verdicts, thresholds, maps)


@st.cache_data(max_entries=512, show_spinner=False)
def _judgements(
    keys: Sequence[ModelKey],
    explainer: Explainer,
    face: np.ndarray,
    target: Target,
    verdicts: Sequence[bool],
    _thresholds: Sequence[float],
    _maps: list[Attribution],
) -> list[MapJudgement]:
    models = _models_at(keys, _thresholds)
    return judge_maps(models, face, explainer, _maps, target=target, steps=PAGE_STEPS, draws=1)


def _thresholds(keys: Sequence[ModelKey], choice: ThresholdChoice) -> tuple[float, ...]:
    return tuple(threshold(key, choice).value for key in keys)


def _verdicts(
    keys: Sequence[ModelKey], faces: Sequence[np.ndarray], thresholds: Sequence[float]
) -> tuple[bool, ...]:
    """Whether each model takes each of these faces for an attack at its threshold."""
    pairs = list(zip(keys, thresholds, strict=True))
    return tuple(spoof_score(key, face) >= limit for face in faces for key, limit in pairs)


def _models_at(keys: Sequence[ModelKey], thresholds: Sequence[float]) -> list[FaceModel]:
    """Models at these thresholds; networks and compiled functions are those of `model`."""
    return [model(key).at(value) for key, value in zip(keys, thresholds, strict=True)]


@st.cache_data(max_entries=128, show_spinner=False)
def gates(key: ModelKey, face: np.ndarray) -> list[Gate]:
    """A model's attention gates on a face (size, size, 3)."""
    return open_gates(model(key), face)


@st.cache_resource(show_spinner=False)
def _detector() -> FaceDetector:
    return FaceDetector()


@st.cache_data(max_entries=64, show_spinner=False)
def faces(digest: str, _pixels: np.ndarray) -> list[Face]:
    """Faces found in a picture, the largest first; `digest` stands for the pixels."""
    return _detector().detect(_pixels)


@st.cache_resource(max_entries=4, show_spinner=False)
def face_data(root: str) -> FaceData:
    """A data set, by the root that its models' cards give."""
    return open_data(located(root))


@st.cache_data(max_entries=8, show_spinner=False)
def sets_with_pictures(store: str, stamp: tuple[int, ...]) -> dict[str, str]:
    """Titles of a store's test sets whose pictures are here, by name; `stamp` changes with them."""
    opened, titles = Store(store), {}
    for name in set_names(opened):
        try:
            tested = open_set(opened, name)
        except StoreError:  # Metrics says what is wrong with it
            continue
        if tested.is_own or (tested.root and located(tested.root).exists()):
            titles[name] = tested.title
    return titles


@st.cache_data(max_entries=8, show_spinner=False)
def set_root(store: str, name: str, stamp: tuple[int, ...]) -> str:
    """Where the pictures of a store's test set are."""
    return open_set(Store(store), name).root


@st.cache_data(max_entries=8, show_spinner=False)
def gallery(store: str, stamp: int, name: str = OWN) -> dict[str, list[Sample]]:
    """A test set's samples by PAI species ("live" first), shuffled so that subjects alternate.

    `stamp` changes with the table of samples.
    """
    table = open_set(Store(store), name).samples.sample(frac=1, random_state=0)
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
    small = sample_face(root, sample, THUMBNAIL, expansion)
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()


@st.cache_data(max_entries=128, show_spinner=False)
def sample_face(root: str, sample: Sample, size: int, expansion: float) -> np.ndarray:
    """A sample's face as a network of this input size sees it: uint8 (size, size, 3)."""
    return face_data(root).face_input(sample, size=size, expansion=expansion)


@dataclass(frozen=True)
class FindingsKey:
    """A store's judged explanations; `stamp` changes with them, its samples and its weights."""

    store: str
    stamp: tuple[int, ...]


def findings_key(store: Store) -> FindingsKey:
    """The key of a store's judged explanations."""
    files = [about_path(store), store.path / FOLDER / PLANTED, store.path / SAMPLES]
    files += sorted(store.path.glob(f"*/{CARD}"))  # also of models that are not registered
    stamp = tuple(file.stat().st_mtime_ns if file.exists() else 0 for file in files)
    return FindingsKey(str(store.path), stamp)


@st.cache_resource(max_entries=4, show_spinner=False)
def findings(key: FindingsKey) -> Results:
    """A store's judged explanations; StoreError where they are of other samples or weights."""
    return read_results(Store(key.store))


@st.cache_resource(max_entries=4, show_spinner=False)
def findings_samples(key: FindingsKey) -> pd.DataFrame:
    """A store's samples."""
    return Store(key.store).samples()


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
    """Each method's outcome on each planted cue; None where none was planted."""
    table = read_planted(Store(key.store))
    return None if table is None else summarise_planted(table, findings_samples(key)["subject"])
