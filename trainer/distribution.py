"""Where training runs: one processor, several GPUs, or several machines."""

from __future__ import annotations

import json
import os
from pathlib import Path

import tensorflow as tf

from fascore.errors import FascoreError


def choose_strategy() -> tf.distribute.Strategy:
    """Several machines if TF_CONFIG says so, all GPUs of this one if it has several, else one.

    To be called before anything else of TensorFlow runs.

    Raises
    ------
    FascoreError
        If TF_CONFIG is set but does not describe a cluster of workers.
    """
    if text := os.environ.get("TF_CONFIG"):
        try:
            config = json.loads(text)
            workers, task = config["cluster"]["worker"], config["task"]
            known = task["type"] == "worker" and 0 <= task["index"] < len(workers)
        except (ValueError, KeyError, TypeError):
            known = False
        if not known:
            raise FascoreError(
                'Expected TF_CONFIG like {"cluster": {"worker": ["host0:port", "host1:port"]}, '
                '"task": {"type": "worker", "index": 0}}. '
                f"Received: {text}. Correct it, or unset it to train on this machine alone."
            )
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.list_physical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes the store: the only one, or the first of several."""
    resolver = strategy.cluster_resolver
    return resolver is None or resolver.task_id in (None, 0)


def choose_precision(precision: str) -> str:
    """`precision`, or for "auto" what this machine trains fastest in.

    Raises
    ------
    FascoreError
        For mixed_float16 without a GPU: it is slower than float32 there.
    """
    gpu = bool(tf.config.list_physical_devices("GPU"))
    if precision == "mixed_float16" and not gpu:
        raise FascoreError(
            "Expected a GPU for --precision mixed_float16. Received: none. "
            "Use mixed_bfloat16, float32 or auto."
        )
    if precision != "auto":
        return precision
    if gpu:
        return "mixed_float16"
    cpu = Path("/proc/cpuinfo")
    fast = cpu.exists() and "avx512_bf16" in cpu.read_text(encoding="utf-8")
    return "mixed_bfloat16" if fast else "float32"
