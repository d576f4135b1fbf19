"""One network's training: steps under a distribution strategy, an epoch at a time, resumable.

The loop is not `keras.Model.fit`. On several machines that one fails: Keras 3.15 converts values
that differ by replica while it builds its step. And a run that was killed has to go on with the
images, the order, the optimizer's state and the best epoch it would have had, which `fit` keeps in
its own callbacks and iterators.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from sklearn.metrics import roc_auc_score
from tqdm import tqdm

from fascore.errors import FascoreError
from trainer.averaging import averaged, moved_average
from trainer.build import Prepared
from trainer.data import training_batches
from trainer.distribution import is_chief
from trainer.recipes import Recipe
from trainer.training_state import read_state

VALIDATION_BATCH = 256
SHOW_EVERY = 10  # steps; reading the loss, or the weights for their average, waits for the GPU


class Trainer:
    """Trains one network; `run` returns its best weights and its history.

    Parameters
    ----------
    build_network : callable
        Builds the untrained network.
    precision : str
        Keras dtype policy of the arithmetic; weights are float32.
    folder : path
        Where the state is kept; several machines share it.
    logs : path
        Where TensorBoard's events go.
    key : dict
        What is trained and how; tells whether a state in `folder` is of this training.

    Attributes
    ----------
    steps : int
        Of an epoch.
    step : callable
        Takes one step on one of `batches`: mean loss and accuracy, float32 (2,).
    """

    def __init__(
        self,
        build_network: Callable[[], keras.Model],
        build: Prepared,
        *,
        recipe: Recipe,
        seed: int,
        precision: str,
        strategy: tf.distribute.Strategy,
        folder: Path,
        logs: Path,
        key: dict[str, Any],
    ) -> None:
        self._data, self._recipe, self._seed = build, recipe, seed
        self._strategy, self._folder, self._logs = strategy, folder, logs
        replicas = strategy.num_replicas_in_sync
        share = min(recipe.batch_size, build.count("train")) // replicas
        if share == 0:
            raise FascoreError(
                f"Expected at least one image a replica in each step. Received: a batch of "
                f"{recipe.batch_size} for {replicas} replicas. Use fewer."
            )
        self._share, self._batch = share, share * replicas
        self.steps = build.count("train") // self._batch
        keras.utils.set_random_seed(seed)
        keras.config.set_dtype_policy(precision)
        try:
            with strategy.scope():
                self._network = build_network()
                self._optimizer = _optimizer(recipe, self.steps, precision)
                self._optimizer.build(self._network.trainable_variables)
        finally:
            keras.config.set_dtype_policy("float32")  # the policy is global, the mixing is ours
        _set_batch_norms(self._network, recipe, synchronized=replicas > 1)
        self._state = read_state(folder, key)
        self._check_same_start()
        self.step = tf.function(self._distributed_step)
        images = tf.TensorSpec((None, build.size, build.size, 3), tf.float32)
        self._predict = tf.function(
            lambda images: self._network(images, training=False), input_signature=[images]
        )

    def run(self) -> tuple[list[np.ndarray], list[dict[str, float]]]:
        """Trains what is left to train.

        Returns
        -------
        weights : list of arrays
            Of the best epoch, as `keras.Model.set_weights` takes them.
        history : list of dict
            One record an epoch: loss, accuracy, val_loss, val_accuracy, val_auc, seconds, ….

        Raises
        ------
        FascoreError
            If the loss becomes NaN or infinite.
        """
        state, chief = self._state, is_chief(self._strategy)
        if state.history:
            self._restore(state.variables)
            print(f"Going on after epoch {len(state.history)}.")
        writer = tf.summary.create_file_writer(str(self._logs)) if chief else None
        while not self._done(state.history):
            record = self._epoch(len(state.history) + 1)
            state.history.append(record)
            if self._best_epoch(state.history) == len(state.history):
                state.best = state.average or self._network.get_weights()
            if writer is not None:
                # after the best weights are chosen: what is written is of one epoch
                state.variables = [np.array(variable) for variable in self._variables]
                state.write(self._folder)
                _log(writer, record)
        if writer is not None:
            writer.close()
        return state.best, state.history

    def _epoch(self, number: int) -> dict[str, float]:
        start = time.perf_counter()
        title = f"epoch {number} of {self._recipe.epochs}"
        with tqdm(total=self.steps, desc=title, unit="step") as bar:
            record = self.take_steps(number, bar)
            with averaged(self._network, self._state.average):
                record |= self._validate()
            _check_finite(record["val_loss"], number)
            bar.set_postfix({name: f"{value:.4f}" for name, value in record.items()})
        rate = float(np.array(self._optimizer.learning_rate))
        seconds = time.perf_counter() - start
        return {"epoch": number, **record, "learning_rate": rate, "seconds": round(seconds, 2)}

    def take_steps(self, epoch: int, bar: tqdm) -> dict[str, float]:
        """Trains on all batches of an epoch, numbered from 1: mean loss and accuracy."""
        totals, steps = tf.zeros(2), 0
        for batch in self.batches(epoch):
            totals, steps = totals + self.step(batch), steps + 1
            bar.update()
            if steps % SHOW_EVERY == 0 or steps == self.steps:
                self._average()
                loss, accuracy = (float(value) for value in (totals / steps).numpy())
                _check_finite(loss, epoch)
                bar.set_postfix(loss=f"{loss:.4f}", accuracy=f"{accuracy:.4f}")
        return {"loss": loss, "accuracy": accuracy}

    def batches(self, epoch: int) -> Any:
        """An epoch's batches as `step` takes them, spread over the replicas."""

        def batches(pipeline: tf.distribute.InputContext | None = None) -> tf.data.Dataset:
            return training_batches(
                self._data,
                batch_size=self._share,
                seed=self._seed * 10_007 + epoch,  # its own order, also after a restart
                augment=self._recipe.augment,
                pipeline=pipeline,
            )

        if self._strategy.num_replicas_in_sync == 1:
            return batches()
        return self._strategy.distribute_datasets_from_function(batches)

    def _distributed_step(self, batch: Any) -> tf.Tensor:
        """Mean loss and accuracy of one step over the whole batch: float32 (2,)."""
        if self._strategy.num_replicas_in_sync == 1:
            return self._replica_step(*batch)
        results = self._strategy.run(self._replica_step, args=batch)
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, results, axis=None)

    def _replica_step(self, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            probabilities = self._network(images, training=True)
            losses = keras.losses.categorical_crossentropy(
                tf.one_hot(labels, 2), probabilities, label_smoothing=self._recipe.label_smoothing
            )
            loss = tf.reduce_sum(losses) / self._batch  # replicas' shares add up to the mean
            scaled = self._optimizer.scale_loss(loss)
        variables = self._network.trainable_variables
        self._optimizer.apply(tape.gradient(scaled, [v.value for v in variables]))
        right = tf.cast(tf.argmax(probabilities, -1) == labels, tf.float32)
        return tf.stack([loss, tf.reduce_sum(right) / self._batch])

    def _average(self) -> None:
        """Moves the average of the weights towards them, if the recipe asks for one."""
        if self._recipe.average_over is not None:
            self._state.average = moved_average(
                self._state.average,
                self._network.get_weights(),
                updates=int(self._optimizer.iterations.numpy()) // SHOW_EVERY,
                span=self._recipe.average_over,
            )

    def _validate(self) -> dict[str, float]:
        """Loss, accuracy and AUC on the validation split; each machine computes them all."""
        scores, labels = [], []
        table = self._data.samples["label"]
        for ids, images in self._data.batches("validation", VALIDATION_BATCH):
            scores.append(self._predict(tf.cast(images, tf.float32)).numpy()[:, 1])
            labels.append(table[ids].to_numpy())
        spoof, label = np.concatenate(scores).astype(float), np.concatenate(labels)
        if not np.isfinite(spoof).all():
            return {"val_loss": float("nan"), "val_accuracy": 0.0, "val_auc": 0.0}
        likelihood = np.clip(np.where(label == 1, spoof, 1 - spoof), 1e-7, 1)
        return {
            "val_loss": float(-np.log(likelihood).mean()),
            "val_accuracy": float(((spoof >= 0.5) == label).mean()),
            "val_auc": float(roc_auc_score(label, spoof)),
        }

    def _done(self, history: list[dict[str, float]]) -> bool:
        if len(history) >= self._recipe.epochs:
            return True
        return bool(history) and len(history) - self._best_epoch(history) >= self._recipe.patience

    def _best_epoch(self, history: list[dict[str, float]]) -> int:
        return best_epoch(history, self._recipe)

    @property
    def _variables(self) -> list[Any]:
        return [*self._network.variables, *self._optimizer.variables]

    def _restore(self, values: list[np.ndarray]) -> None:
        for variable, value in zip(self._variables, values, strict=True):
            variable.assign(value)

    def _check_same_start(self) -> None:
        """Refuses to start machines from different epochs."""
        replicas = self._strategy.num_replicas_in_sync
        if replicas == 1:
            return
        epochs = float(len(self._state.history))

        @tf.function
        def total() -> tf.Tensor:
            each = self._strategy.run(lambda: tf.constant([epochs, epochs**2]))
            return self._strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None)

        # no spread of the numbers of epochs: all machines have read the same state
        first, second = (total() / replicas).numpy()
        if second - first**2 > 1e-3:
            raise FascoreError(
                "Expected the same state on every machine. Received: training that is at epoch "
                f"{epochs:.0f} here and elsewhere at another. "
                "Give --store a folder that all machines share."
            )


