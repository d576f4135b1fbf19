"""Plans and makes the set of attacks on photographs: live, print, cut-out and replay pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from trainer.simulate.attacks.on_photographs import Shot, capture
from trainer.simulate.layout import Capture, Entry, as_entry, write_archives
from trainer.simulate.people import Conditions, make_backdrops
from trainer.simulate.portraits import PortraitFile, find_portraits, read_portrait
from trainer.simulate.scenery import ILLUMINATION_ODDS, ILLUMINATIONS
from trainer.workers import in_order, worker_pool

NAME = "attacks on photographs (simulated)"
ATTACKS = ("photo", "A4", "poster", "print", "cut-out", "PC", "pad", "phone")
CUT_OUT_TYPES = ("face mask", "upper body mask", "region mask")


@dataclass(frozen=True)
class PhotoSettings:
    """What the set is made of; the same settings and photographs make the same bytes."""

    seed: int = 1
    live_per_person: int = 8
    test_share: float = 0.2
    outdoor_share: float = 0.25

    def attacks_on(self, person: int) -> list[str]:
        """The eight attacks on a person: four prints, a cut-out, three screens."""
        chosen = {"print": ("photo", "A4")[person % 2], "cut-out": CUT_OUT_TYPES[person % 3]}
        return [chosen.get(kind, kind) for kind in ATTACKS]

    def test_people(self, count: int) -> set[int]:
        """Those of `count` people who are in the test split."""
        order = np.random.default_rng([self.seed, 4]).permutation(count)
        return set(order[: max(1, round(count * self.test_share))].tolist())


def simulate_on_photographs(
    out: Path,
    portraits: Path,
    *,
    boxes: Path | None = None,
    mattes: Path | None = None,
    settings: PhotoSettings | None = None,
    jobs: int | None = None,
    progress: Callable[[Iterable, int], Iterable] = lambda items, total: items,
) -> int:
    """Writes faces.zip and evidence.zip to `out`, and returns the number of people.

    Parameters
    ----------
    portraits : path
        Folder of photographs, one a person.
    boxes : path, optional
        Their faces (`find_portraits`); without it MTCNN finds them.
    mattes : path, optional
        Who is cut out where (`find_portraits`); without it GrabCut finds people, and loses the
        hair or the shoulders of many.
    jobs : int, optional
        Worker processes; default one a core. The result does not depend on it.
    progress : callable
        Wraps the iteration over people, given it and their number.

    Raises
    ------
    FascoreError
        If the photographs or the table cannot be used.
    """
    settings = settings or PhotoSettings()
    files = tuple(find_portraits(portraits, boxes, mattes))
    people = [(number, files, settings) for number in range(len(files))]
    with worker_pool(jobs) as pool:
        work = in_order(pool, _make, people, jobs=jobs)
        entries = [entry for person in progress(work, len(files)) for entry in person]
    out.mkdir(parents=True, exist_ok=True)
    write_archives(out, entries, name=NAME)
    return len(files)


def _make(job: tuple[int, tuple[PortraitFile, ...], PhotoSettings]) -> list[Entry]:
    """All pictures of one person (runs in a worker process)."""
    person, files, settings = job
    cv2.setNumThreads(1)
    test = settings.test_people(len(files))
    split = "test" if person in test else "train"
    # who else is seen, and their surroundings, are of the same split
    fellows = tuple(file for n, file in enumerate(files) if (n in test) == (person in test))
    captures = make_person(files[person], fellows, person, settings)
    return [as_entry(each, split, person, number) for number, each in enumerate(captures)]


def make_person(
    file: PortraitFile,
    fellows: tuple[PortraitFile, ...],
    person: int,
    settings: PhotoSettings,
) -> list[Capture]:
    """All pictures of one person, live first."""
    victim, backdrops = read_portrait(file), _backdrops(settings.seed, fellows)
    captures = []
    for number, kind in enumerate(
        ["live"] * settings.live_per_person + settings.attacks_on(person)
    ):
        rng = np.random.default_rng([settings.seed, 11, person, number])
        light = str(rng.choice(ILLUMINATIONS, p=ILLUMINATION_ODDS))
        conditions = Conditions(light, bool(rng.random() < settings.outdoor_share))
        wearer = victim
        if kind in CUT_OUT_TYPES:
            wearer = read_portrait(fellows[int(rng.integers(len(fellows)))])
        captures.append(capture(Shot(victim, wearer, conditions, backdrops), kind, rng))
    return captures


@lru_cache(maxsize=2)
def _backdrops(seed: int, files: tuple[PortraitFile, ...]) -> np.ndarray:
    """The surroundings of a split, made once a process."""
    return make_backdrops(seed, files)
