"""The prepared data set: a tensorflow-datasets build of network inputs, and what is known of them.

A build is a folder with the shards that tensorflow-datasets writes, `samples.csv` (every image,
with its split), `skipped.csv` (what was left out, and why) and, written last, `prepared.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tensorflow as tf
import tensorflow_datasets as tfds

from fascore.data.sample_table import read_samples
from fascore.data.samples import DataError
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.labels import CLASS_NAMES, LIVE, SPOOF
from fascore.provenance import digest
from fascore.store import SAMPLES
from trainer.crops import SKIP

PREPARED, SKIPPED = "prepared.json", "skipped.csv"
FEATURES = ("sample_id", "label", "image")
SHARDS = "shards"  # below it, tensorflow-datasets' own folders
tfds.disable_progress_bar()  # ours tells rate and time left


@dataclass(frozen=True)
class Config:
    """What a build is made of; the same values make the same build."""

    root: str
    protocol: str = "subject"
    limit: int | None = None
    size: int = INPUT_SIZE
    crop_expansion: float = CROP_EXPANSION
    seed: int = 0
    without_face: str = SKIP

    @property
    def name(self) -> str:
        """Its name among tensorflow-datasets' configs."""
        limit = "" if self.limit is None else f"-limit{self.limit}"
        return f"{self.protocol}-{self.size}px-x{self.crop_expansion:g}-seed{self.seed}{limit}"


class FacesBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):  # type: ignore[call-arg]
    """Network inputs with label and sample id, in the splits of a protocol.

    Parameters
    ----------
    examples : mapping of str to callable
        For each split what gives its examples: a generator, or a Beam transform.
    """

    VERSION = tfds.core.Version("1.0.0")
    name = "faces"

    def __init__(
        self,
        *,
        prepared: Config,
        examples: Mapping[str, Callable[[], Any]],
        **kwargs: Any,
    ) -> None:
        self._size = prepared.size
        self._examples = examples
        config = tfds.core.BuilderConfig(name=prepared.name, description="Network inputs.")
        super().__init__(config=config, **kwargs)

    def _info(self) -> tfds.core.DatasetInfo:
        bytes_ = tfds.features.Encoding.BYTES  # neither loses nor costs anything
        shape = (self._size, self._size, 3)
        features = {
            "image": tfds.features.Tensor(shape=shape, dtype=np.uint8, encoding=bytes_),
            "label": tfds.features.ClassLabel(names=list(CLASS_NAMES)),
            "sample_id": tfds.features.Text(),
        }
        return tfds.core.DatasetInfo(
            builder=self,
            description="Face crops as anti-spoofing networks see them.",
            features=tfds.features.FeaturesDict(features),
        )

    def _split_generators(self, dl_manager: Any) -> dict[str, Any]:
        return {split: make() for split, make in self._examples.items()}

    def _generate_examples(self) -> Any:
        raise NotImplementedError("The examples are given to the constructor.")


