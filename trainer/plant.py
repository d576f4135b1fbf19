"""Planted evidence: networks learn a planted cue, explainers have to find it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
from tqdm import tqdm

from fascore.errors import FascoreError
from fascore.explain import Explainer
from fascore.files import remove_half_written, write_json, write_whole
from fascore.findings.results import (
    FOLDER,
    PLANTED,
    PLANTED_ABOUT,
    planted_about,
    planted_table,
)
from fascore.judging.planted import (
    COLUMNS,
    CUES,
    LEARNT,
    measured_intervals,
    plant,
    score_planted,
    summarise_planted,
)
from fascore.labels import LIVE, SPOOF
from fascore.models import VARIANTS
from fascore.models.face_model import FaceModel
from fascore.provenance import differences, listed
from fascore.stats.intervals import interval_text
from trainer.build import Prepared
from trainer.fit import SOFTWARE
from trainer.recipes import PlantRecipe
from trainer.study import check_samples

HELD_OUT = 100  # test faces, each with and without cue, at least as many as are scored
BACKGROUND = 100  # SHAP's, half with the cue
ENOUGH = 0.99  # accuracy on training faces at which training stops


def plant_cues(
    build: Prepared,
    store_path: Path,
    *,
    recipe: PlantRecipe,
    explainers: Sequence[Explainer],
    models: Sequence[str] = tuple(VARIANTS),
    again: bool = False,
) -> pd.DataFrame:
    """Trains each model on each cue, scores every explainer's maps, and writes the table.

    It goes to `explanations/planted.csv` of the store after each network, so that a run that was
    stopped goes on with the next one; `again` drops what was finished or planted otherwise. Returns
    the table of `summarise_planted`.

    Raises
    ------
    FascoreError
        If the store's samples are another build's, cues planted otherwise are there, or there are
        fewer images than asked for.
    """
    check_samples(build, store_path)
    remove_half_written(store_path)
    _check_enough(build, recipe)
    about = _about(build, recipe, explainers)
    networks = list(product(CUES, models))
    table = _held(store_path, about, networks, again=again)
    held = _networks(table)
    todo = [network for network in networks if network not in held]
    if todo:
        write_json(store_path / FOLDER / PLANTED_ABOUT, about)
        faces = _Faces(build, recipe)
        with tqdm(total=len(todo) * (recipe.epochs + recipe.images), unit="step") as bar:
            for number, (cue, name) in enumerate(todo, start=1):
                bar.set_description(f"{cue}, {name}")
                rows = _network_rows(cue, name, faces, recipe, explainers, bar.update)
                table = pd.DataFrame([*table.to_dict("records"), *rows], columns=COLUMNS)
                path = store_path / FOLDER / PLANTED
                write_whole(path, partial(table.to_csv, index=False, float_format="%.6g"))
                bar.update(number * (recipe.epochs + recipe.images) - bar.n)
    return summarise_planted(table, build.samples["subject"])


def summary(table: pd.DataFrame) -> str:
    """The outcome in words and numbers, and which networks had not learnt their cue."""
    shown = pd.DataFrame(
        {
            "cue": table["cue"],
            "model": table["model"],
            "method": table["method"],
            "networks": table["networks"],
            "images": table["images"],
            "hit rate": _cells(table, "hit"),
            "chance": table["chance"].round(3),
            "ceiling": table["ceiling"].round(2),
            "share / area": _cells(table, "concentration"),
            "empty maps": table["empty"],
            "accuracy": table["accuracy"].round(3),
            "verdict": table["verdict"],
        }
    )
    return shown.to_string(index=False, na_rep="-")


def _cells(table: pd.DataFrame, measure: str) -> list[str]:
    return [interval_text(interval, digits=3) for interval in measured_intervals(table, measure)]


class _Faces:
    """Faces to plant cues on, the same for all networks: `train`, and `test` with their ids."""

    def __init__(self, build: Prepared, recipe: PlantRecipe) -> None:
        rng = np.random.default_rng(recipe.seed)

        def drawn(split: str, count: int) -> tuple[np.ndarray, list[str]]:
            known = build.samples.index[build.samples["split"] == split].sort_values()
            ids = rng.permutation(known)[:count].tolist()
            return build.images(split, ids), ids

        self.train, _ = drawn("train", recipe.faces)
        self.test, self.test_ids = drawn("test", max(HELD_OUT, recipe.images))


def _network_rows(
    cue: str,
    name: str,
    faces: _Faces,
    recipe: PlantRecipe,
    explainers: Sequence[Explainer],
    step: Callable[[], Any],
) -> list[dict[str, Any]]:
    """The table's rows of one network: trains it, then scores maps if it has learnt the cue."""
    # the same pictures for every network
    planted, masks = plant(faces.test, cue, np.random.default_rng(recipe.seed))
    model = train_on_cue(cue, name, faces.train, recipe, step)
    passed = model.spoof_scores(faces.test) < model.threshold
    caught = model.spoof_scores(planted) >= model.threshold
    accuracy = float((passed.mean() + caught.mean()) / 2)
    key = {"cue": cue, "model": name, "accuracy": accuracy}
    if accuracy < LEARNT:
        tqdm.write(f"{name} has not learnt the {cue} (accuracy {accuracy:.3f}): not scored.")
        return [key | {"method": explainer.name} for explainer in explainers]
    rows = []
    for index in np.flatnonzero(passed & caught)[: recipe.images]:
        maps = [
            attribution
            for explainer in explainers
            for attribution in explainer.explain([model], planted[index], target=SPOOF)
        ]
        scores = score_planted(maps, masks[index])
        rows += [asdict(score) | key | {"sample_id": faces.test_ids[index]} for score in scores]
        step()
    return rows


