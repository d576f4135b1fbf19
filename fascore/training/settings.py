"""What networks were trained with and what it took, side by side; differences are named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fascore.labels import SPECIES_TITLES
from fascore.sentences import joined
from fascore.store import Card
from fascore.training.history import Run

NOT_RECORDED = "not recorded"


def settings_table(cards: Mapping[str, Card]) -> pd.DataFrame:
    """What each network was trained with: a row a setting, a column a model, all as text.

    Data, recipe, start and software; a setting that a card does not record reads NOT_RECORDED.
    """
    columns = {name: _settings(card) for name, card in cards.items()}
    rows = dict.fromkeys(row for settings in columns.values() for row in settings)
    return pd.DataFrame(
        {name: [of.get(row, NOT_RECORDED) for row in rows] for name, of in columns.items()},
        index=pd.Index(list(rows), name="setting"),
    )


def differing(settings: pd.DataFrame) -> pd.Series:
    """Whether the networks differ in each row of a `settings_table`.

    Examples
    --------
    >>> table = pd.DataFrame({"a": ["1", "x"], "b": ["1", "y"]}, index=["epochs", "data"])
    >>> differing(table).to_dict()
    {'epochs': False, 'data': True}
    """
    return settings.nunique(axis=1) > 1


def earlier_note(cards: Mapping[str, Card]) -> str:
    """That networks were trained before, by what their histories and times do not hold.

    Empty where all started from random weights or ImageNet's.
    """
    starts = list(dict.fromkeys(filter(None, (card.goes_on_from for card in cards.values()))))
    if not starts:
        return ""
    return (
        f"These trainings went on from networks that had been trained before ({joined(starts)}). "
        "What came before is in none of the curves and times on this page."
    )


def cost_table(cards: Mapping[str, Card], runs: Mapping[str, Run]) -> pd.DataFrame:
    """What training took: a row a model, all as text.

    `runs` are the finished trainings by model, where their histories are there. An epoch's time is
    the median of its history, or the training's time over its epochs where no epoch was timed.
    """
    rows = {name: _cost(card, runs.get(name)) for name, card in cards.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def _settings(card: Card) -> dict[str, str]:
    data, training = card.data, card.training
    config = {key: value for key, value in training.get("config", {}).items() if key != "name"}
    counts = data.get("counts", {}).get("train", {})
    told: dict[str, Any] = {
        "data set": data.get("name"),
        "protocol": data.get("protocol"),
        "training images": sum(counts.values()) or None,
        **{
            f"of them {SPECIES_TITLES.get(species, species).lower()}": count
            for species, count in counts.items()
        },
        "input, px": card.size,
        "crop, times the face": card.crop_expansion,
        "recipe": training.get("recipe"),
        **{key.replace("_", " "): _given(value) for key, value in config.items()},
        "seed": training.get("seed"),
        "initial weights": training.get("initial_weights"),
        "threshold's rule": card.threshold.get("rule"),
        **card.software,
    }
    return {key: _text(value) for key, value in told.items() if value is not None}


def _given(value: Any) -> Any:
    """A recipe's setting; None is one that it does without."""
    return "none" if value is None else value


def _cost(card: Card, run: Run | None) -> dict[str, str]:
    training = card.training
    epochs, seconds = training.get("epochs"), training.get("seconds")
    epoch = seconds / epochs if epochs and seconds else None
    if run is not None and "seconds" in run.history:
        epoch = float(run.history["seconds"].median())
    return {
        "epochs trained": _text(epochs),
        "epoch kept": _text(training.get("best_epoch")),
        "seconds an epoch": NOT_RECORDED if epoch is None else f"{epoch:.1f}",
        "seconds in all": _text(seconds),
        "device": _text(training.get("device") or card.software.get("device")),
        "precision": _text(training.get("config", {}).get("precision")),
        "finished": _text(training.get("finished")).partition("T")[0],
    }


def _text(value: Any) -> str:
    if value is None:
        return NOT_RECORDED
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
