"""Scores a store's models on validation and test, and chooses their thresholds."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pandas as pd

from fascore import metrics, store
from fascore.files import write_whole
from fascore.models import MODELS
from fascore.store import Store
from trainer.data import Faces

PAPER = Path(__file__).parents[1] / "assets" / "paper.json"
THRESHOLD_RULE = "equal error rate"


def evaluate(faces: Faces, store_path: Path) -> pd.DataFrame:
    """Writes samples.csv, each model's predictions.csv and its threshold; returns the test metrics.

    The threshold is chosen on validation and applied to test. Row: model; columns: accuracy,
    precision, recall, f1 (macro), auc, threshold, and the accuracy the paper reports.
    """
    opened = Store(store_path)
    splits = [faces.load("validation"), faces.load("test")]
    samples = store.samples_table(faces.samples)
    write_whole(store_path / store.SAMPLES, samples.to_csv)
    for name in opened.names:
        model = opened.load(name)
        scores = {
            sample.sample_id: score
            for split in splits
            for sample, score in zip(split.samples, model.spoof_scores(split.images), strict=True)
        }
        table = pd.DataFrame({"spoof_score": scores}).rename_axis("sample_id").sort_index()
        write_whole(store_path / name / store.PREDICTIONS, table.to_csv)
        _record_threshold(opened, name)
    return test_metrics(opened)


def _record_threshold(opened: Store, name: str) -> None:
    value = metrics.eer_threshold(*opened.scores(name, split="validation"))
    threshold = {"value": value, "rule": THRESHOLD_RULE, "split": "validation"}
    card = dataclasses.replace(opened.card(name), threshold=threshold)
    store.write_card(opened.path / name, card)


def test_metrics(opened: Store) -> pd.DataFrame:
    """The store's models on its test split beside the accuracy the paper reports."""
    reported = reported_accuracy()
    rows = {}
    for name in opened.names:
        live, spoof = opened.scores(name)
        threshold = opened.card(name).threshold_value
        result = metrics.classify(live, spoof, threshold=threshold)
        rows[MODELS[name].title] = {
            "accuracy": result.accuracy,
            "precision": result.precision,
            "recall": result.recall,
            "f1": result.f1,
            "auc": metrics.auc(live, spoof),
            "threshold": threshold,
            "paper accuracy (CelebA-Spoof)": reported[name],
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def auc_by_species(opened: Store) -> pd.DataFrame:
    """AUC of each model on test: all spoofs, then each PAI species against the live faces."""
    samples = opened.samples()
    test = samples[samples["split"] == "test"]
    rows = {}
    for name in opened.names:
        scores = opened.predictions(name)[test.index].to_numpy()
        rows[MODELS[name].title] = metrics.auc_by_species(
            scores, test["label"].to_numpy(), test["pai_species"].to_numpy()
        )
    return pd.DataFrame.from_dict(rows, orient="index")


def reported_accuracy() -> dict[str, float]:
    """Accuracy of each model as the paper reports it, by model name."""
    tables = json.loads(PAPER.read_text())["tables"]
    return {row["name"]: row["accuracy"] for rows in tables.values() for row in rows}
