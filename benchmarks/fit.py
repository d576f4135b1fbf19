"""Speed of training: `python -m benchmarks.fit [--models NAME ...] [--recipe NAME]`.

For each network and each way to train it: a step on batches that lie in memory, the reading of a
batch alone, and the trainer's own loop, which does both. The first two are what the third could
cost at best if reading were free, or training. Rounds of all ways alternate and medians are told,
so that a machine that is busy with other things slows all of them alike; the time of its processors
("CPU"), which waiting does not add to, is told beside the time on the clock.

On a CPU the ways are float32 and mixed_bfloat16. With GPUs they are float32 and mixed_float16, the
latter with and without XLA, each on one GPU and on all of them, under the strategy that
`python -m trainer fit` would choose.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TQDM_DISABLE", "1")

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from tqdm import tqdm

from fascore.models import MODELS
from fascore.shipped import DEMO_FACES
from trainer.build import Prepared
from trainer.distribution import choose_strategy
from trainer.loop import Trainer
from trainer.prepare import prepare
from trainer.recipes import RECIPES, Recipe

CPU_IMAGES = 2_000  # of the demo set an epoch is made of; a GPU takes all
IN_MEMORY = 8  # batches
PRECISIONS = {"CPU": ("float32", "mixed_bfloat16"), "GPU": ("float32", "mixed_float16")}


@dataclass(frozen=True)
class Way:
    """One way to train a network."""

    network: str
    batch: int
    devices: int
    precision: str
    xla: bool

    @property
    def strategy(self) -> tf.distribute.Strategy:
        """The default one on one device, else the trainer's own choice."""
        return tf.distribute.get_strategy() if self.devices == 1 else choose_strategy()


def ways(network: str, batches: Sequence[int]) -> list[Way]:
    """All ways that this machine can train a network."""
    gpus = len(tf.config.list_physical_devices("GPU"))
    compiled = [(precision, False) for precision in PRECISIONS["GPU" if gpus else "CPU"]]
    compiled += [("mixed_float16", True)] if gpus else []
    return [
        Way(network, batch, devices, precision, xla)
        for batch in batches
        for devices in sorted({1, max(gpus, 1)})
        for precision, xla in compiled
    ]


class Timed:
    """A way to train, ready: its trainer, batches in memory, and the seconds taken so far."""

    def __init__(self, way: Way, build: Prepared, recipe: Recipe, folder: Path) -> None:
        self.way, self._epoch = way, 0
        self._trainer = Trainer(
            partial(MODELS[way.network].build, size=build.size),
            build,
            recipe=replace(recipe, batch_size=way.batch),
            seed=0,
            precision=way.precision,
            strategy=way.strategy,
            folder=folder,
            logs=folder,
            key={},
        )
        self._memory = list(islice(self._trainer.batches(1), IN_MEMORY))
        with jit(way.xla):
            self.first, _ = seconds(self._from_memory, count=IN_MEMORY)  # traced and compiled
        self.taken: dict[str, list[np.ndarray]] = {"memory": [], "reading": [], "loop": []}

    def round(self) -> None:
        """One epoch of steps from memory, of reading and of the loop."""
        self._epoch += 1
        count = self._trainer.steps
        with jit(self.way.xla):
            works = {"memory": self._from_memory, "reading": self._read, "loop": self._loop}
            for name, work in works.items():
                self.taken[name].append(seconds(work, count=count) / count)

    def _from_memory(self, count: int) -> None:
        for step in range(count):
            result = self._trainer.step(self._memory[step % len(self._memory)])
        result.numpy()  # a GPU is waited for

    def _read(self, count: int) -> None:
        for _ in self._trainer.batches(self._epoch):
            pass

    def _loop(self, count: int) -> None:
        self._trainer.take_steps(self._epoch, tqdm(total=count))

    def row(self) -> dict[str, Any]:
        """A row of the table: medians a step in ms, and their ratios."""
        memory, reading, loop = (1000 * np.median(each, axis=0) for each in self.taken.values())
        return asdict(self.way) | {
            f"first {IN_MEMORY} steps, s": self.first,
            "in memory, ms": memory[0],
            "reading, ms": reading[0],
            "loop, ms": loop[0],
            "loop / in memory": loop[0] / memory[0],
            "in memory, CPU ms": memory[1],
            "CPU, loop / in memory": loop[1] / memory[1],
            "images/s": 1000 * self.way.batch / loop[0],
        }


@contextmanager
def jit(on: bool) -> Iterator[None]:
    """With XLA's automatic clustering, as TF_XLA_FLAGS=--tf_xla_auto_jit=2 gives a training."""
    tf.config.optimizer.set_jit("autoclustering" if on else False)
    try:
        yield
    finally:
        tf.config.optimizer.set_jit(False)


def seconds(work: Callable[[int], None], *, count: int) -> np.ndarray:
    """What `work(count)` takes, on the clock and of the processors together."""
    start = np.array([time.perf_counter(), time.process_time()])
    work(count)
    return np.array([time.perf_counter(), time.process_time()]) - start


def measure(chosen: Sequence[Way], build: Prepared, recipe: Recipe, *, rounds: int) -> pd.DataFrame:
    """A row for each way to train one network, in alternating rounds."""
    with tempfile.TemporaryDirectory() as folder:
        timed = [Timed(way, build, recipe, Path(folder)) for way in chosen]
        for _ in range(rounds):
            for each in timed:
                each.round()
    keras.backend.clear_session()
    return pd.DataFrame([each.row() for each in timed])


def machine() -> dict[str, str | int]:
    """What it was measured on."""
    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    return {
        "GPUs": ", ".join(each.get("device_name", "unnamed") for each in details) or "none",
        "cores": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
    }


def main() -> None:
    """Prints what was measured on which machine, and writes JSON if asked to."""
    gpu = bool(tf.config.list_physical_devices("GPU"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=["cnn"], metavar="NAME")
    parser.add_argument("--recipe", choices=RECIPES, default="paper")
    sizes, usual = "images of a step, all devices together", [64, 512] if gpu else [64]
    parser.add_argument("--batch-sizes", nargs="+", type=int, default=usual, help=sizes)
    parser.add_argument("--data", type=Path, help="a build; default: the demo set, prepared anew")
    limit = None if gpu else CPU_IMAGES
    parser.add_argument("--limit", type=int, default=limit, help="images of the demo set to take")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="also write the table here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        demo = partial(prepare, DEMO_FACES, Path(folder), limit=options.limit)
        build = Prepared(options.data) if options.data else demo()
        tables = [
            measure(
                ways(name, options.batch_sizes),
                build,
                RECIPES[options.recipe],
                rounds=options.rounds,
            )
            for name in options.models
        ]
    table = pd.concat(tables, ignore_index=True)
    about = machine() | {"recipe": options.recipe}
    print("\n" + "; ".join(f"{name}: {value}" for name, value in about.items()))
    print(table.to_string(index=False, float_format="{:.2f}".format))
    if options.json:
        report = {"about": about, "rows": table.to_dict("records")}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
