"""A store of two models with scores of twelve images, worked by hand."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fascore import store
from fascore.data.sample_table import fingerprint
from fascore.evaluation_sets import ABOUT, scores_record, set_folder, set_scores
from fascore.files import write_json
from fascore.store import CARD, PREDICTIONS, SAMPLES, Store, study_run, write_card

# sample: split, label, spoof type, subject, illumination, Male; scores of the two models
ROWS = {
    "v1": ("validation", 0, 0, "a", 0, 1, 0.1, 0.2),
    "v2": ("validation", 1, 1, "a", 1, None, 0.9, 0.8),
    "l1": ("test", 0, 0, "b", 0, 1, 0.1, 0.3),
    "l2": ("test", 0, 0, "b", 0, 0, 0.7, 0.2),
    "l3": ("test", 0, 0, "c", 0, 0, 0.2, 0.1),
    "p1": ("test", 1, 1, "b", 1, None, 0.9, 0.4),
    "p2": ("test", 1, 2, "c", 2, None, 0.3, 0.2),
    "r1": ("test", 1, 9, "b", 1, None, 0.8, 0.9),
    "r2": ("test", 1, 9, "c", 2, None, 0.6, 0.95),
}
PAIR = ("cnn", "cnn_channel")


@pytest.fixture
def scored_store(tmp_path):
    """Thresholds: validation puts both at 0.5."""
    columns = ["split", "label", "spoof_type", "subject", "illumination", "Male", *PAIR]
    table = pd.DataFrame.from_dict(ROWS, orient="index", columns=columns).rename_axis("sample_id")
    species = {0: "live", 1: "print", 2: "print", 9: "replay"}
    samples = table.assign(pai_species=table["spoof_type"].map(species), environment=0)
    samples = samples.astype({"Male": "Int8"}).drop(columns=list(PAIR)).sort_index()
    samples.to_csv(tmp_path / store.SAMPLES)
    for name in PAIR:
        (tmp_path / name).mkdir()
        card = store.Card(
            model=name,
            size=64,
            crop_expansion=1.5,
            feature_layers=["last_conv"],
            weights_sha256="",
            data={
                "name": "made up",
                "protocol": "official",
                "fingerprint": fingerprint(samples),
            },
            training={"initial_weights": "random", "epochs": 3},
            software={},
            # as stores of before 0.2 say that they are scored; no rule of today's chose it
            threshold={"value": 0.5, "rule": "made up"},
        )
        store.write_card(tmp_path / name, card)
        scores = table[[name]].rename(columns={name: "spoof_score"})
        scores.to_csv(tmp_path / name / store.PREDICTIONS)
    return Store(tmp_path)


def add_study(path: Path, *, seeds: int) -> None:
    """Copies a store's cards and scores as a study's runs, all alike."""
    for seed in range(seeds):
        for name in PAIR:
            folder = study_run(path, seed) / name
            folder.mkdir(parents=True)
            for file in (CARD, PREDICTIONS):
                shutil.copy(path / name / file, folder / file)


def rewrite_card(path: Path, *, training: dict[str, Any]) -> None:
    """Changes what a card says of training."""
    card = json.loads(path.read_text())
    card["training"] |= training
    path.write_text(json.dumps(card))


def record_rule(opened: Store, title: str) -> None:
    """Gives every network of a store a threshold of 0.4, chosen by a rule of this title."""
    threshold = {"value": 0.4, "rule": title, "split": "validation"}
    for name in opened.names:
        write_card(opened.path / name, replace(opened.card(name), threshold=threshold))


def add_set(store: Store, name: str, samples: pd.DataFrame, **about: Any) -> None:
    """A test set of some of a store's own test images, with the scores that these have."""
    folder = set_folder(store, name)
    folder.mkdir(parents=True)
    samples.to_csv(folder / SAMPLES)
    scores = {}
    for model in store.scored_names:
        file = set_scores(folder, model)
        store.scored(model).loc[samples.index, ["spoof_score"]].to_csv(file)
        scores[model] = scores_record(store.card(model), file)
    record = {"name": name, "root": "", "fingerprint": fingerprint(samples), "split": "test"}
    record |= {"counts": {}, "images": {}, "shared": {"by": None}, "scores": scores}
    write_json(folder / ABOUT, record | about)
