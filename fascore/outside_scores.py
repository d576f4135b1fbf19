"""Scores of detectors that are not fascore's, beside a store's networks on one of its test sets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fascore.errors import StoreError
from fascore.evaluation_sets import OWN, EvaluationSet, image_digests, open_set, set_names
from fascore.files import write_json, write_whole
from fascore.models import MODELS, model_title
from fascore.score_tables import given_scores, stored_scores
from fascore.store import Store

OUTSIDE, ABOUT, SCORES = "outside", "about.json", "scores.csv"
LONGEST = 60  # letters of a title


@dataclass(frozen=True)
class OutsideDetector:
    """A detector from elsewhere on a test set.

    Attributes
    ----------
    title : str
    scored : DataFrame
        The set's samples with `spoof_score`.
    threshold : float or None
        Where a score becomes an attack; None where nobody gave one: then only what needs no
        threshold is known.
    rule : str
        How the threshold was chosen, in its owner's words.
    """

    title: str
    scored: pd.DataFrame
    threshold: float | None
    rule: str


def import_scores(
    store: Store,
    title: str,
    table: Path,
    *,
    name: str = OWN,
    threshold: float | None = None,
    rule: str = "",
    again: bool = False,
) -> OutsideDetector:
    """Puts a detector's scores into a store, beside the networks on a test set of it.

    Parameters
    ----------
    table : path
        CSV with the columns sample_id and spoof_score, P(spoof) in [0, 1] or any score in it that
        is higher for attacks; a row for each image of the test set. Other columns are passed over.
    name : str
        The test set's; the store's own test split without.
    threshold : float, optional
        In [0, 1].

    Raises
    ------
    FascoreError
        If the title is taken, the table cannot be read, the threshold or a score is no number in
        [0, 1], or a score is missing, doubled or of an unknown picture.
    """
    if threshold is not None and not 0 <= threshold <= 1:
        raise StoreError(
            f"Expected a threshold from 0 to 1, as the scores are. Received: {threshold:g}. Give "
            "another --threshold, or none: then only AUC is told."
        )
    tested = open_set(store, name)
    scores = given_scores(table, tested)
    folder = store.path / OUTSIDE / "--".join(filter(None, (_folder_name(title), name)))
    if (folder / ABOUT).exists() and not again:
        raise StoreError(
            f"Expected a name that no detector on {tested.title} has. Received: {title!r}, which "
            "is taken. Give another --name, or --again to replace it."
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / SCORES, scores.to_frame().to_csv)
    record: dict[str, Any] = {"title": title, "set": name, "threshold": threshold, "rule": rule}
    record["images"] = image_digests(tested)
    write_json(folder / ABOUT, record)
    return OutsideDetector(title, tested.samples.join(scores), threshold, rule)


def outside_detectors(
    store: Store, tested: EvaluationSet
) -> tuple[list[OutsideDetector], list[str]]:
    """The detectors from elsewhere that were scored on a test set, by title.

    Of each whose files cannot be used, a sentence says why.
    """
    found, problems = [], []
    for path in import_records(store):
        try:
            if read_import_record(path)["set"] == tested.name:
                found.append(_read_detector(path, tested))
        except StoreError as err:
            problems.append(str(err))
    return sorted(found, key=lambda each: each.title), problems


def import_records(store: Store) -> list[Path]:
    """The record of each import in a store, by the name of its folder."""
    return sorted((store.path / OUTSIDE).glob(f"*/{ABOUT}"))


def read_import_record(path: Path) -> dict[str, Any]:
    """What is recorded of an import: title, set, threshold, rule, and digests of the pictures.

    Raises
    ------
    StoreError
        If the record cannot be read.
    """
    try:
        about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for name in ("title", "set", "threshold", "rule"):
            about[name]
    except (OSError, ValueError, KeyError, TypeError) as err:
        raise StoreError(
            f"Expected a record of an imported detector in {path}. Received: a file that "
            f"cannot be read. Delete {path.parent}, and import its scores again."
        ) from err
    return about


def read_import(store: Store, path: Path) -> OutsideDetector:
    """An imported detector by its record.

    Raises
    ------
    StoreError
        If its files cannot be used, its test set is gone, or has other pictures now.
    """
    name = read_import_record(path)["set"]
    if lost := _lost_words(store, path):
        raise StoreError(lost)
    return _read_detector(path, open_set(store, name))


def lost_imports(store: Store) -> list[str]:
    """A sentence for each import whose test set the store no longer has: no table shows it."""
    lost = []
    for path in import_records(store):
        try:
            lost.append(_lost_words(store, path))
        except StoreError:  # `outside_detectors` says what is wrong with it
            continue
    return [sentence for sentence in lost if sentence]


def _lost_words(store: Store, path: Path) -> str:
    """That an import's test set is gone, and what to do; "" where it is there."""
    about = read_import_record(path)
    if about["set"] in set_names(store):
        return ""
    return (
        f"Expected the test set {about['set']}, for which the scores of {about['title']} were "
        f"imported. Received: none of that name, so they are shown nowhere. Score the set again "
        f"with `python -m trainer evaluate --as {about['set']}`, or delete {path.parent}."
    )


def _read_detector(path: Path, tested: EvaluationSet) -> OutsideDetector:
    """An imported detector by its record, on the set that it was imported for."""
    about = read_import_record(path)
    title = about["title"]
    if _other_pictures(about.get("images", {}), tested):
        raise StoreError(
            f"Expected scores of {title} on the pictures that {tested.title} has now. Received: "
            f"scores of those it had when they were imported. Import them again, or delete "
            f"{path.parent}."
        )
    try:
        scores = stored_scores(path.with_name(SCORES), tested)
    except StoreError as err:
        raise StoreError(f"The imported scores of {title} are left out. {err}") from err
    return OutsideDetector(title, tested.samples.join(scores), about["threshold"], about["rule"])


def _other_pictures(recorded: Mapping[str, str], tested: EvaluationSet) -> bool:
    """Whether a set's pictures are others than those recorded, where both have their digests."""
    there = image_digests(tested)
    return any(there.get(cut, digest) != digest for cut, digest in recorded.items())


def _folder_name(title: str) -> str:
    """The title as a folder's name; refuses what is none, or a network's own."""
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    titles = {model_title(each).lower() for each in MODELS}
    if not name or len(title) > LONGEST or title.lower() in titles:
        raise StoreError(
            f"Expected a detector's name of letters and digits, at most {LONGEST}, that is no "
            f"network's of fascore. Received: {title!r}. Give another --name."
        )
    return name
