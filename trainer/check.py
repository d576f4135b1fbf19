"""What of a store is whole, what is stale, and which command mends it; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from fascore import store
from fascore.cards import read_card
from fascore.evaluation_sets import TESTS
from fascore.files import half_written
from fascore.findings.results import (
    FOLDER,
    PLANTED,
    PLANTED_ABOUT,
    planted_about,
    planted_table,
    read_planted,
)
from fascore.provenance import differences
from fascore.store import Store
from fascore.store_tables import read_predictions
from fascore.training.history import STATE, read_history, read_progress
from trainer.build import Prepared
from trainer.check_part import DAMAGED, STALE, UNFINISHED, WHOLE, Part, other_code, part_of
from trainer.check_sets import explanations, imports, test_sets, tone
from trainer.evaluate import is_scored
from trainer.familiar import is_told, made_from_words
from trainer.fit import has_background
from trainer.judge import PARTS

SCORES_ALONE = f"without {store.WEIGHTS}: on the pages of test sets, but not on Compare"

__all__ = ["DAMAGED", "STALE", "UNFINISHED", "WHOLE", "Part", "check_store", "table"]


def check_store(path: Path, build: Prepared | None = None) -> list[Part]:
    """Every part of a store that is there, and those that should be.

    Stale is what was made from anything else than is there now: other samples, weights, background,
    settings or versions of the software. With a `build`, also what was made from another one.

    Raises
    ------
    StoreError
        If there is no store.
    """
    opened = Store(path)
    data = build.path if build else "BUILD"
    ends = f"--data {data} --store {path}"
    looks = (_models, _study, test_sets, imports, explanations, tone, _cues)
    return [
        _samples(opened, build, ends),
        _background(opened, build, ends),
        *(part for look in looks for part in look(opened, build, ends)),
        *_unfinished(path, ends),
    ]


def table(parts: Sequence[Part]) -> str:
    """The parts as lines to print, and after them the commands that mend them."""
    width = max(len(part.name) for part in parts)
    lines = [f"{part.state:<10}  {part.name:<{width}}  {part.why}".rstrip() for part in parts]
    if commands := dict.fromkeys(part.run for part in parts if part.state != WHOLE):
        lines += ["", "To mend it:", *(f"  python -m trainer {run}" for run in commands)]
    return "\n".join(lines)


def _samples(opened: Store, build: Prepared | None, ends: str) -> Part:
    def fits() -> Iterator[str]:
        if build and opened.fingerprint != build.data["fingerprint"]:
            yield "other samples than the build's"

    return part_of(store.SAMPLES, f"evaluate {ends}", opened.samples, fits)


def _background(opened: Store, build: Prepared | None, ends: str) -> Part:
    if not (opened.path / store.BACKGROUND).exists():
        return Part(store.BACKGROUND, DAMAGED, "not there, and SHAP needs it", f"fit {ends}")

    def fits() -> None:
        if build:
            has_background(build, opened.path)

    return part_of(store.BACKGROUND, f"fit {ends} --again", opened.background, fits)


def _models(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    """Each model's weights with their card, its training's course, scores, what it knows."""
    for name in opened.names:
        fit, evaluate = f"fit {ends} --models {name} --again", f"evaluate {ends}"
        read = partial(opened.check_weights, name)
        has_weights = name in opened.loadable_names
        what = f"{name}/{store.WEIGHTS if has_weights else store.CARD}"
        part = part_of(what, fit, read if has_weights else partial(opened.card, name),
                     partial(_trained_on, opened, name, build))  # fmt: skip
        yield part if has_weights or part.state != WHOLE else replace(part, why=SCORES_ALONE)
        if part.state == DAMAGED:
            continue
        if opened.card(name).training.get("epochs"):
            read = partial(read_history, opened.path / name)
            yield part_of(f"{name}/{store.HISTORY}", fit, read, lambda: None)
        if not (opened.path / name / store.PREDICTIONS).exists():
            yield Part(f"{name}/{store.PREDICTIONS}", UNFINISHED, "not scored yet", evaluate)
        else:
            read = partial(opened.predictions, name)
            fits = partial(_scored, opened, name, build if has_weights else None)
            yield part_of(f"{name}/{store.PREDICTIONS}", evaluate, read, fits)
        familiarity = f"{name}/{store.FAMILIARITY}"
        if (opened.path / familiarity).exists():
            known = partial(_knows, opened, name, build)
            yield part_of(familiarity, evaluate, partial(opened.familiarity, name), known)
        elif opened.card(name).familiarity:
            yield Part(familiarity, DAMAGED, "not there, and the card tells of it", evaluate)


def _trained_on(opened: Store, name: str, build: Prepared | None) -> list[str]:
    """How the build differs from what a model was trained on."""
    if build is None:
        return []
    card = opened.card(name)
    there = {**card.data, "size": card.size, "crop_expansion": card.crop_expansion}
    wanted = {key: build.data[key] for key in ("fingerprint", "images")}
    cut = {"size": build.size, "crop_expansion": build.config.crop_expansion}
    return differences(there, wanted | cut)


def _scored(opened: Store, name: str, build: Prepared | None) -> Iterator[str]:
    for split in ("validation", "test"):
        opened.scored(name, split=split)
    if not opened.card(name).threshold:
        yield "no threshold chosen yet"
    elif build and not is_scored(opened, name, build):
        yield "scores of other images than the build's"


def _knows(opened: Store, name: str, build: Prepared | None) -> Iterator[str]:
    if not opened.card(name).familiarity:
        yield "not recorded in the card"
    elif opened.familiarity(name) is None:
        yield "measured of other weights"
    elif build and not is_told(opened, name, made_from_words(opened, name, build)):
        yield "measured on other pictures than the build's"


def _study(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    for folder in sorted((opened.path / store.STUDY).glob("seed-*")):
        done = [run for run in sorted(folder.glob("*/")) if _is_finished(run)]

        def read(done: Sequence[Path] = done) -> None:
            for run in done:
                read_card(run)
                read_predictions(run / store.PREDICTIONS, model=run.name)
                read_history(run)

        def fits(folder: Path = folder, done: Sequence[Path] = done) -> Iterator[str]:
            seed = Store(folder, samples_path=opened.path / store.SAMPLES)
            for run in done:
                seed.scored(run.name)
                yield from _trained_on(seed, run.name, build)

        if done:
            place = folder.relative_to(opened.path).as_posix()
            yield part_of(place, f"study {ends} --again", read, fits)


def _is_finished(run: Path) -> bool:
    """Whether a study's training has ended, be it whole or not; others `_unfinished` names."""
    there = {file.name for file in run.iterdir()}
    return bool(there & {store.CARD, store.HISTORY, store.PREDICTIONS}) and not (
        there & {STATE, store.WEIGHTS}
    )


