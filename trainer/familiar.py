"""Measures what pictures a store's networks know, so that pages can say which they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fascore.models import MODELS
from fascore.models.face_model import FaceModel
from fascore.models.familiarity import (
    features,
    fit_familiarity,
    limit_of,
    read_familiarity,
    write_familiarity,
)
from fascore.store import FAMILIARITY, Store
from trainer.build import Prepared

FITTED_ON, LIMIT_FROM = "train", "validation"


def familiarise(opened: Store, build: Prepared, *, again: bool = False) -> None:
    """Writes each network's familiarity.npz: fitted on training pictures, its limit on validation.

    What is there of these weights and pictures stays. Nothing is written where the build has no
    training or validation pictures, or not those that a network was trained on.
    """
    if not (build.count(FITTED_ON) and build.count(LIMIT_FROM)):
        return
    for name in opened.loadable_names:
        path = opened.path / name / FAMILIARITY
        made_from = made_from_words(opened, name, build)
        if not again and path.exists() and read_familiarity(path)[1] == made_from:
            continue
        trained_on = opened.card(name).data.get("images", {}).get(FITTED_ON)
        if trained_on not in (None, build.data["images"][FITTED_ON]):  # old cards do not say
            print(f"{MODELS[name].title}: trained on other pictures, so what it knows is not told.")
            continue
        print(f"{MODELS[name].title}: measuring which pictures it knows.")
        model = opened.load(name)
        known, groups = _features(model, build, FITTED_ON)
        fitted = fit_familiarity(known, groups)
        limit = limit_of(fitted.distance(_features(model, build, LIMIT_FROM)[0]))
        write_familiarity(path, replace(fitted, limit=limit), made_from=made_from)


def made_from_words(opened: Store, name: str, build: Prepared) -> str:
    """A network's weights and the pictures it is measured on, by their digests."""
    images = build.data["images"]
    digests = (opened.card(name).weights_sha256, images[FITTED_ON], images[LIMIT_FROM])
    return " ".join(digests)


def _features(model: FaceModel, build: Prepared, split: str) -> tuple[np.ndarray, np.ndarray]:
    """The network's features of a split, and its pictures' labels."""
    ids, found = [], []
    for names, images in build.batches(split, 256):
        ids += names
        found.append(features(model, images))
    return np.concatenate(found), build.samples.loc[ids, "label"].to_numpy()
