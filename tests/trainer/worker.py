"""One worker process of `test_distribution`: trains, and keeps what it ended with."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

from trainer.distribution import choose_strategy

if len(sys.argv) > 4:  # several processors of one machine, as several GPUs would be
    (cpu,) = tf.config.list_physical_devices("CPU")
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(cpu, halves)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
else:
    strategy = choose_strategy()

from dataclasses import replace  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402

from fascore.models import custom_cnn  # noqa: E402
from trainer import loop  # noqa: E402
from trainer.build import Prepared  # noqa: E402
from trainer.fit import fit  # noqa: E402
from trainer.recipes import RECIPES  # noqa: E402

custom_cnn.DROPOUT = 0.0  # its masks differ by machine, as they should
build, store, output = map(Path, sys.argv[1:4])
ended = []
run = loop.Trainer.run


def keep(trainer):
    weights, history = run(trainer)
    ended.append((trainer._network.get_weights(), [record["loss"] for record in history]))
    return weights, history


loop.Trainer.run = keep
recipe = replace(RECIPES["demo"], epochs=2, batch_size=20, learning_rate=1e-4)
fit(Prepared(build), store, models=["cnn"], recipe=recipe, strategy=strategy)
weights, losses = ended[0]
np.savez(output, loss=losses, **{f"weight_{i}": value for i, value in enumerate(weights)})
