"""Scores a store's models on validation and test, and chooses their thresholds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import psutil
from tqdm import tqdm

from fascore import store
from fascore.data.sample_table import evaluation_samples
from fascore.errors import FascoreError
from fascore.files import remove_half_written, write_whole
from fascore.labels import LIVE, SPOOF
from fascore.models import MODELS
from fascore.models.face_model import FaceModel
from fascore.models.network_file import NetworkError
from fascore.paper import Reported, read_paper
from fascore.provenance import differences, listed
from fascore.scores import classification
from fascore.scores.definitions import PAPER_METRICS
from fascore.scores.thresholds import (
    DEFAULT_RULE,
    THRESHOLD_RULES,
    ThresholdChoice,
    choose_threshold,
    recorded_rule,
)
from fascore.store import Card, Store, StoreError, scores_made_from, write_card
from trainer.build import Prepared
from trainer.calibrate import calibrate
from trainer.familiar import familiarise

NO_VALIDATION = "0.5, for want of validation images of both classes"
EVALUATED = ("validation", "test")


def evaluate(
    build: Prepared, store_path: Path, *, rule: str | None = None, again: bool = False
) -> tuple[pd.DataFrame, list[str]]:
    """Writes samples.csv, predictions.csv, threshold, temperature and what pictures are known.

    Returns the test metrics, and a sentence on each model that could not be scored or measured
    because its files are damaged.

    Scores that are there are used again only if they are of the model's weights and of the
    build's images; with `again` not even then. The threshold is chosen on validation and applied to
    test, by `rule` (a key of `THRESHOLD_RULES`), else by the one that the store's cards record.
    The table is `test_metrics`'.

    Raises
    ------
    FascoreError
        If a model was trained on another build: its test images may be those it was trained on.
    """
    remove_half_written(store_path)
    opened = Store(store_path)
    cards, damaged = opened.whole_cards()
    for name in (whole := [name for name in opened.loadable_names if name in cards]):
        _check_trained_on(build, cards[name])
    write_samples(build, store_path)
    rule = rule or recorded_rule(cards.values())
    for name in whole:
        try:  # the others are scored and measured all the same
            opened.check_weights(name)
            if again or not is_scored(opened, name, build):
                score(opened, name, build, rule=rule)
            else:
                print(f"{MODELS[name].title}: scored already.")
            familiarise(opened, name, build, again=again)
        except (StoreError, NetworkError) as err:
            damaged[name] = str(err)
    scored = [name for name in opened.scored_names if name not in damaged]
    for name in scored:  # also those whose weights are elsewhere: a store has one rule
        if recorded_rule([opened.card(name)]) != rule:
            with suppress(StoreError):  # scores of other images or weights; `test_metrics` says so
                _record_threshold(opened, name, rule)
    calibrate(opened, scored)
    return test_metrics(opened), list(damaged.values())


def write_samples(build: Prepared, store_path: Path) -> pd.DataFrame:
    """The build's validation and test samples; writes them to samples.csv where it differs."""
    samples = evaluation_samples(build.samples)
    path = store_path / store.SAMPLES
    if not path.exists() or path.read_bytes() != samples.to_csv().encode():
        write_whole(path, samples.to_csv)
    return samples


def score(opened: Store, name: str, build: Prepared, *, rule: str = DEFAULT_RULE) -> None:
    """Writes a model's predictions.csv; into its card what they were made from, and a threshold."""
    scores = predict(opened.load(name), build)
    table = pd.DataFrame({"spoof_score": scores}).rename_axis("sample_id").sort_index()
    write_whole(opened.path / name / store.PREDICTIONS, table.to_csv)
    card = opened.card(name)
    made_from = _made_from(opened.path / name, card, build)
    # without a threshold until it is chosen: a run that is stopped here scores again
    write_card(opened.path / name, replace(card, scores=made_from, threshold={}, calibration={}))
    _record_threshold(opened, name, rule)


def is_scored(opened: Store, name: str, build: Prepared) -> bool:
    """Whether the scores that are there are of this model's weights and of the build's images."""
    folder, card = opened.path / name, opened.card(name)
    if not card.threshold or not (folder / store.PREDICTIONS).exists():
        return False
    return not differences(card.scores, _made_from(folder, card, build))


def _made_from(folder: Path, card: Card, build: Prepared) -> dict[str, Any]:
    """What a model's scores were made from, as its card records it."""
    images = {split: build.data["images"].get(split) for split in EVALUATED}
    return {**scores_made_from(folder, card), "images": images}


def predict(model: FaceModel, build: Prepared) -> dict[str, float]:
    """P(spoof) of each validation and test image by sample id, with a progress bar."""

    def batches(batch_size: int) -> Iterator[tuple[list[str], np.ndarray]]:
        for split in EVALUATED:
            yield from build.batches(split, batch_size)

    return spoof_scores(model, batches, sum(build.count(split) for split in EVALUATED))


