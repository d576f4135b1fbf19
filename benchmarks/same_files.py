"""What is in the files of a folder, but for times: what two runs of one command have in common."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import tensorflow as tf

TIMES = {"seconds", "finished"}
WEIGHTS = "weights_sha256"
LOGS = "logs"  # TensorBoard's, with the time of each record


def contents(folder: Path) -> set[tuple[str, str]]:
    """Name and digest of each file in a folder, and below it.

    Two runs of a deterministic command give equal sets: times are left out, arrays are compared and
    not the archives that they are packed in, and a recorded digest of a file of this folder counts
    as that file's name.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = {path: path.relative_to(folder).as_posix() for path in files}
    digests = {_digest(path.read_bytes()): names[path] for path in files}
    kept = [path for path in files if LOGS not in path.relative_to(folder).parts]
    return {(names[path], _digest(_steady_bytes(path, digests))) for path in kept}


def _steady_bytes(path: Path, digests: Mapping[str, str]) -> bytes:
    """A file's bytes without what differs from run to run."""
    match path.suffix:
        case ".json":
            return _steady_json(path.read_bytes(), digests)
        case ".csv":
            table = pd.read_csv(path, dtype=str)
            return table.drop(columns=list(TIMES & set(table.columns))).to_csv().encode()
        case ".parquet":
            table = pd.read_parquet(path)
            return table[~table["metric"].isin(TIMES)].to_csv().encode()
        case ".npz":
            with np.load(path) as arrays:
                return b"".join(_array(name, arrays[name], digests) for name in arrays.files)
        case ".keras":
            return _network(path)
    return _examples(path) if ".tfrecord-" in path.name else path.read_bytes()


def _steady_json(data: bytes, digests: Mapping[str, str]) -> bytes:
    return json.dumps(_steady(json.loads(data), digests)).encode()


def _steady(value: Any, digests: Mapping[str, str], *, key: str = "") -> Any:
    """JSON without times, and with names in place of digests."""
    if isinstance(value, dict):
        kept = {name: part for name, part in value.items() if name not in TIMES}
        return {name: _steady(part, digests, key=name) for name, part in kept.items()}
    if isinstance(value, list):
        return [_steady(part, digests) for part in value]
    if not isinstance(value, str):
        return value
    if key == WEIGHTS and value not in digests:
        return "weights that are not kept"  # a study's
    return " ".join(digests.get(word, word) for word in value.split(" "))  # one text may hold more


def _array(name: str, array: np.ndarray, digests: Mapping[str, str]) -> bytes:
    if array.dtype.kind == "U" and array.ndim == 0:
        return f"{name} {_steady(str(array), digests)}".encode()
    return f"{name} {array.dtype} {array.shape}".encode() + array.tobytes()


def _network(path: Path) -> bytes:
    """The weights of a .keras file.

    Its configuration holds addresses, and names that count the networks a process has made.
    """
    arrays: list[bytes] = []

    def take(_: str, part: Any) -> None:
        if isinstance(part, h5py.Dataset):
            arrays.append(part[()].tobytes())

    with zipfile.ZipFile(path) as archive, archive.open("model.weights.h5") as file:
        with h5py.File(io.BytesIO(file.read())) as weights:
            weights.visititems(take)
    return b"".join(arrays)


def _examples(path: Path) -> bytes:
    """A shard's examples in order; protocol buffers write the names in one in any order."""
    examples = map(tf.train.Example.FromString, tf.data.TFRecordDataset(path).as_numpy_iterator())
    named = [sorted((n, f.SerializeToString()) for n, f in e.features.feature.items())
             for e in examples]  # fmt: skip
    return repr(named).encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
