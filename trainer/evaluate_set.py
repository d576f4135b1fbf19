"""Scores a store's networks on another data set, with their thresholds from validation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fascore.counts import counted
from fascore.errors import FascoreError, StoreError
from fascore.evaluation_sets import (
    ABOUT,
    NAME,
    EvaluationSet,
    open_set,
    read_about,
    scores_record,
    set_folder,
    set_scores,
)
from fascore.files import write_json, write_whole
from fascore.models import MODELS
from fascore.outside_scores import outside_detectors
from fascore.provenance import differences, listed
from fascore.scores.across_sets import CROSS_METRICS, set_table
from fascore.scores.definitions import WORST
from fascore.scores.score_text import threshold_text
from fascore.store import SAMPLES, Card, Store
from fascore.tone_scores import read_regression
from trainer.crops import SKIP
from trainer.evaluate import spoof_scores
from trainer.set_images import SetImages, cut_words, images_of_root
from trainer.shared_pictures import shared_pictures
from trainer.tone_scores import write_tone

IDENTITY = ("name", "fingerprint", "split", "images")  # what makes a test set what it is


@dataclass(frozen=True)
class SetRecord:
    """What a test set is called, and what else its about.json is told.

    Parameters
    ----------
    name : str
        The set's folder in the store's tests/.
    description : str, optional
        What to call the set beside a number; the data set's own name otherwise.
    real_presentations : bool
        These are photographs of real faces and real attacks before a camera.
    scores_only : bool
        Record no place of the pictures: pages show numbers alone.
    """

    name: str
    description: str | None = None
    real_presentations: bool = False
    scores_only: bool = False

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise FascoreError(
                "Expected a name of letters, digits, dots, dashes and underlines for --as, at most "
                f"64, no dot or dash first. Received: {self.name!r}. Give another one."
            )

    def told(self) -> dict[str, Any]:
        """What goes into about.json; what was recorded before and is not told again stays."""
        told: dict[str, Any] = {"root": ""} if self.scores_only else {}
        if self.description is not None:
            told["description"] = self.description
        if self.real_presentations:
            told["real_presentations"] = True
        return told


def evaluate_root(
    root: Path,
    store: Store,
    record: SetRecord,
    *,
    split: str | None = None,
    without_face: str = SKIP,
    jobs: int | None = None,
    again: bool = False,
    tone: bool = False,
) -> pd.DataFrame:
    """`evaluate_set` on a raw data set, cut as each of the store's networks sees faces.

    The parameters are those of `trainer.set_images.images_of_root`.
    """
    cuts = dict.fromkeys((card.size, card.crop_expansion) for card in _ready(store).values())
    for number, (size, expansion) in enumerate(cuts):
        with images_of_root(
            root,
            split,
            size=size,
            crop_expansion=expansion,
            without_face=without_face,
            jobs=jobs,
        ) as images:
            table = evaluate_set(images, store, record, again=again and number == 0, tone=tone)
    return table


def evaluate_set(
    images: SetImages,
    store: Store,
    record: SetRecord,
    *,
    again: bool = False,
    tone: bool = False,
) -> pd.DataFrame:
    """Writes a test set into the store, and the scores of the networks that see such images.

    Scores that are there, of these pictures and of the network's weights, are used again; stopped
    at any moment, the same call goes on after the last network. No picture is kept.

    Parameters
    ----------
    again : bool
        Score anew, and replace another set of this name.
    tone : bool
        Also write how much is tone (`fascore.tone_scores`), by the store's regression.

    Returns
    -------
    DataFrame
        `fascore.scores.across_sets.set_table`, and each network's threshold.

    Raises
    ------
    FascoreError
        If another set has the name, no network sees such images, or one has no threshold.
    """
    names = _fitting(images, store)
    if tone:
        read_regression(store)  # first: without it nothing is scored in vain
    folder = set_folder(store, record.name)
    about = {**_about(images, store, record.name, again=again), **record.told()}
    write_json(folder / ABOUT, about)
    for model in names:
        if not again and _is_scored(store, record.name, model):
            print(f"{MODELS[model].title}: scored already.")
            continue
        scores = spoof_scores(store.load(model), images.batches, len(images.samples))
        write_scores(folder, about, store, model, pd.Series(scores))
    if tone and cut_words(images.size, images.crop_expansion) == read_regression(store)["cut"]:
        count = len(images.samples)
        write_tone(store, record.name, images.batches, count, models=names, again=again)
    return evaluated_table(store, open_set(store, record.name))


def write_scores(
    folder: Path, about: dict[str, Any], store: Store, model: str, scores: pd.Series
) -> None:
    """Writes a model's scores of a set, then into about.json what they were made from."""
    path = set_scores(folder, model)
    table = scores.rename("spoof_score").rename_axis("sample_id").sort_index().to_frame()
    write_whole(path, table.to_csv)
    about["scores"][model] = scores_record(store.card(model), path)
    write_json(folder / ABOUT, about)


