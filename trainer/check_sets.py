"""What of a store's test sets is whole: their scores, judged explanations, scores on tone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fascore import store
from fascore.evaluation_sets import TESTS, on_set, open_set, set_names
from fascore.findings.results import (
    ABOUT,
    MAPS,
    MEASURES,
    check_results,
    command,
    read_result_files,
)
from fascore.store import Store
from fascore.store_tables import store_samples
from fascore.tone_scores import ABOUT as TONE_ABOUT
from fascore.tone_scores import read_tone, tone_folder
from trainer.build import Prepared
from trainer.check_part import Part, other_code, part_of


def test_sets(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    for folder in sorted((opened.path / TESTS).glob("*/")):

        def fits(name: str = folder.name) -> Iterator[str]:
            tested = open_set(opened, name)
            for model in tested.about["scores"]:
                tested.scored(model)
            yield from (f"no scores of {m}" for m in opened.loadable_names
                        if m not in tested.about["scores"])  # fmt: skip

        def read(folder: Path = folder) -> None:
            store_samples(folder / store.SAMPLES)
            open_set(opened, folder.name)

        run = f"evaluate --root ROOT --store {opened.path} --as {folder.name}"
        yield part_of(f"{TESTS}/{folder.name}", run, read, fits)


def explanations(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    """Judged explanations of the store's own images, and of its other test sets'."""
    for name in set_names(opened):
        try:
            judged = on_set(opened, name)
        except store.StoreError:  # `test_sets` says so
            continue
        yield from _judged(judged)


def _judged(judged: Store) -> Iterator[Part]:
    folder = judged.explanations
    if not any((folder / name).exists() for name in (ABOUT, MEASURES, MAPS)):
        return

    def fits() -> Iterator[str]:
        about = read_result_files(judged).about
        check_results(judged, about)
        yield from other_code(about)

    run = f"{command(judged).removeprefix('python -m trainer ')} --again"
    place = (folder / ABOUT).relative_to(judged.path).as_posix()
    yield part_of(place, run, partial(read_result_files, judged), fits)


def tone(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    """Scores of the regression on statistics and on tone-equalised pictures, by test set."""
    for name in set_names(opened):
        about = tone_folder(opened, name) / TONE_ABOUT
        if not about.exists():
            continue

        def fits(name: str = name) -> list[str]:
            return read_tone(opened, open_set(opened, name))[1]

        of_set = f"--root ROOT --store {opened.path} --as {name}"
        run = f"evaluate {of_set if name else ends} --tone"
        place = about.parent.relative_to(opened.path).as_posix()
        yield part_of(place, run, lambda: None, fits)
