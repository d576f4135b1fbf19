"""How benchmarks take time: seconds passed and seconds of processor, several things in turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

BATCHES = (64, 128, 256)
SECONDS, PROCESSOR = "s", "processor s"


def seconds(work: Callable[[], object], *, repeats: int = 3) -> float:
    """Median wall time of `work()`."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def in_turns(tasks: Mapping[str, Callable[[], object]], *, rounds: int) -> pd.DataFrame:
    """Median seconds of each task, passed and of processor: other work weighs on all of them."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, run in tasks.items():
            start, processor = time.perf_counter(), time.process_time()
            run()
            if number:  # the first round compiles
                taken[name].append((time.perf_counter() - start, time.process_time() - processor))
    medians = {name: np.median(values, axis=0) for name, values in taken.items()}
    return pd.DataFrame.from_dict(medians, orient="index", columns=[SECONDS, PROCESSOR])


def compiled(network: keras.Model) -> tuple[Callable, Callable]:
    """Forward pass and gradient of the spoof logit, each one compiled function of images."""

    def run(images: tf.Tensor) -> tf.Tensor:
        return network(images, training=False)

    def gradient(images: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = tf.reduce_sum(run(images)[:, 1])
        return tape.gradient(score, images)

    return tf.function(run), tf.function(gradient)
