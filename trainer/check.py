"""What of a store is whole, what is stale, and which command mends it; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from fascore import store
from fascore.errors import FascoreError
from fascore.evaluation_sets import TESTS, on_set, open_set, set_names
from fascore.explain import EXPLAINERS
from fascore.files import half_written
from fascore.findings.results import (
    ABOUT,
    FOLDER,
    MAPS,
    MEASURES,
    PLANTED,
    PLANTED_ABOUT,
    check_results,
    command,
    planted_about,
    planted_table,
    read_planted,
    read_result_files,
)
from fascore.models.familiarity import read_familiarity
from fascore.provenance import differences, listed
from fascore.store import Store
from fascore.store_tables import store_samples
from fascore.training.history import STATE, read_whole_runs
from trainer.build import Prepared
from trainer.evaluate import is_scored
from trainer.fit import has_background
from trainer.judge import PARTS

WHOLE, STALE, DAMAGED, UNFINISHED = "whole", "stale", "damaged", "unfinished"


@dataclass(frozen=True)
class Part:
    """One part of a store: `state` is one of the four above, `why` a phrase or sentence, and `run`
    the command that mends it.
    """

    name: str
    state: str
    why: str = ""
    run: str = ""


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
    looks = (_models, _study, _test_sets, _explanations, _cues)
    return [
        _samples(opened, build, ends),
        _background(opened, build, ends),
        *(part for look in looks for part in look(opened, build, ends)),
        *(Part("history", DAMAGED, why, f"fit {ends}") for why in read_whole_runs(path)[1]),
        *_unfinished(path, ends),
    ]


def table(parts: Sequence[Part]) -> str:
    """The parts as lines to print, and after them the commands that mend them."""
    width = max(len(part.name) for part in parts)
    lines = [f"{part.state:<10}  {part.name:<{width}}  {part.why}".rstrip() for part in parts]
    if commands := dict.fromkeys(part.run for part in parts if part.state != WHOLE):
        lines += ["", "To mend it:", *(f"  python -m trainer {run}" for run in commands)]
    return "\n".join(lines)


def _part(
    name: str, run: str, read: Callable[[], Any], fits: Callable[[], Iterable[str] | None]
) -> Part:
    """Damaged if `read` refuses, stale if `fits` does or names differences."""
    try:
        read()
    except FascoreError as err:
        return Part(name, DAMAGED, str(err), run)
    try:
        differing = list(fits() or ())
    except FascoreError as err:
        return Part(name, STALE, str(err), run)
    return Part(name, STALE, listed(differing), run) if differing else Part(name, WHOLE)


def _samples(opened: Store, build: Prepared | None, ends: str) -> Part:
    def fits() -> Iterator[str]:
        if build and opened.fingerprint != build.data["fingerprint"]:
            yield "other samples than the build's"

    return _part(store.SAMPLES, f"evaluate {ends}", opened.samples, fits)


def _background(opened: Store, build: Prepared | None, ends: str) -> Part:
    if not (opened.path / store.BACKGROUND).exists():
        return Part(store.BACKGROUND, DAMAGED, "not there, and SHAP needs it", f"fit {ends}")

    def fits() -> None:
        if build:
            has_background(build, opened.path)

    return _part(store.BACKGROUND, f"fit {ends} --again", opened.background, fits)


def _models(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    """Each model's weights with their card, its scores, and what it knows of pictures."""
    for name in opened.names:
        fit, evaluate = f"fit {ends} --models {name} --again", f"evaluate {ends}"
        read = partial(opened.check_weights, name)
        has_weights = name in opened.loadable_names
        what = f"{name}/{store.WEIGHTS if has_weights else store.CARD}"
        part = _part(what, fit, read if has_weights else partial(opened.card, name),
                     partial(_trained_on, opened, name, build))  # fmt: skip
        yield part
        if part.state == DAMAGED:
            continue
        if not (opened.path / name / store.PREDICTIONS).exists():
            yield Part(f"{name}/{store.PREDICTIONS}", UNFINISHED, "not scored yet", evaluate)
        else:
            read = partial(opened.predictions, name)
            fits = partial(_scored, opened, name, build if has_weights else None)
            yield _part(f"{name}/{store.PREDICTIONS}", evaluate, read, fits)
        known = opened.path / name / store.FAMILIARITY
        if known.exists():
            again, what = f"{evaluate} --again", f"{name}/{store.FAMILIARITY}"
            yield _part(what, again, partial(read_familiarity, known), lambda: None)


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


