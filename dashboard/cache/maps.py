"""What networks make of one face: scores, maps, and how far these can be believed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, MutableMapping, Sequence
from contextvars import copy_context
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from dashboard import turns
from dashboard.cache.models import ModelKey, familiarity, model, threshold
from fascore.explain import PREDICTED, Attribution, Explainer, Target
from fascore.explain.attribution import timed
from fascore.firmness.trials import Firmness, Trial
from fascore.judging.hiding import Hiding, hide
from fascore.judging.judge import MapJudgement, judge_maps
from fascore.judging.stability import changed
from fascore.models.face_model import FaceModel
from fascore.models.familiarity import features
from fascore.scores.thresholds import ThresholdChoice

if TYPE_CHECKING:
    from fascore.judging.gates import Gate

_TRIALS = Lock()  # several visitors' at once would take as many times the memory, and no less time
PAGE_STEPS = 8  # of a map's curves on a page: they are looked at, so finer than means need


@st.cache_data(max_entries=512, show_spinner=False)
def spoof_score(key: ModelKey, face: np.ndarray) -> float:
    """P(spoof) a model gives to a face (size, size, 3)."""
    return float(model(key).spoof_scores(face[None])[0])


@st.cache_data(max_entries=512, show_spinner=False)
def is_unfamiliar(key: ModelKey, face: np.ndarray) -> bool | None:
    """Whether a face (size, size, 3) is unlike a model's training pictures; None if unmeasured."""
    known = familiarity(key)
    if known is None:
        return None
    return bool(known.is_unfamiliar(features(model(key), face[None]))[0])


@st.cache_resource(show_spinner=False)
def paces() -> dict[ModelKey, float]:
    """Seconds that one picture took in each model's last batch for its firmness, on this server."""
    return {}


@st.cache_data(max_entries=512, show_spinner=False)
def _trial_scores(key: ModelKey, digest: str, _faces: np.ndarray) -> np.ndarray:
    loaded = model(key)
    with _TRIALS:
        scores, seconds = timed(lambda: loaded.spoof_scores(_faces))
    paces()[key] = seconds / len(_faces)
    return scores


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
    tell: Callable[[int], None] | None = None,
) -> list[Attribution]:
    """One attribution a model, of one explainer on a face (size, size, 3).

    A target that is each model's verdict is its verdict at the threshold of `choice`. What has to
    be made waits for its turn (`dashboard.turns`); `tell` is given how many are before it.
    """
    thresholds = _thresholds(keys, choice)
    verdicts = _verdicts(keys, [face], thresholds) if target == PREDICTED else ()
    return _explanations(keys, explainer, face, target, verdicts, thresholds, _outside(tell))


def hiding(
    key: ModelKey,
    explainer: Explainer,
    face: np.ndarray,
    attribution: Attribution,
    *,
    limit: float,
    made: MutableMapping[Any, Any],
) -> Hiding:
    """A model's scores at a threshold while the regions of its map of a face are hidden.

    It holds pictures, so no cache may keep it: the last one of a model and an explainer is kept in
    `made`, with all else that was made of the visitor's picture.
    """
    place = ("hiding", key.name, explainer.name)
    about = (key, explainer, face.tobytes(), attribution.target, limit)
    if place not in made or made[place][0] != about:
        of = model(key).at(limit, before_batch=turns.next_piece)
        made[place] = about, hide(of, face, attribution, kind=explainer.kind)
    return made[place][1]


@st.cache_data(max_entries=512, show_spinner=False)
def _explanations(
    keys: Sequence[ModelKey],
    explainer: Explainer,
    face: np.ndarray,
    target: Target,
    verdicts: Sequence[bool],
    _thresholds: Sequence[float],
    _tell: Callable[[int], None],
) -> list[Attribution]:
    # `verdicts` stand for the thresholds: one that moves and turns no verdict changes no map
    models = _models_at(keys, _thresholds)
    with turns.HEAVY.turn(_tell, turns.go_on):
        return explainer.explain(models, face, target=target)


def judgements(
    keys: Sequence[ModelKey],
    explainer: Explainer,
    face: np.ndarray,
    target: Target,
    *,
    choice: ThresholdChoice,
    tell: Callable[[int], None] | None = None,
) -> list[MapJudgement]:
    """How far each of an explainer's maps of a face (size, size, 3) can be believed.

    Whether a small change of the picture turns a verdict is asked at the threshold of `choice`.
    `tell` is that of `explanations`.
    """
    maps = explanations(keys, explainer, face, target, choice=choice, tell=tell)
    thresholds = _thresholds(keys, choice)
    verdicts = _verdicts(keys, [face, *changed(face).values()], thresholds)
    return _judgements(keys, explainer, face, target, verdicts, thresholds, maps, _outside(tell))


@st.cache_data(max_entries=512, show_spinner=False)
def _judgements(
    keys: Sequence[ModelKey],
    explainer: Explainer,
    face: np.ndarray,
    target: Target,
    verdicts: Sequence[bool],
    _thresholds: Sequence[float],
    _maps: list[Attribution],
    _tell: Callable[[int], None],
) -> list[MapJudgement]:
    models = _models_at(keys, _thresholds)
    with turns.HEAVY.turn(_tell, turns.go_on):
        return judge_maps(models, face, explainer, _maps, target=target, steps=PAGE_STEPS)


def _outside(tell: Callable[[int], None] | None) -> Callable[[int], None]:
    """What tells a visitor's place from inside of a cached function.

    In a context of before: Streamlit keeps what a cached function draws, to draw it again.
    """
    if tell is None:
        return lambda before: None
    context = copy_context()
    return lambda before: context.run(tell, before)


def _thresholds(keys: Sequence[ModelKey], choice: ThresholdChoice) -> tuple[float, ...]:
    return tuple(threshold(key, choice).value for key in keys)


def _verdicts(
    keys: Sequence[ModelKey], faces: Sequence[np.ndarray], thresholds: Sequence[float]
) -> tuple[bool, ...]:
    """Whether each model takes each of these faces for an attack at its threshold."""
    pairs = list(zip(keys, thresholds, strict=True))
    return tuple(spoof_score(key, face) >= limit for face in faces for key, limit in pairs)


def _models_at(keys: Sequence[ModelKey], thresholds: Sequence[float]) -> list[FaceModel]:
    """Models at these thresholds; networks and compiled functions are those of `model`.

    Between two batches their work gives way to verdicts, and ends once nobody waits for it.
    """
    return [
        model(key).at(value, before_batch=turns.next_piece)
        for key, value in zip(keys, thresholds, strict=True)
    ]


@st.cache_data(max_entries=128, show_spinner=False)
def gates(key: ModelKey, face: np.ndarray) -> list[Gate]:
    """A model's attention gates on a face (size, size, 3)."""
    loaded = model(key)
    from fascore.judging.gates import gates as open_gates  # slow: it imports TensorFlow

    return open_gates(loaded, face)
