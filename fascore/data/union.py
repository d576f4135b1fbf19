"""Several data sets as one: a JSON file that names them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fascore.data.samples import DataError, FaceData, Sample, Scan
from fascore.images import Box


class Union(FaceData):
    """The samples of several data sets, told apart by the first folder of their sample_id.

    Parameters
    ----------
    root : path
        JSON like ``{"name": "both", "sources": {"heads": "faces.zip", "photos": "photos.csv"}}``:
        what to call them together, and each under a short name its folder, .zip or CSV table, from
        the file's own folder. Subjects get the short name too: nobody is in two of them. With
        ``"splits": {"photos": ["train"]}``, only these of the source's own splits are taken: the
        rest of it stays for testing apart. ``"private": ["photos"]`` keeps a source's pictures out
        of the stores of networks trained on it (`FaceData.private`).
    open_source : callable
        Opens one of them (`fascore.data.open_data`).

    Raises
    ------
    DataError
        If the file does not read so. A source that is not there is an error only when its samples
        are asked for: the others can still be shown.
    """

    def __init__(self, root: Path | str, open_source: Callable[[Path], FaceData]) -> None:
        self.root = Path(root)
        self._open_source = open_source
        self._opened: dict[str, FaceData] = {}
        record = _read(self.root)
        self.name = record["name"]
        self._paths = {key: self.root.parent / path for key, path in record["sources"].items()}
        self._splits = record["splits"]
        self.private = tuple(f"{key}/" for key in record["private"])
        self.simulated = bool(record["simulated"])

    def source(self, key: str) -> FaceData:
        """One of the data sets, by its short name."""
        if key not in self._paths:
            raise DataError(
                f"Expected one of {', '.join(self._paths)} before the first / of a sample of "
                f"{self.root}. Received: {key!r}. Take the sample from this data set."
            )
        if key not in self._opened:
            self._opened[key] = self._open_source(self._paths[key])
        return self._opened[key]

    def read(self, path: str) -> bytes:
        key, _, inside = path.partition("/")
        return self.source(key).read(inside)

    def file_size(self, path: str) -> int | None:
        key, _, inside = path.partition("/")
        return self.source(key).file_size(inside)

    def scan(self) -> Scan:
        whole = Scan()
        for key in self._paths:
            part = self.source(key).scan()
            taken = self._splits.get(key)
            whole.samples += [
                _prefixed(key, sample)
                for sample in part.samples
                if taken is None or sample.split in taken
            ]
            whole.skipped += [replace(each, path=f"{key}/{each.path}") for each in part.skipped]
        return whole

    def stamp(self, sample: Sample) -> str:
        source, own = self._own(sample)
        return source.stamp(own)

    def has_box(self, sample: Sample) -> bool:
        source, own = self._own(sample)
        return source.has_box(own)

    def labelled_box(self, sample: Sample, picture: np.ndarray) -> Box | None:
        source, own = self._own(sample)
        return source.labelled_box(own, picture)

    def landmarks(self, sample: Sample) -> np.ndarray | None:
        source, own = self._own(sample)
        return source.landmarks(own)

    def evidence(self, sample: Sample) -> np.ndarray | None:
        source, own = self._own(sample)
        return source.evidence(own)

    def _own(self, sample: Sample) -> tuple[FaceData, Sample]:
        """The sample's own data set, and the sample as that knows it."""
        key, _, inside = sample.sample_id.partition("/")
        subject = sample.subject.removeprefix(f"{key}/")
        return self.source(key), replace(sample, sample_id=inside, subject=subject)


def _prefixed(key: str, sample: Sample) -> Sample:
    return replace(
        sample,
        sample_id=f"{key}/{sample.sample_id}",
        subject=f"{key}/{sample.subject}" if sample.subject else "",
    )


def _read(root: Path) -> dict[str, Any]:
    """The file's record, checked."""
    try:
        record = json.loads(root.read_text(encoding="utf-8"))
    except (OSError, ValueError) as err:
        raise DataError(
            f"Expected a JSON file that names data sets. Received: {root}, which cannot be read "
            f"({err}). Give its path."
        ) from err
    sources = record.get("sources") if isinstance(record, dict) else None
    named = isinstance(sources, dict) and all(
        key and "/" not in key and isinstance(path, str) for key, path in sources.items()
    )
    if not named or not sources or not isinstance(record.get("name"), str):
        raise DataError(
            'Expected {"name": "both", "sources": {"a": "path", "b": "path"}}, short names without '
            f"a slash. Received: another structure in {root}. Correct the file."
        )
    splits = record.get("splits", {})
    if not isinstance(splits, dict) or not all(
        key in sources and isinstance(taken, list) and taken for key, taken in splits.items()
    ):
        raise DataError(
            'Expected "splits" to give lists of splits of the sources, as {"a": ["train"]}. '
            f"Received: {splits!r} in {root}. Correct the file."
        )
    private = record.get("private", [])
    if not isinstance(private, list) or not set(private) <= set(sources):
        raise DataError(
            f'Expected "private" to list short names of the sources. Received: {private!r} in '
            f"{root}. Correct the file."
        )
    return {
        "name": record["name"],
        "sources": sources,
        "splits": splits,
        "private": private,
        "simulated": record.get("simulated"),
    }
