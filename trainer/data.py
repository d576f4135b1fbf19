"""Batches to train on, the same whatever the number of machines."""

from __future__ import annotations

import tensorflow as tf

from trainer.augment import AUGMENTATIONS
from trainer.build import Prepared


def training_batches(
    build: Prepared,
    *,
    batch_size: int,
    seed: int,
    augment: str,
    pipeline: tf.distribute.InputContext | None = None,
) -> tf.data.Dataset:
    """One epoch of shuffled batches: float32 images 0..255 and labels.

    The order and the augmentation depend on `seed` alone. An incomplete last batch is left out.

    Parameters
    ----------
    batch_size : int
        Images of one replica in a step.
    augment : str
        One of `trainer.augment.AUGMENTATIONS`.
    pipeline : tf.distribute.InputContext, optional
        Which of several input pipelines this is: it takes its share of each step's images.
    """
    # numbered before machines take their shares, so that all together see what one would
    data = build.examples("train", shuffle_seed=seed).enumerate()
    if pipeline is not None and pipeline.num_input_pipelines > 1:
        data = data.shard(pipeline.num_input_pipelines, pipeline.input_pipeline_id)

    def example(number: tf.Tensor, values: dict) -> tuple[tf.Tensor, tf.Tensor]:
        drawn = tf.stack([tf.constant(seed, tf.int64), number])
        image = AUGMENTATIONS[augment](values["image"], drawn)
        return tf.cast(image, tf.float32), values["label"]

    data = data.map(example, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return data.batch(batch_size, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
