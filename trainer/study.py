"""Trains each variant several times: how much of a difference is the training's own noise?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import tensorflow as tf

from fascore import store
from fascore.data.sample_table import fingerprint, read_samples
from fascore.models import MODELS, VARIANTS
from fascore.stats.intervals import interval_text
from fascore.stats.training_noise import TrainingNoise, measure_runs, training_noise
from fascore.store import Store, StoreError, study_run, study_runs
from trainer.build import Prepared
from trainer.evaluate import score, write_samples
from trainer.fit import train, trained, training_key
from trainer.recipes import Recipe


def study(
    build: Prepared,
    store_path: Path,
    *,
    seeds: int,
    recipe: Recipe,
    precision: str = "float32",
    models: Sequence[str] = tuple(VARIANTS),
    strategy: tf.distribute.Strategy | None = None,
) -> TrainingNoise:
    """Trains and scores the models from seeds 0, 1, …; returns the noise of test accuracy.

    Each run goes to `study/seed-N` of the store: cards, histories and predictions, for the weights
    are deleted once they have scored. A run that is there is left as it is, one that was stopped
    goes on after its last epoch.

    Raises
    ------
    FascoreError
        If the store's samples are another build's.
    """
    strategy = strategy or tf.distribute.get_strategy()
    check_samples(build, store_path)
    write_samples(build, store_path)
    runs = list(product(range(seeds), models))
    for number, (seed, name) in enumerate(runs, start=1):
        print(f"\n{MODELS[name].title}, seed {seed} ({number} of {len(runs)})", flush=True)
        folder = study_run(store_path, seed)
        key = training_key(name, build, recipe, seed=seed, precision=precision)
        if trained(folder, name, key, file=store.PREDICTIONS):
            print("Trained and scored already.")
            continue
        if not trained(folder, name, key):
            (folder / name / store.PREDICTIONS).unlink(missing_ok=True)
            train(name, build, folder, recipe=recipe, key=key, strategy=strategy)
        score(Store(folder, samples_path=store_path / store.SAMPLES), name, build)
        (folder / name / store.WEIGHTS).unlink()
    return training_noise(measure_runs(study_runs(store_path)))


def check_samples(build: Prepared, store_path: Path) -> None:
    """Refuses to mix a store's samples with those of another build."""
    path = store_path / store.SAMPLES
    if path.exists() and fingerprint(read_samples(path)) != build.data["fingerprint"]:
        raise StoreError(
            f"Expected {store_path} to hold the samples of this build. Received: those of another "
            "data set or draw. Give --data the build its models were trained on, or another "
            "--store."
        )


def summary(noise: TrainingNoise) -> str:
    """The study in words and numbers: each run, the means, the differences, the answer."""

    def title(name: str) -> str:
        return MODELS[name].title

    means = {title(name): interval_text(each, end_digits=4) for name, each in noise.means.items()}
    lines = ["Test accuracy by seed:", noise.accuracy.rename(columns=title).round(4).to_string()]
    lines += ["", "Mean over seeds [95 % interval]:"]
    lines += [f"  {name}: {text}" for name, text in means.items()]
    lines += ["", "Differences, paired by seed [95 % for all pairs together], p corrected alike:"]
    lines += [
        f"  {title(each.second)} minus {title(each.first)}: "
        f"{interval_text(each.interval, end_digits=4, signed=True)}, p = {each.p:.3f}"
        for each in noise.differences
    ]
    lines += [
        "",
        f"Standard deviation of the variants' means: {noise.spread:.4f}; "
        f"of the runs of one variant: {noise.noise:.4f}, "
        f"and {noise.test.residual:.4f} once what a seed does to all variants is taken out.",
        noise.test.words(),
        noise.sentence(title),
    ]
    return "\n".join(lines)