def _cues(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    folder = opened.path / FOLDER
    table, about = folder / PLANTED, folder / PLANTED_ABOUT
    run = f"plant {ends} --again"
    if table.exists() and not about.exists():
        why = f"not there, and nothing else says of what {PLANTED} is"
        yield Part(f"{FOLDER}/{PLANTED_ABOUT}", DAMAGED, why, run)
    elif about.exists():
        yield _planted(opened, build, run)


def _planted(opened: Store, build: Prepared | None, run: str) -> Part:
    folder = opened.path / FOLDER

    def read() -> None:
        planted_about(folder)
        planted_table(folder)

    def fits() -> Iterator[str]:
        read_planted(opened)
        about = planted_about(folder)
        yield from other_code(about)
        if build:
            images = {split: build.data["images"].get(split) for split in ("train", "test")}
            yield from differences(about, {"images": images})

    return part_of(f"{FOLDER}/{PLANTED}", run, read, fits)


def _unfinished(path: Path, ends: str) -> Iterator[Part]:
    """Runs that were stopped, and what killed ones left behind."""
    for state in sorted(path.glob(f"*/{STATE}")):
        run = f"fit {ends} --models {state.parent.name}"
        yield Part(f"{state.parent.name}/{STATE}", UNFINISHED, _stopped(state), run)
    for file in (STATE, store.WEIGHTS):
        for found in sorted(path.glob(f"{store.STUDY}/*/*/{file}")):
            name = str(found.relative_to(path))
            why = _stopped(found) if file == STATE else "a study that was stopped"
            yield Part(name, UNFINISHED, why, f"study {ends}")
    for parts in (path / FOLDER / PARTS, *sorted(path.glob(f"{TESTS}/*/{FOLDER}/{PARTS}"))):
        if parts.exists():
            place = parts.parents[1]
            run = f"judge --store {path}" + (f" --test-set {place.name}" if place != path else "")
            name = parts.relative_to(path).as_posix()
            yield Part(name, UNFINISHED, "explanations half judged", run)
    for found in half_written(path):
        why = "left by a killed run; the next one that writes here removes it"
        yield Part(str(found.relative_to(path)), UNFINISHED, why, f"evaluate {ends}")


def _stopped(state: Path) -> str:
    """That a training was stopped; of a state that cannot be read, also what to do."""
    try:
        read_progress(state)
    except store.StoreError as err:
        return str(err)
    return "a training that was stopped"
