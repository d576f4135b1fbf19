"""Trains each variant several times: how much of a difference is the training's own noise?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import tensorflow as tf

from fascore import store
from fascore.files import remove_half_written
from fascore.models import MODELS, VARIANTS
from fascore.stats.intervals import interval_text, p_text
from fascore.stats.training_noise import TrainingNoise, measure_runs, training_noise
from fascore.store import Store, StoreError, study_run, study_runs
from fascore.store_tables import store_samples
from trainer.build import Prepared
from trainer.evaluate import is_scored, score, write_samples
from trainer.fit import train
from trainer.recipes import Recipe
from trainer.training_key import has_card, is_trained, training_key
from trainer.training_state import check_state


def study(
    build: Prepared,
    store_path: Path,
    *,
    seeds: int,
    recipe: Recipe,
    precision: str = "float32",
    models: Sequence[str] = tuple(VARIANTS),
    again: bool = False,
    strategy: tf.distribute.Strategy | None = None,
) -> TrainingNoise:
    """Trains and scores the models from seeds 0, 1, …; returns the noise of test accuracy.

    Each run goes to `study/seed-N` of the store: cards, histories and predictions, for the weights
    are deleted once they have scored. A run that is there is left as it is, one that was stopped
    goes on after its last epoch. Runs of other settings or images are replaced only `again`.

    Raises
    ------
    FascoreError
        If the store's samples are another build's, or a run is of other settings or images.
    """
    strategy = strategy or tf.distribute.get_strategy()
    check_samples(build, store_path)
    remove_half_written(store_path)
    write_samples(build, store_path)
    # runs of more seeds that are there are read with these, so they must be of the same settings
    all_seeds = sorted({*range(seeds), *study_runs(store_path)})
    keys = partial(training_key, build=build, recipe=recipe, precision=precision)
    runs = [
        (name, study_run(store_path, seed), keys(name=name, seed=seed))
        for seed, name in product(all_seeds, models)
    ]
    done = [not again and _is_done(folder, name, key, build) for name, folder, key in runs]
    for number, (name, folder, key) in enumerate(runs, start=1):
        seed = key["seed"]
        print(f"\n{MODELS[name].title}, seed {seed} ({number} of {len(runs)})", flush=True)
        if done[number - 1]:
            print("Trained and scored already.")
        else:
            if again or not is_trained(folder / name, key):
                train(name, build, folder, recipe=recipe, key=key, strategy=strategy)
            score(Store(folder, samples_path=store_path / store.SAMPLES), name, build)
        # also those of a run that was killed when it had just scored
        (folder / name / store.WEIGHTS).unlink(missing_ok=True)
    return training_noise(measure_runs(study_runs(store_path)))


def _is_done(folder: Path, name: str, key: dict[str, Any], build: Prepared) -> bool:
    """Whether a run is there with its scores; refuses one that was trained otherwise."""
    if has_card(folder / name, key) and is_scored(Store(folder), name, build):
        return True
    check_state(folder / name, key)
    return False


def check_samples(build: Prepared, store_path: Path) -> None:
    """Refuses to mix a store's samples with those of another build."""
    path = store_path / store.SAMPLES
    if path.exists() and store_samples(path)[1] != build.data["fingerprint"]:
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
        f"{interval_text(each.interval, end_digits=4, signed=True)}, p: {p_text(each.p)}"
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
