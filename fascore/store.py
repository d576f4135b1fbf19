"""A folder of trained models: read and write it. docs/store.md describes the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from fascore.building import BUILDING
from fascore.cards import CARD, DEFAULT_THRESHOLD, Card, read_card, write_card
from fascore.errors import StoreError
from fascore.files import read_whole, sha256, write_whole
from fascore.labels import LIVE, SPOOF
from fascore.models import MODELS
from fascore.models.face_model import FaceModel
from fascore.models.familiarity import Familiarity
from fascore.models.familiarity_file import read_familiarity
from fascore.provenance import differences
from fascore.store_tables import read_predictions, store_samples

__all__ = [
    "BACKGROUND",
    "CARD",
    "DEFAULT_THRESHOLD",
    "FAMILIARITY",
    "HISTORY",
    "PREDICTIONS",
    "SAMPLES",
    "STUDY",
    "WEIGHTS",
    "Card",
    "Store",
    "StoreError",
    "read_background",
    "scores_made_from",
    "study_run",
    "study_runs",
    "write_background",
    "write_card",
]

SAMPLES, BACKGROUND, STUDY = "samples.csv", "background.npz", "study"
WEIGHTS, HISTORY, PREDICTIONS = "model.keras", "history.csv", "predictions.csv"
FAMILIARITY, EXPLANATIONS = "familiarity.npz", "explanations"


class Store:
    """A model store.

    Parameters
    ----------
    path : path
        An existing store.
    samples_path : path, optional
        Its table of samples, where that is not its own: a study's runs share their store's, and
        `fascore.evaluation_sets.on_set` gives it a test set's.
    explanations : path, optional
        Where its judged explanations are, where that is not in its own folder.

    Raises
    ------
    StoreError
        If the folder is missing or holds no model.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        samples_path: Path | None = None,
        explanations: Path | None = None,
    ) -> None:
        self.path = Path(path)
        self.explanations = explanations or self.path / EXPLANATIONS
        self._samples_path = samples_path or self.path / SAMPLES
        if not self.path.is_dir():
            raise StoreError(
                f"Expected a folder with trained models. Received: {self.path}, which is not "
                "there. Give the path of a store, or train one with `python -m trainer fit`."
            )
        self.names = tuple(
            name for name in MODELS if any((self.path / name / f).exists() for f in (CARD, WEIGHTS))
        )
        if not self.names:
            raise StoreError(
                f"Expected a folder with trained models. Received: {self.path}, which holds "
                "none. Train them with `python -m trainer fit`."
            )

    @property
    def scored_names(self) -> tuple[str, ...]:
        """The models that have been scored on the store's samples."""
        return tuple(name for name in self.names if (self.path / name / PREDICTIONS).exists())

    @property
    def loadable_names(self) -> tuple[str, ...]:
        """The models whose weights are there; others may have a card and predictions alone."""
        return tuple(name for name in self.names if (self.path / name / WEIGHTS).exists())

    def card(self, name: str) -> Card:
        """A model's card."""
        return read_card(self.path / name)

    def whole_cards(self) -> tuple[dict[str, Card], dict[str, str]]:
        """Each model's card, or the sentence on why it has none that can be read, by name."""
        cards, errors = {}, {}
        for name in self.names:
            try:
                cards[name] = self.card(name)
            except StoreError as err:
                errors[name] = str(err)
        return cards, errors

    def load(self, name: str) -> FaceModel:
        """A model with its threshold and the store's SHAP background, after checking its card.

        The background is read when it is first needed: without it only SHAP fails.
        """
        from fascore.models.network_file import read_network  # slow: it imports Keras

        card, path = self.card(name), self.path / name / WEIGHTS
        if not path.exists():
            raise StoreError(
                f"Expected {WEIGHTS} for {name}. Received: a card without weights. "
                "Train the model with `python -m trainer fit`."
            )
        self._check_weights(card, name)
        with BUILDING:
            network = read_network(path)
        threshold = card.threshold_value
        return FaceModel(name, network, threshold=threshold, background=self.background)

    def familiarity(self, name: str) -> Familiarity | None:
        """What pictures a model knows; None where nobody measured it of these weights.

        Raises
        ------
        StoreError
            If the file cannot be read, or is not the one that the model's card describes.
        """
        path, card = self.path / name / FAMILIARITY, self.card(name)
        if not path.exists():
            return None
        familiarity, made_from = read_familiarity(path)
        if not made_from.startswith(card.weights_sha256):
            return None
        # cards of before 0.2 do not record it
        if card.familiarity and card.familiarity.get("sha256") != sha256(path):
            raise StoreError(
                f"Expected the {FAMILIARITY} that {name}'s {CARD} describes. Received: another "
                "file, or one changed since. Run `python -m trainer evaluate` for this store."
            )
        return familiarity

    def background(self) -> np.ndarray | None:
        """SHAP's background images, uint8 (N, size, size, 3), or None where there are none."""
        there = read_background(self.path)
        return None if there is None else there[0]

    @property
    def fingerprint(self) -> str:
        """What tells the store's samples from another evaluation set's."""
        return store_samples(self._samples_path)[1]

    def samples(self) -> pd.DataFrame:
        """What is known of each validation and test image, indexed by sample_id."""
        return store_samples(self._samples_path)[0]

    def predictions(self, name: str) -> pd.Series:
        """P(spoof) of a model, indexed by sample_id."""
        return read_predictions(self.path / name / PREDICTIONS, model=name)

    def scored(self, name: str, *, split: str = "test") -> pd.DataFrame:
        """The samples of one split with a column `spoof_score`, a model's P(spoof).

        Raises
        ------
        StoreError
            If the scores are of other images than the store's samples, or of other weights.
        """
        card = self.card(name)
        if card.data["fingerprint"] != self.fingerprint:
            raise StoreError(
                f"Expected {name} to be trained and scored on this store's samples. Received: "
                "another data set. Run `python -m trainer evaluate` for it."
            )
        samples, predictions = self.samples(), self.predictions(name)
        self._check_scores(card, name)
        scored = samples[samples["split"] == split].join(predictions, how="left")
        there = int(scored["spoof_score"].notna().sum())
        if there < len(scored):
            raise StoreError(
                f"Expected a score of {name} for each {split} image. Received: scores of {there:,} "
                f"of the {len(scored):,} {split} images. Run `python -m trainer evaluate --again`."
            )
        return scored

    def scores(self, name: str, *, split: str = "test") -> tuple[np.ndarray, np.ndarray]:
        """A model's spoof scores on one split: of the live images, of the spoof images."""
        scored = self.scored(name, split=split)
        live, spoof = (
            scored.loc[scored["label"] == label, "spoof_score"].to_numpy()
            for label in (LIVE, SPOOF)
        )
        return live, spoof

    def check_weights(self, name: str) -> None:
        """Refuses weights that the model's card does not describe; there may be none."""
        if name in self.loadable_names:
            self._check_weights(self.card(name), name)

    def _check_weights(self, card: Card, name: str) -> None:
        """Refuses weights that the card does not describe."""
        if card.model != name or card.weights_sha256 != sha256(self.path / name / WEIGHTS):
            raise StoreError(
                f"Expected the weights that {name}'s {CARD} describes. Received: other weights. "
                "Copy the whole folder of the model again, or train it anew with "
                "`python -m trainer fit --again`."
            )

    def _check_scores(self, card: Card, name: str) -> None:
        """Refuses scores of other weights than the card's and those that are there."""
        self.check_weights(name)
        # Cards written before 0.2 have no record of their scores. Their threshold stands for it:
        # it was written right after the scores, and training anew took it away.
        own = bool(card.threshold)
        if card.scores:
            own = not differences(card.scores, scores_made_from(self.path / name, card))
        if not own:
            raise StoreError(
                f"Expected the scores of {name}'s weights. Received: a {PREDICTIONS} of other "
                "weights, or one changed since. Run `python -m trainer evaluate` for this store."
            )


