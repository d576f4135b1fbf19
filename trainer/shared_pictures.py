"""Pictures that a test set shares with the data set that a store's networks were made with."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd
from tqdm import tqdm

from fascore.data import open_data
from fascore.data.samples import DataError, FaceData
from fascore.errors import FascoreError
from fascore.evaluation_sets import open_set
from fascore.shipped import located
from fascore.store import Store

BYTES, IDS = "the bytes of the files", "sample ids"
OTHER = "train"  # what of a data set is in none of its store's splits: most of it trains
Shared = dict[str, Any]


def shared_pictures(store: Store, data: Mapping[str, Any], samples: pd.DataFrame) -> Shared:
    """How many pictures of a test set are the store's own, by split; and what was compared.

    Files are compared byte for byte where both data sets are here. Where not, sample ids are, if
    the two data sets have one name; they say nothing of training images, which no store lists.
    `by` is None where nothing can be compared.

    Returns
    -------
    dict
        `by`, and counts of train, validation and test images.
    """
    own = open_set(store).about
    splits = store.samples()["split"]
    there, others = _opened(own.get("root", "")), _opened(data["root"])
    if there is not None and others is not None:
        return _by_bytes(there, splits, others, samples)
    if data["name"] == own.get("name"):
        return {"by": IDS, **Counter(splits[splits.index.intersection(samples.index)])}
    return {"by": None}


def _opened(root: str) -> FaceData | None:
    """A data set, if it is here."""
    try:
        return open_data(located(root)) if root else None
    except DataError:
        return None


def _by_bytes(own: FaceData, splits: pd.Series, other: FaceData, samples: pd.DataFrame) -> Shared:
    """Only files of one size are read."""
    sizes: dict[int, list[str]] = defaultdict(list)
    for name in samples.index:
        if size := other.file_size(name):
            sizes[size].append(name)
    digests: dict[int, set[str]] = {}
    counts: Counter[str] = Counter()
    try:
        ids = [sample.sample_id for sample in own.scan().samples]
    except FascoreError:
        return {"by": None}
    for name in tqdm(ids, desc="compare with the store's own", unit="image", leave=False):
        size = own.file_size(name)
        if size not in sizes:
            continue
        if size not in digests:
            digests[size] = {_digest(other, each) for each in sizes[size]}
        counts[splits.get(name, OTHER)] += _digest(own, name) in digests[size]
    return {"by": BYTES, **{split: count for split, count in counts.items() if count}}


def _digest(data: FaceData, name: str) -> str:
    return hashlib.sha256(data.read(name)).hexdigest()