def evaluated_table(store: Store, tested: EvaluationSet) -> pd.DataFrame:
    """Each network that was scored on a set at its threshold from the store's validation."""
    scored, thresholds = {}, {}
    for name in store.names:
        try:
            scored[name] = tested.scored(name)
        except StoreError:
            continue
        thresholds[name] = store.card(name).threshold_value
    table = set_table(scored, thresholds)
    return table.assign(threshold=pd.Series(thresholds))


def _ready(store: Store) -> dict[str, Card]:
    """The cards of the networks that can be scored, each with its threshold."""
    cards = {name: store.card(name) for name in store.loadable_names}
    unready = [name for name, card in cards.items() if not card.threshold]
    if unready or not cards:
        raise FascoreError(
            "Expected networks with weights, and thresholds from validation. Received: "
            f"{', '.join(unready) + ' without a threshold' if cards else 'no weights'}. Run "
            "`python -m trainer evaluate` with the networks' own --data, without --as, first."
        )
    return cards


def _fitting(images: SetImages, store: Store) -> list[str]:
    """The networks that see faces cut like these; says which do not."""
    cards = _ready(store)
    cut = cut_words(images.size, images.crop_expansion)
    cuts = {name: cut_words(card.size, card.crop_expansion) for name, card in cards.items()}
    if cut not in cuts.values():
        raise FascoreError(
            f"Expected faces cut as the networks see them: {', '.join(sorted(set(cuts.values())))}"
            f". Received: {cut}. Prepare them with --size and --crop-expansion of these, or give "
            "--root in place of --data."
        )
    for name, other in cuts.items():
        if other != cut:
            print(f"{MODELS[name].title} sees {other}: not scored on images of {cut}.")
    return [name for name in cards if cuts[name] == cut]


def _about(images: SetImages, store: Store, name: str, *, again: bool) -> dict[str, Any]:
    """The record of the set, begun anew or gone on with; samples.csv is there afterwards."""
    folder = set_folder(store, name)
    cut = cut_words(images.size, images.crop_expansion)
    wanted = {**images.data, "images": {cut: images.digest()}}
    if (folder / ABOUT).exists() and not again:
        there = read_about(folder)
        # networks that see faces cut otherwise may share the set
        wanted["images"] = there["images"] | wanted["images"]
        recorded = {**there, "images": wanted["images"] | there["images"]}
        if differing := differences(recorded, {key: wanted[key] for key in IDENTITY}):
            raise FascoreError(
                f"Expected another name than {name}, or the set that has it. Received: a set with "
                f"{listed(differing)} there. Give another --as, or --again to replace it."
            )
        return {**there, "images": wanted["images"]}
    shared = shared_pictures(store, images.data, images.samples)
    (folder / ABOUT).unlink(missing_ok=True)  # first: without it there is no set
    for file in folder.glob("*.csv"):  # judged explanations say of which images they are
        file.unlink()
    write_whole(folder / SAMPLES, images.samples.to_csv)
    return {**wanted, "shared": shared, "scores": {}}


def table_text(store: Store, name: str, table: pd.DataFrame) -> str:
    """`evaluate_set`'s table of a store's test set, to print."""
    tested = open_set(store, name)
    columns = [*CROSS_METRICS, WORST, "threshold"]
    text = table[columns].rename(index={each: MODELS[each].title for each in table.index})
    counts = ", ".join(f"{count:,} {kind}" for kind, count in tested.about["counts"].items())
    shown = text.to_string(
        float_format="{:.4f}".format, formatters={"threshold": threshold_text}, na_rep="undefined"
    )
    _, problems = outside_detectors(store, tested)
    return (
        f"{tested.title}: {counted(len(tested.samples), 'image')} ({counts}). Thresholds from "
        f"the store's own validation. {tested.shared_words}\n\n{shown}"
        + "".join(f"\n\n{sentence}" for sentence in problems)
    )


def _is_scored(store: Store, name: str, model: str) -> bool:
    try:
        open_set(store, name).scored(model)
    except StoreError:
        return False
    return True