def scores_made_from(folder: Path, card: Card) -> dict[str, str]:
    """A model's weights and the very predictions that they gave, as its card records them."""
    return {
        "weights_sha256": card.weights_sha256,
        "predictions_sha256": sha256(folder / PREDICTIONS),
    }


def study_run(path: Path, seed: int) -> Path:
    """The folder of a study's run in a store: all variants trained from this seed."""
    return path / STUDY / f"seed-{seed}"


def study_runs(path: Path) -> dict[int, Store]:
    """A store's runs of `python -m trainer study`, each a store of its own, by seed."""
    runs = {}
    for folder in (path / STUDY).glob("seed-*"):
        if folder.name.removeprefix("seed-").isdecimal() and any(folder.glob(f"*/{PREDICTIONS}")):
            runs[int(folder.name.removeprefix("seed-"))] = Store(
                folder, samples_path=path / SAMPLES
            )
    return dict(sorted(runs.items()))


def read_background(store: Path) -> tuple[np.ndarray, list[str]] | None:
    """SHAP's background images in a store, uint8 (N, size, size, 3), and their sample ids.

    None where there are none; StoreError where they cannot be read.
    """
    path = store / BACKGROUND
    if not path.exists():
        return None
    return read_whole(
        path,
        _background_of,
        expected="SHAP's background images",
        mend="Delete it, and let `python -m trainer fit` make it anew.",
    )


def _background_of(path: Path) -> tuple[np.ndarray, list[str]]:
    with path.open("rb") as file, np.load(file) as arrays:
        images, ids = arrays["images"], [str(name) for name in arrays["sample_ids"]]
    if images.ndim != 4 or len(images) != len(ids):
        raise ValueError("no list of pictures with their ids")
    return images, ids


def write_background(store: Path, images: np.ndarray, sample_ids: Sequence[str]) -> None:
    """Writes SHAP's background images and where they came from."""
    write_whole(
        store / BACKGROUND,
        lambda temporary: np.savez_compressed(
            temporary, images=images, sample_ids=np.array(sample_ids)
        ),
    )
