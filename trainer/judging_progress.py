"""What was measured so far, image by image, so that an interrupted `judge` can go on."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from fascore.data.samples import Sample
from fascore.errors import FascoreError
from fascore.explain import Attribution
from fascore.explain.units import pixel_values
from fascore.files import read_whole, write_json, write_whole
from fascore.findings.results import COLUMNS, MeanMap
from fascore.judging.judge import Measure
from fascore.provenance import differences, listed

SETTINGS, MEASURES = "settings.json", "measures"
T = TypeVar("T")


@dataclass(frozen=True)
class Gathered:
    """All finished images together; `measures` and `maps` as in `findings.results.Results`."""

    images: int
    measures: pd.DataFrame
    maps: dict[tuple[str, str, str], MeanMap]


class Parts:
    """A folder with one file for each finished image, and the settings all were measured with."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def there(self) -> bool:
        """A run was begun and has not ended."""
        return self._folder.exists()

    def check(self, about: Mapping[str, Any]) -> None:
        """Refuses images that were finished with other settings, or of other pictures or weights.

        How many images are asked for does not matter: fewer are the first of more.
        """
        if differing := self._differing(about):
            raise FascoreError(
                f"Expected the {len(self._paths()):,} images that were judged before in "
                f"{self._folder} to be judged as asked for. Received: images with "
                f"{listed(differing)}. Give the options they were begun with to go on, or --again "
                "to drop them."
            )

    def open(self, about: Mapping[str, Any]) -> int:
        """The number of images finished with these settings; those of other settings go."""
        if self._differing(about):
            self.remove()
        write_json(self._folder / SETTINGS, _without_limit(about))
        return len(self._paths())

    def _differing(self, about: Mapping[str, Any]) -> list[str]:
        settings = self._folder / SETTINGS
        if not self._paths():
            return []
        there = _whole(settings, _settings_of) if settings.exists() else {}
        return differences(there, _without_limit(about))

    def has(self, number: int) -> bool:
        """The image of this number is finished."""
        return self._path(number).exists()

    def write(
        self,
        number: int,
        sample: Sample,
        measures: Sequence[Measure],
        maps: Sequence[Attribution],
        *,
        size: int,
    ) -> None:
        """Keeps an image's measures, and its maps where the verdict is right.

        Each map is divided by the sum of its absolute values; `size` is the image's, in pixels.
        """
        right = {each.model for each in measures if each.metric == "right" and each.value}
        values = [(each, pixel_values(each, size)) for each in maps if each.model in right]
        arrays = {
            f"{each.model}/{each.method}/{sample.pai_species}": map_ / np.abs(map_).sum()
            for each, map_ in values
            if map_.any()
        }
        rows = json.dumps([[sample.sample_id, *asdict(each).values()] for each in measures])
        arrays[MEASURES] = np.array(rows)
        write_whole(self._path(number), partial(np.savez_compressed, **arrays))

    def gather(self, count: int) -> Gathered | None:
        """The finished ones among the first `count` images together; None if there are none."""
        paths = [path for path in self._paths() if int(path.stem) < count]
        rows: list[list[Any]] = []
        sums: dict[str, np.ndarray] = {}
        counts: Counter[str] = Counter()
        for path in paths:
            measured, maps = _whole(path, _part_of)
            rows += measured
            for name, values in maps.items():
                sums[name] = sums.get(name, 0) + values
                counts[name] += 1
        means = {
            _key(name): MeanMap((total / counts[name]).astype(np.float32), counts[name])
            for name, total in sums.items()
        }
        return Gathered(len(paths), pd.DataFrame(rows, columns=COLUMNS), means) if paths else None

    def remove(self) -> None:
        """Forgets all of it."""
        shutil.rmtree(self._folder)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.npz"

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*.npz"))


def _whole(path: Path, read: Callable[[Path], T]) -> T:
    """What is read of one of a run's files."""
    mend = "Delete it; the same command makes anew what was in it."
    return read_whole(path, read, expected="what was judged so far", mend=mend)


def _settings_of(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _part_of(path: Path) -> tuple[list[list[Any]], dict[str, np.ndarray]]:
    """One image's rows of measures, and its maps by name."""
    with path.open("rb") as file, np.load(file) as arrays:
        rows = [list(row) for row in json.loads(str(arrays[MEASURES]))]
        return rows, {name: arrays[name] for name in arrays.files if name != MEASURES}


def _without_limit(about: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in about.items() if key != "limit"}


def _key(name: str) -> tuple[str, str, str]:
    model, method, species = name.split("/")
    return model, method, species