def spoof_scores(
    model: FaceModel,
    batches: Callable[[int], Iterable[tuple[list[str], np.ndarray]]],
    total: int,
) -> dict[str, float]:
    """P(spoof) by sample id of `total` images, with a progress bar.

    `batches` gives sample ids and images, as many at a time as it is asked for.
    """
    scores: dict[str, float] = {}
    batch_size = choose_batch_size(model)
    with tqdm(total=total, desc=f"score {model.name}", unit="image") as bar:
        for ids, images in batches(batch_size):
            scores |= zip(ids, model.spoof_scores(images, batch_size=batch_size), strict=True)
            bar.update(len(ids))
    return scores


def choose_batch_size(model: FaceModel) -> int:
    """Images a forward pass may take: as many as keep its maps in a quarter of the free memory.

    Between 16 and 512, a power of two; more are no faster.
    """
    outputs = [layer.output for layer in model.network.layers]
    shapes = [each.shape[1:] for out in outputs for each in keras.tree.flatten(out)]
    image_bytes = 4 * sum(math.prod(shape) for shape in shapes)
    fitting = psutil.virtual_memory().available / 4 / image_bytes
    return int(min(max(2 ** math.floor(math.log2(max(fitting, 1))), 16), 512))


def _check_trained_on(build: Prepared, card: Card) -> None:
    """Refuses to score a model on a build it was not trained for: its test may be its training."""
    there = {**card.data, "size": card.size, "crop_expansion": card.crop_expansion}
    wanted = {"fingerprint": build.data["fingerprint"], "size": build.size}
    wanted |= {"crop_expansion": build.config.crop_expansion}
    # the training images may be others: models of several training sets may share a test set;
    # cards of before 0.2 do not record any images
    if recorded := there.get("images"):
        there["images"] = {split: recorded.get(split) for split in EVALUATED}
        wanted["images"] = {split: build.data["images"].get(split) for split in EVALUATED}
    if differing := differences(there, wanted):
        raise FascoreError(
            f"Expected {card.model} to be trained on this build. Received: one trained on "
            f"{card.data['name']} with {listed(differing)}. Give --data the build it was trained "
            "on, or another --store."
        )


def _record_threshold(opened: Store, name: str, rule: str) -> None:
    """Into the card: the threshold that the rule chooses on validation, or 0.5 and why."""
    validation, card = opened.scored(name, split="validation"), opened.card(name)
    threshold: dict[str, Any]
    if set(validation["label"]) == {LIVE, SPOOF}:
        anew = choose_threshold(replace(card, threshold={}), validation, ThresholdChoice(rule))
        title = THRESHOLD_RULES[rule].title
        threshold = {"value": anew.value, "rule": title, "split": "validation"}
    else:
        threshold = {"value": store.DEFAULT_THRESHOLD, "rule": NO_VALIDATION}
        print(f"{MODELS[name].title}: threshold {NO_VALIDATION}.")
    write_card(opened.path / name, replace(card, threshold=threshold))


def test_metrics(opened: Store) -> pd.DataFrame:
    """The store's models on its test split, and what the paper reports of them.

    Columns: ("measured", name) and ("paper, CelebA-Spoof", name).
    """
    measured, paper = {}, read_paper()
    for name in opened.scored_names:
        try:
            live, spoof = opened.scores(name)
        except StoreError as err:  # damaged, or without weights here and so not to be scored
            print(f"{MODELS[name].title} is left out. {err}")
            continue
        threshold = opened.card(name).threshold_value
        result = classification.classify(live, spoof, threshold=threshold)
        rates = {rate: getattr(result, rate) for rate in PAPER_METRICS}
        measured[name] = {**rates, "auc": classification.auc(live, spoof), "threshold": threshold}
    table = pd.concat(
        {
            "measured": pd.DataFrame.from_dict(measured, orient="index"),
            "paper, CelebA-Spoof": pd.DataFrame.from_dict(
                {name: _reported(paper.row(name)) for name in measured}, orient="index"
            ),
        },
        axis="columns",
    )
    return table.rename(index={name: MODELS[name].title for name in measured})


def auc_by_species(opened: Store) -> pd.DataFrame:
    """AUC of each model on test: all spoofs, then each PAI species against the live faces."""
    rows = {}
    for name in opened.scored_names:
        scored = opened.scored(name)
        rows[MODELS[name].title] = classification.auc_by_species(
            *(scored[column].to_numpy() for column in ("spoof_score", "label", "pai_species"))
        )
    return pd.DataFrame.from_dict(rows, orient="index")


def _reported(row: Reported) -> dict[str, float]:
    rates = {rate: getattr(row, rate) for rate in PAPER_METRICS}
    return {**rates, "accuracy": row.accuracy.estimate}