def best_epoch(history: list[dict[str, float]], recipe: Recipe) -> int:
    """Number of the epoch whose weights are kept, counted from 1; the first of equals."""
    if recipe.monitor is None:
        return len(history)
    values = np.array([record[recipe.monitor] for record in history])
    return int(values.argmax() if recipe.monitor == "val_auc" else values.argmin()) + 1


def _optimizer(recipe: Recipe, steps: int, precision: str) -> keras.optimizers.Optimizer:
    optimizer = recipe.optimizer(steps)
    if precision == "mixed_float16":  # its small gradients would vanish
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def _set_batch_norms(network: keras.Model, recipe: Recipe, *, synchronized: bool) -> None:
    """Statistics over the whole batch on any number of replicas; the recipe's momentum."""
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = synchronized
            if recipe.batch_norm_momentum is not None:
                layer.momentum = recipe.batch_norm_momentum


def _check_finite(loss: float, epoch: int) -> None:
    if not np.isfinite(loss):
        raise FascoreError(
            f"Expected the loss to stay finite. Received: {loss} in epoch {epoch}. "
            "Train with a lower learning rate, in float32, or from other weights; what was "
            "finished before is kept."
        )


def _log(writer: tf.summary.SummaryWriter, record: dict[str, float]) -> None:
    with writer.as_default(step=int(record["epoch"])):
        for name, value in record.items():
            if name != "epoch":
                tf.summary.scalar(name, value)
    writer.flush()
