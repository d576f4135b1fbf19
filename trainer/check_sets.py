"""What of a store's test sets is whole: scores, imported ones too, judged maps, scores on tone."""

from __future__ import annotations

import shlex
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
from fascore.outside_scores import import_records, read_import, read_import_record
from fascore.store import Store
from fascore.store_tables import store_samples
from fascore.tone_scores import ABOUT as TONE_ABOUT
from fascore.tone_scores import read_tone, tone_folder
from trainer.build import Prepared
from trainer.check_part import DAMAGED, Part, other_code, part_of


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


def imports(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    """Scores of other detectors, each with the test set that it was imported for."""
    for path in import_records(opened):
        run = f"import-scores --store {opened.path} --again scores.csv --name NAME"
        try:
            about = read_import_record(path)
        except store.StoreError as err:
            yield Part(path.parent.relative_to(opened.path).as_posix(), DAMAGED, str(err), run)
            continue
        run = run.replace("NAME", shlex.quote(about["title"]))
        run += f" --test-set {about['set']}" if about["set"] else ""
        if about["set"] not in set_names(opened):
            run = f"evaluate --root ROOT --store {opened.path} --as {about['set']}"

        def fits(path: Path = path) -> None:
            read_import(opened, path)

        yield part_of(path.parent.relative_to(opened.path).as_posix(), run, lambda: None, fits)


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
        folder = tone_folder(opened, name)
        of_set = f"--root ROOT --store {opened.path} --as {name}"
        run = f"evaluate {of_set if name else ends} --tone"
        place = folder.relative_to(opened.path).as_posix()

        def fits(name: str = name) -> list[str]:
            return read_tone(opened, open_set(opened, name))[1]

        if (folder / TONE_ABOUT).exists():
            yield part_of(place, run, lambda: None, fits)
        elif any(folder.glob("*.csv")):
            why = "not there, and without it the scores beside it are not shown"
            yield Part(f"{place}/{TONE_ABOUT}", DAMAGED, why, run)
