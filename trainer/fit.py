"""Trains networks on a prepared build and writes them to a model store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from fascore import store
from fascore.errors import FascoreError, StoreError
from fascore.files import remove_half_written, sha256, write_whole
from fascore.models import BASELINES, FEATURE_MAP, LAST_CONV, MODELS, baselines
from fascore.models.baselines import WeightsError
from fascore.models.network_file import read_network
from fascore.training.history import STATE
from trainer.build import Prepared
from trainer.distribution import is_chief
from trainer.loop import Trainer, best_epoch
from trainer.recipes import Recipe
from trainer.training_key import IMAGENET, NONE, initial_weights, is_trained, training_key

SOFTWARE = ("tensorflow", "keras", "numpy")
LOGS = "logs"  # in the store, for TensorBoard


def fit(
    build: Prepared,
    store_path: Path,
    *,
    models: Sequence[str],
    recipe: Recipe,
    seed: int = 0,
    precision: str = "float32",
    weights: str = IMAGENET,
    again: bool = False,
    strategy: tf.distribute.Strategy | None = None,
) -> None:
    """Trains the named models one after the other, each from the same seed, into the store.

    A model that the store has already, trained this way on this build, is left as it is; one whose
    training was stopped goes on after its last epoch. Nothing that was trained otherwise is
    replaced without `again`. A model's folder is complete when its card is there. The store gets
    SHAP's background set.

    Parameters
    ----------
    weights : str
        Initial weights of the baselines: "imagenet", "none" (random), a file, or a store, of which
        each network begins as its own; the last two may also start variants, which are random
        otherwise.
    again : bool
        Train finished models anew, and replace what was trained otherwise.

    Raises
    ------
    FascoreError
        If the store holds one of the models, or a training of it that was stopped, of another
        recipe, seed or build; if initial weights are not to be had; if the loss does not stay
        finite.
    """
    build.check_has("train")
    remove_half_written(store_path)
    strategy = strategy or tf.distribute.get_strategy()
    initial = {name: initial_weights(weights, name) for name in models}
    keys = {
        name: training_key(name, build, recipe, seed=seed, precision=precision, weights=weights)
        for name in models
    }
    open_models = [n for n in models if again or not is_trained(store_path / n, keys[n])]
    for name in models:
        if name not in open_models:
            print(f"{MODELS[name].title}: trained already.")
    for name in open_models:
        _check_weights(name, initial[name])
    wanted = open_models or not (store_path / store.BACKGROUND).exists()
    if wanted and not has_background(build, store_path, again=again) and is_chief(strategy):
        store.write_background(store_path, *build.background(seed=seed))
    for number, name in enumerate(open_models, start=1):
        print(f"\n{MODELS[name].title} ({number} of {len(open_models)})", flush=True)
        train(
            name, build, store_path, recipe=recipe, key=keys[name], weights=initial[name],
            strategy=strategy,
        )  # fmt: skip


def train(
    name: str,
    build: Prepared,
    store_path: Path,
    *,
    recipe: Recipe,
    key: dict[str, Any],
    weights: str = IMAGENET,
    strategy: tf.distribute.Strategy,
) -> None:
    """Trains one network as its `key` (`training_key`) says, into its folder of the store."""
    trainer = Trainer(
        partial(_build_network, name, build.size, weights),
        build,
        recipe=recipe,
        seed=key["seed"],
        precision=key["config"]["precision"],
        strategy=strategy,
        folder=store_path / name,
        logs=store_path / LOGS / name,
        key=key,
    )
    values, history = trainer.run()
    if is_chief(strategy):
        _save(store_path / name, name, values, history, build, recipe=recipe, key=key)
    keras.backend.clear_session()


def has_background(build: Prepared, store_path: Path, *, again: bool = False) -> bool:
    """Whether a store has SHAP's background set, of this build's training images to the pixel.

    All models of a store are explained against one set, so it stays while it is of these images.

    Raises
    ------
    FascoreError
        If it is of other images, unless it may be made `again`.
    """
    path = store_path / store.BACKGROUND
    if again and path.exists() and not _is_readable(store_path):
        return False
    if (there := store.read_background(store_path)) is None:
        return False
    images, ids = there
    train = build.samples.index[build.samples["split"] == "train"]
    same = set(ids) <= set(train) and np.array_equal(images, build.images("train", ids))
    if not same and not again:
        raise FascoreError(
            f"Expected SHAP's background in {path} to be of this build's training images. "
            "Received: other images. Give --again to make it anew, or another --store."
        )
    return same


def _is_readable(store_path: Path) -> bool:
    try:
        store.read_background(store_path)
    except StoreError:
        return False
    return True


def _check_weights(name: str, weights: str) -> None:
    """Fails before anything is trained if the initial weights are not to be had."""
    if weights == IMAGENET and name in BASELINES:
        getattr(baselines, name).check_imagenet()
    elif weights not in (IMAGENET, NONE) and not Path(weights).is_file():
        raise WeightsError(
            f"Expected --weights imagenet, none, a file of weights, or a store with {name}. "
            f"Received: {weights}, which is not there. Give its path."
        )


def _build_network(name: str, size: int, weights: str) -> keras.Model:
    """The untrained network, with the initial weights asked for."""
    spec, from_file = MODELS[name], weights not in (IMAGENET, NONE)
    if weights == IMAGENET and name in BASELINES:
        return spec.build(size=size, weights=IMAGENET)
    if not from_file:
        return spec.build(size=size)
    whole = Path(weights).suffix == ".keras"  # a whole network, of a store
    network = spec.build(size=size) if whole or name not in BASELINES else None
    try:
        if network is None:
            return spec.build(size=size, weights=weights)  # the convolutional part alone
        if not whole:
            raise ValueError("a variant starts from a .keras file")
        network.set_weights(read_network(Path(weights)).get_weights())
        return network
    # here Keras's own ValueError is bad input: a file that does not fit the network
    except (ValueError, OSError, KeyError) as err:
        raise WeightsError(
            f"Expected weights of {spec.title}: a .keras file of a store, or for a baseline a file "
            f"of its convolutional part as Keras saves it. Received: {weights}, which does not "
            f"fit ({str(err).splitlines()[0]}). Give another file."
        ) from err


def _save(
    folder: Path,
    name: str,
    values: list[np.ndarray],
    history: list[dict[str, float]],
    build: Prepared,
    *,
    recipe: Recipe,
    key: dict[str, Any],
) -> None:
    """Writes weights, history and, last, the card; then the training's state goes."""
    network = MODELS[name].build(size=build.size)  # in float32
    network.set_weights(values)
    weights = folder / store.WEIGHTS
    (folder / store.CARD).unlink(missing_ok=True)
    write_whole(weights, network.save)
    table = pd.DataFrame(history)
    write_whole(folder / store.HISTORY, partial(table.to_csv, index=False))
    training = {part: value for part, value in key.items() if part != "images"}
    training |= {
        "epochs": len(history),
        "best_epoch": best_epoch(history, recipe),
        "seconds": round(sum(record["seconds"] for record in history), 1),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    card = store.Card(
        model=name,
        size=build.size,
        crop_expansion=build.config.crop_expansion,
        feature_layers=[LAST_CONV, FEATURE_MAP],
        weights_sha256=sha256(weights),
        data=build.data,
        training=training,
        software={package: version(package) for package in SOFTWARE},
    )
    store.write_card(folder, card)
    (folder / STATE).unlink(missing_ok=True)
