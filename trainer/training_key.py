"""What makes a training what it is, and whether a store has it already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fascore import store
from fascore.cards import read_card
from fascore.errors import FascoreError
from fascore.files import sha256
from fascore.models import BASELINES
from fascore.provenance import differences, listed
from trainer.build import Prepared
from trainer.recipes import Recipe
from trainer.training_state import check_state

IMAGENET, NONE = "imagenet", "none"


def initial_weights(weights: str, name: str) -> str:
    """A network's own file where `weights` is a store, else `weights`."""
    return str(Path(weights) / name / store.WEIGHTS) if Path(weights).is_dir() else weights


def training_key(
    name: str,
    build: Prepared,
    recipe: Recipe,
    *,
    seed: int,
    precision: str,
    weights: str = IMAGENET,
) -> dict[str, Any]:
    """What makes a training what it is: the same key, the same network."""
    initial = weights if name in BASELINES or weights not in (IMAGENET, NONE) else NONE
    key = {
        "recipe": recipe.name,
        "config": {**asdict(recipe), "precision": precision},
        "seed": seed,
        "initial_weights": "random" if initial == NONE else initial,
        "build": build.config.name,
        "images": build.data["images"],
    }
    file = Path(initial_weights(weights, name))
    if weights not in (IMAGENET, NONE) and file.is_file():
        key["initial_sha256"] = sha256(file)  # another file may get the same name
    return key


def is_trained(folder: Path, key: dict[str, Any]) -> bool:
    """Whether a model's folder holds the weights of this very training.

    Raises
    ------
    FascoreError
        If it holds another model, or another training that was stopped: neither is lost unasked.
    """
    weights, there = folder / store.WEIGHTS, has_card(folder, key)
    if there and weights.exists():
        if sha256(weights) == read_card(folder).weights_sha256:
            return True
        raise _other_model(folder, ["weights that its card does not describe"])
    check_state(folder, key)
    return False


def has_card(folder: Path, key: dict[str, Any]) -> bool:
    """Whether a model's folder has the card of this very training; refuses another's."""
    if not (folder / store.CARD).exists():
        return False
    card = read_card(folder)
    if differing := differences({**card.data, **card.training}, key):
        raise _other_model(folder, differing)
    return True


def _other_model(folder: Path, differing: Sequence[str]) -> FascoreError:
    return FascoreError(
        f"Expected no network in {folder}, or the one asked for. Received: one with "
        f"{listed(differing)}. Give --again to train it anew, or another --store."
    )