class Prepared:
    """A finished build, open for reading.

    Parameters
    ----------
    path : path
        What `prepare` wrote.

    Raises
    ------
    DataError
        If there is no finished build, or its prepared.json is damaged.

    Attributes
    ----------
    config : Config
    record : dict
        prepared.json: `config`, digests of the `labels` and `pictures` it was made from, `data`.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        try:
            self.record: dict[str, Any] = json.loads(
                (self.path / PREPARED).read_text(encoding="utf-8")
            )
            self.config = Config(**self.record["config"])
            self._data: dict[str, Any] = dict(self.record["data"])
        except (FileNotFoundError, NotADirectoryError) as err:
            raise DataError(
                f"Expected a finished build of `python -m trainer prepare` in {self.path}. "
                f"Received: no {PREPARED} there. Run prepare with --out {self.path}."
            ) from err
        except (ValueError, KeyError, TypeError) as err:  # no JSON, or not prepare's
            raise DataError(
                f"Expected what `python -m trainer prepare` writes in {self.path / PREPARED}. "
                f"Received: a file that cannot be read ({type(err).__name__}). Run prepare with "
                f"--out {self.path} --again."
            ) from err

    @cached_property
    def data(self) -> dict[str, Any]:
        """What the cards of its models say of the data set; `images` has a digest a split."""
        if "images" in self._data:
            return self._data
        # a build of before 0.2 does not record them: they are read from its shards
        return self._data | {"images": image_digests(self.path / SHARDS, self.config)}

    @property
    def name(self) -> str:
        """The data set's name."""
        return self.data["name"]

    @property
    def size(self) -> int:
        """Side of the images in pixels."""
        return self.config.size

    @cached_property
    def samples(self) -> pd.DataFrame:
        """Every image by sample_id, as samples.csv of a store, training images included."""
        return read_samples(self.path / SAMPLES)

    def count(self, split: str) -> int:
        """Number of images in a split."""
        return int((self.samples["split"] == split).sum())

    def check_has(self, split: str) -> None:
        """DataError if a split has no images, as "train" has none in a set to evaluate on."""
        if not self.count(split):
            raise DataError(
                f"Expected {split} images in {self.path}. Received: a build without any. Prepare "
                "one with --protocol subject, paper or official."
            )

    def examples(self, split: str, *, shuffle_seed: int | None = None) -> tf.data.Dataset:
        """A split's examples: image uint8 (size, size, 3), label, sample_id.

        The order is the build's own, or a random one that depends on the seed alone.
        """
        self.check_has(split)
        builder = tfds.builder_from_directory(_shards(self.path / SHARDS, self.config))
        reading = tfds.ReadConfig(try_autocache=False, shuffle_seed=shuffle_seed)
        data = builder.as_dataset(
            split=split, shuffle_files=shuffle_seed is not None, read_config=reading
        )
        if shuffle_seed is not None:
            # examples lie shuffled in the shards: a buffer of part of them is enough
            data = data.shuffle(10_000, seed=shuffle_seed, reshuffle_each_iteration=False)
        options = tf.data.Options()
        options.deterministic = True
        return data.with_options(options)

    def batches(self, split: str, batch_size: int) -> Iterator[tuple[list[str], np.ndarray]]:
        """Sample ids and images uint8 (n, size, size, 3) of a split, in the build's order."""
        if not self.count(split):
            return
        for batch in self.examples(split).batch(batch_size).prefetch(2).as_numpy_iterator():
            yield [each.decode() for each in batch["sample_id"]], batch["image"]

    def background(self, *, count: int = 100, seed: int = 0) -> tuple[np.ndarray, list[str]]:
        """SHAP's background set: `count` training images, half live half spoof, and their ids.

        It goes into the store, so none of them is private (`FaceData.private`).
        """
        train = self.samples[self.samples["split"] == "train"].sort_index()
        private = tuple(self.data.get("private", []))
        train = train[[not name.startswith(private) for name in train.index]]
        rng = np.random.default_rng(seed)
        wanted: list[str] = []
        for label in (LIVE, SPOOF):
            ids = train.index[train["label"] == label].to_numpy()
            wanted += sorted(rng.choice(ids, min(count // 2, len(ids)), replace=False).tolist())
        return self.images("train", wanted), wanted

    def images(self, split: str, sample_ids: Sequence[str]) -> np.ndarray:
        """Images of a split by their ids, in that order: uint8 (n, size, size, 3)."""
        found: dict[str, np.ndarray] = {}
        missing = set(sample_ids)
        for ids, images in self.batches(split, 256):
            found |= {i: image.copy() for i, image in zip(ids, images, strict=True) if i in missing}
        return np.stack([found[each] for each in sample_ids])


def image_digests(folder: Path, config: Config) -> dict[str, str]:
    """For each split a digest of its ids, labels and pixels, read from the shards below `folder`.

    The order of the examples, which depends on who wrote them, does not matter.
    """
    builder = tfds.builder_from_directory(_shards(folder, config))

    def rows(split: str) -> Iterator[tuple[str, int, str]]:
        for batch in builder.as_dataset(split=split, batch_size=256).as_numpy_iterator():
            for name, label, image in zip(*(batch[key] for key in FEATURES), strict=True):
                yield name.decode(), int(label), sha256(image.tobytes()).hexdigest()

    return {split: digest(rows(split)) for split in builder.info.splits}


def written_ids(folder: Path, config: Config) -> Iterator[str]:
    """Sample ids of every example in the shards below `folder`."""
    builder = tfds.builder_from_directory(_shards(folder, config))
    skip = {"image": tfds.decode.SkipDecoding()}
    for split in builder.info.splits:
        for example in builder.as_dataset(split=split, decoders=skip).as_numpy_iterator():
            yield example["sample_id"].decode()


def _shards(folder: Path, config: Config) -> Path:
    return folder / FacesBuilder.name / config.name / str(FacesBuilder.VERSION)
