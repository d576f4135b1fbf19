"""What is judged of the picture on show: its crop, each network's input, and its changes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from fascore.firmness.changes import AS_GIVEN, Change, changed_crop, changed_input
from fascore.firmness.trials import Trial, trial_inputs, trials
from fascore.images import Box
from fascore.store import Card

_AHEAD = ThreadPoolExecutor(2, thread_name_prefix="trials")


@dataclass(frozen=True)
class Judged:
    """What is judged: the picture (H, W, 3), the face's box in it, and where the box is from.

    Without a box it is the picture's largest centred square. `change` is what is done to the
    picture first. `faces` are the boxes of all faces that were found in it, if any were looked for.
    `made` holds what was made of it, for many networks share one crop.
    """

    pixels: np.ndarray
    box: Box | None
    box_origin: str
    change: Change = AS_GIVEN
    faces: tuple[Box, ...] = ()
    made: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def crop(self, card: Card) -> np.ndarray:
        """The square crop around the face, at the picture's own resolution if nothing is done."""
        expansion = card.crop_expansion
        return self._once(
            ("crop", expansion),
            lambda: changed_crop(self.pixels, self.box, self.change, expansion=expansion),
        )

    def network_input(self, card: Card) -> np.ndarray:
        """What a network sees of it: uint8 (size, size, 3)."""
        size, expansion = card.size, card.crop_expansion
        return self._once(
            ("input", size, expansion),
            lambda: changed_input(
                self.pixels, self.box, self.change, size=size, expansion=expansion
            ),
        )

    def trials(self, card: Card) -> list[Trial]:
        """The changes that a network's verdict is tried with."""
        return trials(card.crop_expansion, base=self.change)

    def begin_trials(self, card: Card) -> None:
        """Begins to make `trial_inputs`, while networks judge the picture as it is."""
        self._trial_inputs(card)

    def trial_inputs(self, card: Card) -> np.ndarray:
        """What a network sees of it, and then in each trial: uint8 (1 + n, size, size, 3)."""
        return self._trial_inputs(card).result()

    def _trial_inputs(self, card: Card) -> Future[np.ndarray]:
        size, expansion = card.size, card.crop_expansion
        make = partial(
            trial_inputs,
            self.pixels,
            self.box,
            self.trials(card),
            size=size,
            expansion=expansion,
            base=self.change,
        )
        return self._once(("trials", size, expansion), lambda: _AHEAD.submit(make))

    def _once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """What `make` gave when it was first asked for of this box and this change."""
        key = (*key, self.box, self.change)
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]
