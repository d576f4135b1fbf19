"""Measures what pictures a store's networks know, so that pages can say which they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from threadpoolctl import threadpool_limits

from fascore.errors import StoreError
from fascore.files import sha256
from fascore.models import MODELS
from fascore.models.face_model import FaceModel
from fascore.models.familiarity import (
    FALSE_ALARMS,
    Familiarity,
    TooFewError,
    features,
    fit_familiarity,
    limit_of,
    num_means,
)
from fascore.models.familiarity_file import read_familiarity, write_familiarity
from fascore.models.layout import PICTURES, fit_layout, spoil
from fascore.store import FAMILIARITY, Store, write_card
from trainer.build import Prepared

FITTED_ON, LIMIT_FROM = "train", "validation"
BATCH = 256
VERSION = "layout"  # of what is measured; files of before do not have it


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
        with threadpool_limits(1):  # sums in another order would be another file each time
            fitted = _with_limits(_fitted(model, build), model, build)
    except TooFewError as err:
        print(f"{title}: what it knows is not told. {err}")
        return
    path = opened.path / name / FAMILIARITY
    write_familiarity(path, fitted, made_from=made_from)
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
    return " ".join((*digests, VERSION))


def _fitted(model: FaceModel, build: Prepared) -> Familiarity:
    """What a network's layers make of its training pictures, and of some of these spoilt."""
    count, step = num_means(model.network), -(-build.count(FITTED_ON) // PICTURES)
    ids: list[str] = []
    means, kept, grids = [], [], []
    for names, images in build.batches(FITTED_ON, BATCH):
        some = slice(-len(ids) % step, None, step)  # every so many, over all batches
        found = features(model, images)
        ids += names
        means.append(found[:, :count])
        kept.append(images[some].copy())
        grids.append(found[some, count:])
    labels = build.samples.loc[ids, "label"].to_numpy()
    fitted = fit_familiarity(np.concatenate(means), labels)
    spoilt = features(model, spoil(np.concatenate(kept)))[:, count:]
    return replace(fitted, layout=fit_layout(np.concatenate(grids), spoilt))


def _with_limits(fitted: Familiarity, model: FaceModel, build: Prepared) -> Familiarity:
    """The same with the limits that validation gives: each has half of the false alarms."""
    assert fitted.layout is not None
    count = num_means(model.network)
    distances, strangeness = [], []
    for _, images in build.batches(LIMIT_FROM, BATCH):
        found = features(model, images)
        distances.append(fitted.distance(found[:, :count]))
        strangeness.append(fitted.layout.strangeness(found[:, count:]))
    limits = [
        limit_of(np.concatenate(each), false_alarms=FALSE_ALARMS / 2)
        for each in (distances, strangeness)
    ]
    return replace(fitted, limit=limits[0], layout=replace(fitted.layout, limit=limits[1]))
