"""The changes that a verdict is tried with, and which of them turn it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import numpy as np

from fascore.firmness.changes import (
    AS_GIVEN,
    WORKING_SIDE,
    Change,
    changed_input,
    changed_inputs,
)
from fascore.images import Box, crop_square, reduced


@dataclass(frozen=True)
class Family:
    """One kind of change: which field of a `Change` takes which values, and how that reads.

    A value is in units of `unit`; `given` is the one that stands for no change.
    """

    title: str
    field: str
    values: tuple[float, ...]
    given: float
    words: Callable[[float], str]
    unit: float = 1

    def change(self, base: Change, value: float) -> Change:
        """The change with this value, and all else as in `base`."""
        fields: dict[str, Any] = {self.field: value / self.unit if self.unit != 1 else value}
        return replace(base, **fields)

    def size(self, value: float) -> float:
        """How far a value is from `given`, over the furthest of the family: from 0 to 1."""
        return abs(value - self.given) / max(abs(other - self.given) for other in self.values)


@dataclass(frozen=True)
class Trial:
    """One change that a verdict is tried with; `size` is that of `Family.size`."""

    family: str
    words: str
    size: float
    change: Change


def families(expansion: float) -> list[Family]:
    """The kinds of changes for a network whose crop has this expansion."""
    crops = (1.0, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875, 2.0)
    shifts = (-0.1, -0.05, 0.05, 0.1)
    light, noise = (0.5, 0.7, 0.85, 1.15, 1.3, 1.5), (4, 8, 16, 24)
    return [
        Family("Crop", "scale", crops, expansion, "crop {:g} times the face".format, expansion),
        Family("Left, right", "right", shifts, 0, _moved("left", "right")),
        Family("Up, down", "down", shifts, 0, _moved("up", "down")),
        Family("Light", "brightness", light, 1, "brightness {:.0%}".format),
        Family("Blur", "blur", (0.005, 0.01, 0.02, 0.03), 0, "blur of {:.1%} of the crop".format),
        Family("Noise", "noise", noise, 0, "noise of {:g} grey levels".format),
        Family("JPEG", "jpeg", (90, 70, 50, 30, 10), 100, "JPEG quality {:g}".format),
        Family("Pixels", "resolution", (48, 32, 24, 16), 64, "a crop of {:g} px".format),
    ]


def trials(expansion: float, *, base: Change = AS_GIVEN) -> list[Trial]:
    """All changes to try, family by family.

    Parameters
    ----------
    expansion : float
        Side of the network's crop over the longer side of the face.
    base : Change
        What is done to the picture already: each trial changes one thing of it. A value that it
        has already is none.
    """
    tried = [
        Trial(family.title, family.words(value), family.size(value), family.change(base, value))
        for family in families(expansion)
        for value in family.values
    ]
    return [trial for trial in tried if trial.change != base]


def trial_inputs(
    image: np.ndarray,
    box: Box | None,
    tried: Sequence[Trial],
    *,
    size: int,
    expansion: float,
    base: Change = AS_GIVEN,
) -> np.ndarray:
    """What a network sees of the picture as it is, and then in each trial.

    Of a picture with a crop of twice `WORKING_SIDE` or more the trials are made reduced: off by
    less than two grey levels in the mean, and a telephone's photograph takes a tenth of the time.

    Parameters
    ----------
    image, box, size, expansion
        Of `fascore.images.face_input`.
    tried : sequence of Trial
        Of `trials`, n of them.
    base : Change
        What is done to the picture already.

    Returns
    -------
    uint8 array of shape (1 + n, size, size, 3)
    """
    given = changed_input(image, box, base, size=size, expansion=expansion)
    side = min(crop_square(image, box, expansion=expansion).side, *image.shape[:2])
    factor = max(1, side // WORKING_SIDE)
    others = changed_inputs(
        reduced(image, factor),
        None if box is None else Box(*(value / factor for value in astuple(box))),
        [trial.change for trial in tried],
        size=size,
        expansion=expansion,
    )
    return np.concatenate([given[None], others])


@dataclass(frozen=True)
class Firmness:
    """One network's scores of the picture as given and in all trials.

    Attributes
    ----------
    trials : sequence of Trial
        n of them.
    given : float
        P(spoof) of the picture as given.
    scores : float array of shape (n,)
        P(spoof) in each trial.
    threshold : float
    """

    trials: Sequence[Trial]
    given: float
    scores: np.ndarray
    threshold: float

    @property
    def is_spoof(self) -> bool:
        """Whether the picture as given is taken for an attack."""
        return self.given >= self.threshold

    @property
    def turned(self) -> np.ndarray:
        """Which trials turn the verdict: bool (n,)."""
        return np.asarray((self.scores >= self.threshold) != self.is_spoof)

    @property
    def first(self) -> Trial | None:
        """The trial of the smallest size that turns the verdict; None if none does."""
        turning = [trial for trial, turns in zip(self.trials, self.turned, strict=True) if turns]
        return min(turning, key=lambda trial: trial.size, default=None)


def _moved(back: str, forth: str) -> Callable[[float], str]:
    return lambda value: f"crop moved {abs(value):.0%} {back if value < 0 else forth}"
