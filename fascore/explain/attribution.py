"""What every explainer takes and returns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np

from fascore.errors import FascoreError
from fascore.labels import LIVE, SPOOF
from fascore.models.face_model import FaceModel

PREDICTED = "predicted"
Target = int | str  # SPOOF, LIVE or PREDICTED
TARGETS: dict[str, Target] = {"spoof": SPOOF, "live": LIVE, PREDICTED: PREDICTED}


@dataclass(frozen=True)
class Attribution:
    """One explanation: why `model` gave class `target` its logit on one image.

    Attributes
    ----------
    values : float32 array of shape (h, w)
        Contribution of each place, in logits. Grad-CAM: the class activation map before
        upsampling, never negative; LIME and SHAP: one value a pixel, signed.
    target : int
        The class explained: SPOOF or LIVE, also where "predicted" was asked for.
    settings : dict
        The explainer's settings, as given.
    seconds : float
        Time this map took; a joint run's time is divided evenly among its models.
    quality : dict of str to float
        What the method says of its own fit, by name: see each explainer.
    superpixels : int array of shape (h, w), optional
        LIME's segments.
    """

    values: np.ndarray
    model: str
    method: str
    target: int
    settings: dict[str, Any]
    seconds: float
    quality: Mapping[str, float]
    superpixels: np.ndarray | None = None


class Explainer(Protocol):
    """Contract: a frozen dataclass whose fields are the method's settings.

    `signed`: values are for and against. `joint`: one run serves several models at little more
    than the cost of their forward passes. `forward_passes`: about how many a model needs, to
    order the work. Nothing an explainer does changes the models.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    signed: ClassVar[bool]
    joint: ClassVar[bool]

    @property
    def forward_passes(self) -> int: ...

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        """One attribution a model, in order, for an RGB uint8 image (size, size, 3)."""
        ...


def resolve_target(model: FaceModel, image: np.ndarray, target: Target) -> int:
    """The class to explain: `target`, or what the model says where that is PREDICTED."""
    if target == PREDICTED:
        return SPOOF if model.is_spoof(model.spoof_scores(image[None])[0]) else LIVE
    if target not in (LIVE, SPOOF):
        raise FascoreError(
            f"A target is one of {sorted(TARGETS)}. Received: {target!r}. "
            "Use fascore.explain.TARGETS."
        )
    return int(target)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What `work()` returns, and the seconds it took."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start