def train_on_cue(
    cue: str,
    name: str,
    images: np.ndarray,
    recipe: PlantRecipe,
    step: Callable[[], Any] = lambda: None,
    *,
    build_network: Callable[[], keras.Model] | None = None,
) -> FaceModel:
    """A network that was trained from random weights to call images with the cue SPOOF.

    Each image is seen with and without the cue, planted anew every epoch, so nothing else tells
    the classes apart. SHAP's background is of these images, half with the cue. `step` is called
    after each epoch.

    Parameters
    ----------
    images : uint8 array of shape (N, size, size, 3)
    build_network : callable, optional
        Builds the network; by default the variant called `name`.
    """
    rng = np.random.default_rng(recipe.seed)
    keras.utils.set_random_seed(recipe.seed)
    size = images.shape[1]
    network = build_network() if build_network else VARIANTS[name].build(size=size)
    network.compile(keras.optimizers.Adam(recipe.learning_rate), "sparse_categorical_crossentropy")
    labels = np.repeat([LIVE, SPOOF], len(images))
    half = BACKGROUND // 2
    planted = plant(images, cue, rng)[0]
    background = np.concatenate([images[:half], planted[half : 2 * half]])
    model = FaceModel(name, network, background=background)
    for _ in range(recipe.epochs):
        both = np.concatenate([images, planted]).astype(np.float32)
        network.fit(both, labels, batch_size=recipe.batch_size, verbose=0)
        step()
        planted = plant(images, cue, rng)[0]
        checked = np.concatenate([images[:half], planted[:half]])
        told = model.spoof_scores(checked) >= model.threshold
        if np.mean(told == np.repeat([LIVE, SPOOF], len(checked) // 2)) >= ENOUGH:
            break
    return model


def _about(build: Prepared, recipe: PlantRecipe, explainers: Sequence[Explainer]) -> dict[str, Any]:
    """Of which data, held how, with which software."""
    return {
        "data": {name: build.data[name] for name in ("name", "simulated", "fingerprint")},
        "images": {split: build.data["images"][split] for split in ("train", "test")},
        "recipe": asdict(recipe),
        "settings": {explainer.name: asdict(explainer) for explainer in explainers},
        "software": {package: version(package) for package in (*SOFTWARE, "lime", "shap")},
    }


def _held(
    store_path: Path, about: dict[str, Any], networks: Sequence[tuple[str, str]], *, again: bool
) -> pd.DataFrame:
    """What is there of a run like this one, to go on with; refuses another, or drops it `again`."""
    folder = store_path / FOLDER
    if not (folder / PLANTED).exists():
        return pd.DataFrame(columns=COLUMNS)
    table, differing = planted_table(folder), differences(planted_about(folder), about)
    if again and (differing or set(networks) <= _networks(table)):
        (folder / PLANTED).unlink()  # now: this run's record must not stand beside that table
        return pd.DataFrame(columns=COLUMNS)
    if differing:
        raise FascoreError(
            f"Expected no planted cues in {folder / PLANTED}, or those asked for. Received: cues "
            f"with {listed(differing)}. Give --again to plant them anew."
        )
    return table


def _networks(table: pd.DataFrame) -> set[tuple[str, str]]:
    """The cues and models that a table of planted cues has rows of."""
    return set(zip(table["cue"], table["model"], strict=True))


def _check_enough(build: Prepared, recipe: PlantRecipe) -> None:
    wanted_of = {"train": (recipe.faces, "--faces"), "test": (recipe.images, "--images")}
    for split, (wanted, option) in wanted_of.items():
        if wanted > build.count(split):
            raise FascoreError(
                f"Expected at least {wanted} images in the {split} split. Received: "
                f"{build.count(split)}. Ask for fewer with {option}."
            )