def _study(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    for seed, run in store.study_runs(opened.path).items():

        def read(run: Store = run) -> None:
            for name in run.names:
                run.card(name)
                run.predictions(name)

        def fits(run: Store = run) -> Iterator[str]:
            for name in run.names:
                run.scored(name)
                yield from _trained_on(run, name, build)

        yield _part(f"{store.STUDY}/seed-{seed}", f"study {ends} --again", read, fits)


def _test_sets(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
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
        yield _part(f"{TESTS}/{folder.name}", run, read, fits)


def _explanations(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    """Judged explanations of the store's own images, and of its other test sets'."""
    for name in set_names(opened):
        try:
            judged = on_set(opened, name)
        except store.StoreError:  # `_test_sets` says so
            continue
        yield from _judged(judged)


def _judged(judged: Store) -> Iterator[Part]:
    folder = judged.explanations
    if not any((folder / name).exists() for name in (ABOUT, MEASURES, MAPS)):
        return

    def fits() -> Iterator[str]:
        about = read_result_files(judged).about
        check_results(judged, about)
        yield from _other_code(about)

    run = f"{command(judged).removeprefix('python -m trainer ')} --again"
    place = (folder / ABOUT).relative_to(judged.path).as_posix()
    yield _part(place, run, partial(read_result_files, judged), fits)


def _cues(opened: Store, build: Prepared | None, ends: str) -> Iterator[Part]:
    folder = opened.path / FOLDER
    if not any((folder / name).exists() for name in (PLANTED, PLANTED_ABOUT)):
        return

    def read() -> None:
        planted_about(folder)
        planted_table(folder)

    def fits() -> Iterator[str]:
        read_planted(opened)
        about = planted_about(folder)
        yield from _other_code(about)
        if build:
            images = {split: build.data["images"].get(split) for split in ("train", "test")}
            yield from differences(about, {"images": images})

    yield _part(f"{FOLDER}/{PLANTED}", f"plant {ends} --again", read, fits)


def _other_code(about: Mapping[str, Any]) -> Iterator[str]:
    """How the software and the explainers' settings of today differ from those recorded."""
    recorded = about.get("software", {})
    yield from differences({"software": recorded}, {"software": dict(map(_installed, recorded))})
    for name, settings in about.get("settings", {}).items():
        kind = EXPLAINERS.get(name)
        if kind and set(settings) != {own.name for own in fields(kind)}:  # type: ignore[arg-type]
            yield f"settings of another version of {kind.title}"


def _installed(package: str) -> tuple[str, str | None]:
    try:
        return package, version(package)
    except PackageNotFoundError:
        return package, None


def _unfinished(path: Path, ends: str) -> Iterator[Part]:
    """Runs that were stopped, and what killed ones left behind."""
    for state in sorted(path.glob(f"*/{STATE}")):
        run = f"fit {ends} --models {state.parent.name}"
        yield Part(f"{state.parent.name}/{STATE}", UNFINISHED, "a training that was stopped", run)
    for file in (STATE, store.WEIGHTS):
        for found in sorted(path.glob(f"{store.STUDY}/*/*/{file}")):
            name = str(found.relative_to(path))
            yield Part(name, UNFINISHED, "a study that was stopped", f"study {ends}")
    for parts in (path / FOLDER / PARTS, *sorted(path.glob(f"{TESTS}/*/{FOLDER}/{PARTS}"))):
        if parts.exists():
            place = parts.parents[1]
            run = f"judge --store {path}" + (f" --test-set {place.name}" if place != path else "")
            name = parts.relative_to(path).as_posix()
            yield Part(name, UNFINISHED, "explanations half judged", run)
    for found in half_written(path):
        why = "left by a killed run; the next one that writes here removes it"
        yield Part(str(found.relative_to(path)), UNFINISHED, why, f"evaluate {ends}")
