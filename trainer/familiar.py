"""Measures what pictures a store's networks know, so that pages can say which they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fascore.errors import StoreError
from fascore.files import sha256
from fascore.models import MODELS
from fascore.models.face_model import FaceModel
from fascore.models.familiarity import (
    TooFewError,
    features,
    fit_familiarity,
    limit_of,
    read_familiarity,
    write_familiarity,
)
from fascore.store import FAMILIARITY, Store, write_card
from trainer.build import Prepared

FITTED_ON, LIMIT_FROM = "train", "validation"


def familiarise(opened: Store, name: str, build: Prepared, *, again: bool = False) -> None:
    """Writes a network's familiarity.npz: fitted on training pictures, its limit on validation.

    What is there of these weights and pictures stays, if it is the file that the card records.
    Nothing is written where the build has no training or validation pictures, not those that the
    network was trained on, or too few.
    """
    if not (build.count(FITTED_ON) and build.count(LIMIT_FROM)):
        return
    made_from, title = made_from_words(opened, name, build), MODELS[name].title
    if not again and is_told(opened, name, made_from):
        return
    trained_on = opened.card(name).data.get("images", {}).get(FITTED_ON)
    if trained_on not in (None, build.data["images"][FITTED_ON]):  # old cards do not say
        print(f"{title}: trained on other pictures, so what it knows is not told.")
        return
    print(f"{title}: measuring which pictures it knows.")
    model = opened.load(name)
    try:
        fitted = fit_familiarity(*_features(model, build, FITTED_ON))
    except TooFewError as err:
        print(f"{title}: what it knows is not told. {err}")
        return
    limit = limit_of(fitted.distance(_features(model, build, LIMIT_FROM)[0]))
    path = opened.path / name / FAMILIARITY
    write_familiarity(path, replace(fitted, limit=limit), made_from=made_from)
    recorded = {"sha256": sha256(path)}
    write_card(opened.path / name, replace(opened.card(name), familiarity=recorded))


def is_told(opened: Store, name: str, made_from: str) -> bool:
    """Whether a network's familiarity.npz is whole, recorded in its card, and made from these."""
    path = opened.path / name / FAMILIARITY
    if not path.exists() or opened.card(name).familiarity.get("sha256") != sha256(path):
        return False
    try:
        return read_familiarity(path)[1] == made_from
    except StoreError:  # of another version; it is made anew
        return False


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
