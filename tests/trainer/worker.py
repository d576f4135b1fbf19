"""One process of `test_distribution`: trains, and keeps what it ended with."""

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

from fascore.models import custom_cnn
from trainer import loop
from trainer.build import Prepared
from trainer.distribution import choose_strategy
from trainer.fit import fit
from trainer.recipes import RECIPES

RECIPE = replace(RECIPES["demo"], epochs=2, batch_size=20, learning_rate=1e-4)


def main(build: Path, store: Path, output: Path, *, mirrored: bool) -> None:
    strategy = two_processors() if mirrored else choose_strategy()
    custom_cnn.DROPOUT = 0.0  # its masks differ by machine, as they should
    ended = []
    run = loop.Trainer.run

    def keep(trainer):
        weights, history = run(trainer)
        ended.append((trainer._network.get_weights(), [record["loss"] for record in history]))
        return weights, history

    loop.Trainer.run = keep
    fit(Prepared(build), store, models=["cnn"], recipe=RECIPE, strategy=strategy)
    weights, losses = ended[0]
    np.savez(output, loss=losses, **{f"weight_{i}": value for i, value in enumerate(weights)})


def two_processors() -> tf.distribute.Strategy:
    """Two processors of one machine, as two GPUs would be."""
    (cpu,) = tf.config.list_physical_devices("CPU")
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, halves)
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), mirrored="mirrored" in sys.argv[4:])
