"""What every explainer declares, what it takes, and what it returns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any, ClassVar, Literal, Protocol, TypeVar

import numpy as np

from fascore.errors import FascoreError
from fascore.labels import LIVE, SPOOF
from fascore.models.face_model import FaceModel

PREDICTED = "predicted"
Target = int | str  # SPOOF, LIVE or PREDICTED
TARGETS: dict[str, Target] = {"spoof": SPOOF, "live": LIVE, PREDICTED: PREDICTED}

CELLS: Literal["cells"] = "cells"
SUPERPIXELS: Literal["superpixels"] = "superpixels"
PIXELS: Literal["pixels"] = "pixels"
Kind = Literal["cells", "superpixels", "pixels"]

GRADIENT_COST = 2.15  # forward passes that one forward and backward pass costs (benchmarks.explain)
SAMPLES = "samples"  # in `Attribution.quality`: how many samples a map was made from
_SETTING = "setting"  # where a field's metadata holds its Setting


@dataclass(frozen=True)
class Attribution:
    """One explanation: why `model` gave class `target` its logit on one image.

    Attributes
    ----------
    values : float32 array of shape (h, w)
        Contribution of each place, in the explainer's `unit`. Methods of kind "cells": the map
        before upsampling. All other methods: one value for each pixel, and the pixels of a
        superpixel share theirs.
    target : int
        The class explained: SPOOF or LIVE, also where "predicted" was asked for.
    settings : dict
        The explainer's settings, as given.
    seconds : float
        Time this map took; a joint run's time is divided evenly among its models.
    quality : dict of str to float
        What the method says about its own fit, by name: see each explainer.
    superpixels : int array of shape (h, w), optional
        The number of the superpixel that each pixel belongs to; for kind "superpixels" alone.
    """

    values: np.ndarray
    model: str
    method: str
    target: int
    settings: dict[str, Any]
    seconds: float
    quality: Mapping[str, float]
    superpixels: np.ndarray | None = None


@dataclass(frozen=True)
class Setting:
    """What one setting of an explainer does, and which values it may take.

    `low` and `high` bound a number; a setting that is a word has `choices` instead.
    """

    default: Any
    title: str
    help: str
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Any:
        """The value that a text stands for.

        Raises
        ------
        FascoreError
            If it is none of `choices`, no number, or out of range.

        Examples
        --------
        >>> Setting(50, "Superpixels", "", low=2, high=1000).read("80")
        80
        """
        if self.choices and text in self.choices:
            return text
        try:
            value = None if self.choices else type(self.default)(text)
        except ValueError:
            value = None
        if value is None or not self.low <= value <= self.high:
            allowed = ", ".join(self.choices) or f"a number from {self.low:g} to {self.high:g}"
            raise FascoreError(
                f"Expected for {self.title}: {allowed}. Received: {text!r}. Correct it."
            )
        return value


def setting(
    default: Any,
    *,
    title: str,
    help: str,
    low: float = 0,
    high: float = 0,
    choices: tuple[str, ...] = (),
) -> Any:
    """A dataclass field that is an explainer's setting; pages and commands read it from there."""
    about = Setting(default, title, help, low, high, choices)
    return field(default=default, metadata={_SETTING: about})


class Explainer(Protocol):
    """Contract of an explanation method: a frozen dataclass whose fields are its settings.

    Whatever pages, commands and measures must know about a method is declared here; nothing is
    guessed from its fields or its maps. Every field is made by `setting`. Nothing that an explainer
    does changes the models.

    Attributes
    ----------
    name, title : str
        What it is called in files and options, and on pages.
    kind : {"cells", "superpixels", "pixels"}
        What has one value in its maps: a cell of a feature map, a superpixel, or a pixel.
    unit : str
        What its values are measured in. Values of different units cannot be compared.
    signed : bool
        Whether its maps also show what speaks against the target.
    by_default : bool
        Whether pages show it, and commands measure it, unless they are asked for other methods.
    joint : bool
        Whether one run serves several models at little more than the cost of their forward passes.
    seeded : bool
        Whether it draws at random; it then has a setting `seed`.
    sample_field : str
        The setting that limits how many samples it takes; "" if it takes none. A method that
        samples says in ``quality["samples"]`` how many it took.
    stop_field : str
        The setting that lets it stop before that limit, and never does so at 1.0; "" if there is
        none.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]  # for `replace`, `asdict` and `fields`

    name: ClassVar[str]
    title: ClassVar[str]
    kind: ClassVar[Kind]
    unit: ClassVar[str]
    signed: ClassVar[bool]
    by_default: ClassVar[bool]
    joint: ClassVar[bool]
    seeded: ClassVar[bool]
    sample_field: ClassVar[str]
    stop_field: ClassVar[str]

    @property
    def forward_passes(self) -> float:
        """About how many forward passes one map costs at most: what the work is ordered by."""
        ...

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        """One attribution for each model, in order, of an RGB uint8 image (size, size, 3)."""
        ...

    def quality_sentence(self, attribution: Attribution) -> str:
        """What one of its maps says about its own quality, as a sentence for the page."""
        ...


E = TypeVar("E", bound=Explainer)


def settings_of(explainer: Explainer | type[Explainer]) -> dict[str, Setting]:
    """An explainer's settings by field name, with their ranges and help."""
    return {own.name: own.metadata[_SETTING] for own in fields(explainer)}


def exactly(explainer: E, samples: int) -> E:
    """The explainer, made to take exactly this many samples: it no longer stops early.

    An explainer that takes no samples is returned as it is.
    """
    changes: dict[str, Any] = {explainer.sample_field: samples, explainer.stop_field: 1.0}
    return replace(explainer, **{name: value for name, value in changes.items() if name})


def reseeded(explainer: E) -> E:
    """The explainer with the next seed; only for one that is `seeded`."""
    changes: dict[str, Any] = {"seed": asdict(explainer)["seed"] + 1}
    return replace(explainer, **changes)


def resolve_target(model: FaceModel, image: np.ndarray, target: Target) -> int:
    """The class to explain: `target`, or the model's own verdict where that is PREDICTED.

    Raises
    ------
    FascoreError
        If `target` is none of the values of `TARGETS`, or the image is not what the model takes.
    """
    model.check_images(image[None])
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
