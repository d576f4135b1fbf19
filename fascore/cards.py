"""A model's card: what it expects and how it came to be. docs/store.md describes its fields."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fascore.errors import StoreError
from fascore.files import read_whole, write_json

CARD = "card.json"
DEFAULT_THRESHOLD = 0.5


@dataclass(frozen=True)
class Card:
    """What a model expects and how it came to be; `card.json`.

    `data` names the data set: name, simulated, root, fingerprint, protocol, counts, and `images`,
    a digest of each split's ids, labels and pixels. `training` holds recipe, config, seed, initial
    weights, epochs and seconds. Once the model has been evaluated, `threshold` holds value, rule
    and split, `calibration` the temperature that makes its scores probabilities, with rule and
    split, `scores` what its predictions were made from (`scores_made_from`), and `familiarity` the
    SHA-256 of familiarity.npz.
    """

    model: str
    size: int
    crop_expansion: float
    feature_layers: list[str]
    weights_sha256: str
    data: dict[str, Any]
    training: dict[str, Any]
    software: dict[str, str]
    threshold: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] = field(default_factory=dict)
    calibration: dict[str, Any] = field(default_factory=dict)
    familiarity: dict[str, str] = field(default_factory=dict)

    @property
    def threshold_value(self) -> float:
        """The recorded threshold, or 0.5 before evaluation."""
        return float(self.threshold.get("value", DEFAULT_THRESHOLD))

    @property
    def goes_on_from(self) -> str | None:
        """The store or file of the trained network that training started from; None without one."""
        start = self.training.get("initial_weights")
        return None if start in (None, "random", "imagenet") else str(start)

    @property
    def temperature(self) -> float | None:
        """Of `fascore.scores.temperature.calibrated`; None before evaluation, or without it."""
        value = self.calibration.get("temperature")
        return None if value is None else float(value)


def read_card(folder: Path) -> Card:
    """The card in a model's folder; the folder has the model's name.

    Raises
    ------
    StoreError
        If there is none, or it cannot be read.
    """
    path = folder / CARD
    if not path.exists():
        raise StoreError(
            f"Expected {CARD} beside the weights of {folder.name}. Received: none. "
            "Train the model again with `python -m trainer fit`."
        )
    return read_whole(
        path,
        _card_of,
        expected=f"a complete {CARD} for {folder.name}",
        mend="Train the model again with `python -m trainer fit --again`.",
    )


def _card_of(path: Path) -> Card:
    """The card in a file; whatever is not of a card's shape raises."""
    card = Card(**json.loads(path.read_text(encoding="utf-8")))
    for part in (
        card.data,
        card.training,
        card.software,
        card.threshold,
        card.scores,
        card.familiarity,
    ):
        dict(part)
    for name in ("name", "fingerprint"):
        card.data[name]
    float(card.threshold_value)
    return card


def write_card(folder: Path, card: Card) -> None:
    """Writes a model's card."""
    write_json(folder / CARD, asdict(card))
