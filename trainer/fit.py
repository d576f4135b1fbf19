"""Trains networks and writes them to a model store."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from fascore import store
from fascore.files import sha256, write_whole
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.models import FEATURE_MAP, LAST_CONV, MODELS
from trainer.data import Faces, Split, background_samples, batches
from trainer.recipes import Recipe

SOFTWARE = ("tensorflow", "keras", "numpy")


@keras.saving.register_keras_serializable(package="trainer")
class SpoofAUC(keras.metrics.AUC):
    """AUC of P(spoof), the second softmax output."""

    def __init__(self, name: str = "auc", **kwargs: Any) -> None:
        super().__init__(name=name, num_thresholds=1000, **kwargs)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(y_true, y_pred[:, 1], sample_weight)


def fit(
    faces: Faces,
    store_path: Path,
    *,
    models: list[str],
    recipe: Recipe,
    seed: int = 0,
    precision: str = "float32",
) -> None:
    """Trains the named models one after the other, each from the same seed, into the store.

    Every model's folder is complete when its card is there; the store gets SHAP's background set.
    """
    train, validation = faces.load("train"), faces.load("validation")
    chosen = background_samples(train.samples, seed=seed)
    ids = [train.samples[i].sample_id for i in chosen]
    store.write_background(store_path, train.images[chosen], ids)
    for number, name in enumerate(models, start=1):
        print(f"\n{MODELS[name].title} ({number} of {len(models)})")
        start = time.perf_counter()
        network, history = train_network(
            name, train, validation, recipe=recipe, seed=seed, precision=precision
        )
        training = {
            "recipe": recipe.name,
            "config": {**asdict(recipe), "precision": precision},
            "seed": seed,
            "initial_weights": "random",
            "epochs": len(history),
            "best_epoch": _best_epoch(history, recipe),
            "seconds": round(time.perf_counter() - start, 1),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        data = _describe_data(faces)
        _save(store_path / name, name, network, history, data=data, training=training)


def train_network(
    name: str, train: Split, validation: Split, *, recipe: Recipe, seed: int, precision: str
) -> tuple[keras.Model, pd.DataFrame]:
    """A trained float32 network, with its best epoch's weights, and its history by epoch."""
    keras.utils.set_random_seed(seed)
    keras.config.set_dtype_policy(precision)
    network = MODELS[name].build()
    data = batches(train, batch_size=recipe.batch_size, augment=recipe.augment, seed=seed)
    network.compile(
        optimizer=recipe.optimizer(len(data)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy", SpoofAUC()],
    )
    best = keras.callbacks.EarlyStopping(
        recipe.monitor,
        patience=recipe.patience,
        mode="max" if recipe.monitor == "val_auc" else "min",
        restore_best_weights=True,
    )
    record = network.fit(
        data,
        validation_data=batches(validation, batch_size=256, augment=False, seed=None),
        epochs=recipe.epochs,
        shuffle=False,  # the data set shuffles itself
        callbacks=[best, keras.callbacks.TerminateOnNaN()],
    )
    keras.config.set_dtype_policy("float32")
    exported = MODELS[name].build()
    exported.set_weights(network.get_weights())
    history = pd.DataFrame(record.history)
    if not np.isfinite(history["loss"]).all():
        raise ValueError(
            f"Expected the loss of {name} to stay finite. Received: NaN in epoch {len(history)}. "
            "Train with a lower learning rate or in float32."
        )
    return exported, history


def choose_precision(precision: str) -> str:
    """`precision`, or for "auto" what this machine trains fastest in."""
    if precision != "auto":
        return precision
    if tf.config.list_physical_devices("GPU"):
        return "mixed_float16"
    cpu = Path("/proc/cpuinfo")
    fast = cpu.exists() and "avx512_bf16" in cpu.read_text()
    return "mixed_bfloat16" if fast else "float32"


def _best_epoch(history: pd.DataFrame, recipe: Recipe) -> int:
    """Number of the epoch whose weights were kept, counted from 1."""
    values = history[recipe.monitor]
    best = values.idxmax() if recipe.monitor == "val_auc" else values.idxmin()
    return int(best) + 1


def _describe_data(faces: Faces) -> dict[str, Any]:
    return {
        "name": faces.source.name,
        "simulated": faces.source.simulated,
        "root": str(faces.source.root),
        "fingerprint": store.fingerprint(store.samples_table(faces.samples)),
        "protocol": "official",
        "counts": faces.counts(),
    }


def _save(
    folder: Path,
    name: str,
    network: keras.Model,
    history: pd.DataFrame,
    *,
    data: dict[str, Any],
    training: dict[str, Any],
) -> None:
    """Writes weights, history and, last, the card."""
    weights = folder / store.WEIGHTS
    write_whole(weights, network.save)
    table = history.rename_axis("epoch").rename(index=lambda epoch: epoch + 1)
    write_whole(folder / store.HISTORY, table.to_csv)
    card = store.Card(
        model=name,
        size=INPUT_SIZE,
        crop_expansion=CROP_EXPANSION,
        feature_layers=[LAST_CONV, FEATURE_MAP],
        weights_sha256=sha256(weights),
        data=data,
        training=training,
        software={package: version(package) for package in SOFTWARE},
    )
    store.write_card(folder, card)
