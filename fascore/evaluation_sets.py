"""What a store's networks are tested on: their own test split, and other data sets in `tests/`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fascore.counts import counted
from fascore.errors import StoreError
from fascore.files import sha256
from fascore.provenance import differences
from fascore.shipped import located
from fascore.store import EXPLANATIONS, SAMPLES, Card, Store
from fascore.store_tables import read_predictions, store_samples

TESTS, ABOUT = "tests", "about.json"
OWN = ""  # the name of a store's own test split
FIELDS = {"name", "root", "fingerprint", "counts", "images", "scores", "shared"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class EvaluationSet:
    """A test set of a store.

    Attributes
    ----------
    name : str
        Its folder in `tests/`; `OWN` for the store's own test split.
    title : str
        What to call it beside a number.
    root : str
        Where its pictures are, as `fascore.shipped.located` finds them; "" where nobody recorded
        it, because scores alone were to be kept.
    about : mapping
        What is recorded of it: about.json, or what the cards say of the own split.
    samples : DataFrame
        What is known of its images, by sample_id.
    scored : callable
        From a model's name to `samples` with a column `spoof_score`, its P(spoof); raises
        StoreError where there are no scores of its weights.
    """

    name: str
    title: str
    root: str
    about: Mapping[str, Any]
    samples: pd.DataFrame
    scored: Callable[[str], pd.DataFrame]

    @property
    def is_own(self) -> bool:
        """Whether it is the store's own test split."""
        return self.name == OWN

    @property
    def words(self) -> str:
        """What it is and how large, to stand beside its numbers."""
        part = ", test split" if self.is_own else ""
        return f"{self.title}{part}, {counted(len(self.samples), 'image')}"

    @property
    def shared_words(self) -> str:
        """How many of its pictures are also the store's own, in a sentence; "" of its own split."""
        return "" if self.is_own else shared_words(self.about["shared"])

    @property
    def has_pictures(self) -> bool:
        """Whether its pictures are here: recorded where, and there."""
        return bool(self.root) and located(self.root).exists()

    @property
    def pictures(self) -> Path:
        """Where its pictures are here.

        Raises
        ------
        StoreError
            If nobody recorded where: the store keeps its scores alone.
        """
        if not self.root:
            raise StoreError(
                "Expected a test set whose pictures' place is recorded. Received: "
                f"{self.title}, of which the store keeps the scores alone. Give --root them."
            )
        return located(self.root)

    @property
    def real_presentations(self) -> bool:
        """Whether it was recorded as photographs of real faces and real attacks."""
        return bool(self.about.get("real_presentations"))


def shared_words(shared: Mapping[str, Any]) -> str:
    """What was found of pictures that are also the store's own: about.json's `shared`.

    Examples
    --------
    >>> shared_words({"by": "sample ids"})
    "No picture of it is also the store's own, by sample ids."
    """
    counts = {split: count for split, count in shared.items() if split != "by"}
    if shared.get("by") is None:
        return (
            "Whether pictures of it are also the store's own could not be compared: one of the two "
            "data sets was not there."
        )
    total = sum(counts.values())
    if not total:
        return f"No picture of it is also the store's own, by {shared['by']}."
    listed = ", ".join(f"{count:,} {split}" for split, count in counts.items())
    return (
        f"{total:,} pictures of it are also the store's own, by {shared['by']} ({listed}): numbers "
        "on those the networks were trained on say nothing of unseen pictures."
    )


def set_names(store: Store) -> tuple[str, ...]:
    """The names of a store's test sets: its own split, `OWN`, then the others by name."""
    others = sorted(path.parent.name for path in (store.path / TESTS).glob(f"*/{ABOUT}"))
    return (OWN, *others)


