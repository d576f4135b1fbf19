"""Makes the scores of a store's networks probabilities: one temperature each, in the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fascore.models import MODELS
from fascore.scores.temperature import AT_ITS_LIMIT, SEPARATED, fit_temperature
from fascore.store import Store, StoreError, write_card

SPLIT = "validation"


def calibrate(opened: Store, names: Sequence[str]) -> None:
    """Records a temperature in the card of each network, fitted on its validation scores.

    Also of networks whose weights are elsewhere: scores are all it takes. Without validation images
    of both classes there is none, and one that is there from before is taken away.
    """
    for name in names:
        try:
            live, spoof = opened.scores(name, split=SPLIT)
        except StoreError:  # scores of other images or weights; `test_metrics` says so
            continue
        calibration: dict[str, Any] = {}
        if len(live) and len(spoof):
            temperature, rule = fit_temperature(live, spoof)
            calibration = {"temperature": temperature, "rule": rule, "split": SPLIT}
            if SEPARATED in rule or AT_ITS_LIMIT in rule:
                print(f"{MODELS[name].title}: temperature {temperature:.3g} by {rule}.")
        card = opened.card(name)
        if calibration != card.calibration:
            write_card(opened.path / name, replace(card, calibration=calibration))