def open_set(store: Store, name: str = OWN) -> EvaluationSet:
    """A store's test set by its name.

    Raises
    ------
    StoreError
        If there is none of that name, or its tables cannot be used.
    """
    if name == OWN:
        return _own_split(store)
    if name not in set_names(store):
        there = ", ".join(set_names(store)[1:]) or "none but its own test split"
        raise StoreError(
            f"Expected a test set of {store.path}: {there}. Received: {name}. Name one of these, "
            f"or score it with `python -m trainer evaluate --as {name}`."
        )
    folder = set_folder(store, name)
    about = read_about(folder)
    samples = store_samples(folder / SAMPLES)[0]
    title = about.get("description") or about["name"]

    def scored(model: str) -> pd.DataFrame:
        return _scored(store, folder, about, samples, model)

    return EvaluationSet(name, title, about["root"], about, samples, scored)


def image_digests(tested: EvaluationSet) -> dict[str, str]:
    """What tells a set's pictures from others of the same names, by how they were cut."""
    images = dict(tested.about.get("images", {}))
    return {"test": images["test"]} if tested.is_own and "test" in images else images


def on_set(store: Store, name: str = OWN) -> Store:
    """A store's networks with a test set's images as their samples: its explanations are judged,
    read and shown like the store's own, and lie in the set's folder.

    Raises
    ------
    StoreError
        If there is no such set, or its tables cannot be used.
    """
    if name == OWN:
        return store
    open_set(store, name)
    folder = set_folder(store, name)
    return Store(store.path, samples_path=folder / SAMPLES, explanations=folder / EXPLANATIONS)


def set_folder(store: Store, name: str) -> Path:
    """The folder of a test set other than the own split."""
    return store.path / TESTS / name


def set_scores(folder: Path, model: str) -> Path:
    """The file with a model's scores in a test set's folder."""
    return folder / f"{model}.csv"


def scores_record(card: Card, path: Path) -> dict[str, str]:
    """A model's weights and the very scores that they gave, as about.json records them."""
    return {"weights_sha256": card.weights_sha256, "predictions_sha256": sha256(path)}


def read_about(folder: Path) -> dict[str, Any]:
    """A test set's about.json.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    try:
        about: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if FIELDS <= set(about):
            return about
        reason = "a file without some of its fields"
    except (OSError, ValueError) as err:
        reason = f"a file that cannot be read ({err})"
    raise StoreError(
        f"Expected a complete {ABOUT} of the test set in {folder}. Received: {reason}. Run "
        f"`python -m trainer evaluate --as {folder.name} --again`."
    )


def _own_split(store: Store) -> EvaluationSet:
    """The store's own test split; it is described by the cards that can be read."""
    cards = []
    for name in store.names:
        try:
            cards.append(store.card(name))
        except StoreError:  # whoever asks for this model's scores is told why
            continue
    # a network that was trained on other data is not compared, and describes nothing
    cards = [card for card in cards if card.data["fingerprint"] == store.fingerprint] or cards
    names = sorted({card.data["name"] for card in cards})
    about: dict[str, Any] = dict(cards[0].data) if cards else {}
    samples = store.samples()
    return EvaluationSet(
        OWN,
        ", ".join(names),
        about.get("root", ""),
        about,
        samples[samples["split"] == "test"],
        store.scored,
    )


def _scored(
    store: Store, folder: Path, about: Mapping[str, Any], samples: pd.DataFrame, model: str
) -> pd.DataFrame:
    """A set's samples with a model's scores, after checking that they are of its weights."""
    again = f"Run `python -m trainer evaluate --as {folder.name}` for this store."
    card, path, recorded = store.card(model), set_scores(folder, model), about["scores"].get(model)
    if recorded is None or not path.exists():
        raise StoreError(
            f"Expected scores of {model} on the test set {folder.name}. Received: none. {again}"
        )
    store.check_weights(model)
    if differences(recorded, scores_record(card, path)):
        raise StoreError(
            f"Expected the scores of {model}'s weights on the test set {folder.name}. Received: "
            f"scores of other weights, or a file changed since. {again}"
        )
    scored = samples.join(read_predictions(path, model=model), how="left")
    if missing := int(scored["spoof_score"].isna().sum()):
        raise StoreError(
            f"Expected a score of {model} for each image of the test set {folder.name}. Received: "
            f"none for {missing:,} of {len(scored):,}. {again}"
        )
    return scored
