"""The grid of maps: a row for each method, a cell for each network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import cache, on_show, state, turns
from dashboard.cache import ModelKey
from dashboard.views.maps import MapRow
from dashboard.views.settings import Drawing, Settings, drawing_controls
from fascore.errors import FascoreError
from fascore.explain import Attribution, Explainer, Step, plan_grid
from fascore.explain.attribution import settings_of

COLUMNS_A_ROW = 4
LONG = 30.0  # s; longer waits are said before


def place_columns(names: Sequence[str]) -> dict[str, DeltaGenerator]:
    """A column a network, COLUMNS_A_ROW side by side."""
    columns: dict[str, DeltaGenerator] = {}
    for start in range(0, len(names), COLUMNS_A_ROW):
        row = st.columns(min(COLUMNS_A_ROW, len(names)))
        columns |= zip(names[start:], row, strict=False)
    return columns


def place_maps(
    names: Sequence[str], crops: Mapping[str, np.ndarray], settings: Settings
) -> dict[str, MapRow]:
    """Draws a row for each method, a cell for each network, and returns the rows by method.

    All cells are on the page before there are maps, so that nothing moves while these arrive.
    """
    rows = {
        explainer.name: MapRow(explainer, crops, settings.drawing)
        for explainer in settings.explainers
    }
    if rows:
        _place(rows, names, settings.drawing)
    return rows


def fill_maps(
    rows: Mapping[str, MapRow],
    keys: Mapping[str, ModelKey],
    inputs: Mapping[str, np.ndarray],
    settings: Settings,
    progress: DeltaGenerator,
    *,
    meanwhile: Callable[[], None],
) -> None:
    """Fills rows that were placed, the cheapest first.

    `meanwhile` draws elsewhere on the page what may come after the first row; where others' maps
    are made first, it comes before.
    """
    steps = _plan(inputs, list(keys), settings)
    patience = st.empty()
    paces = [cache.paces().get(key, 0.0) for key in keys.values()]
    if words := patience_words(settings.explainers, paces):
        patience.info(words)
    first = 0 if turns.HEAVY.taken else sum(step.explainer == steps[0].explainer for step in steps)
    for done, step in enumerate(steps):
        if done == first:
            meanwhile()
        title = f"Explaining with {step.explainer.title}… ({done} of {len(steps)} steps)"
        tell = _shown_progress(progress, done / len(steps), title)
        _take_step(step, rows[step.explainer.name], keys, inputs, settings, tell)
    if len(steps) == first:
        meanwhile()
    progress.empty()
    patience.empty()


def _take_step(
    step: Step,
    row: MapRow,
    keys: Mapping[str, ModelKey],
    inputs: Mapping[str, np.ndarray],
    settings: Settings,
    tell: Callable[[int], None],
) -> None:
    """Gives a row the maps of one step, or why there are none."""
    chosen, face = tuple(keys[name] for name in step.models), inputs[step.models[0]]
    try:
        row.add(
            cache.explanations(
                chosen, step.explainer, face, settings.target, choice=state.threshold(), tell=tell
            )
        )
    except FascoreError as err:
        row.fail(step.models, str(err))


@st.fragment
def _place(rows: Mapping[str, MapRow], names: Sequence[str], drawing: Drawing) -> None:
    """Draws how maps are drawn, and the rows with the maps that they have.

    A change of the drawing alone runs nothing but this: when all maps were made, for the rest of
    the page is not broken off. A second picture's maps are elsewhere on the page, which then runs.
    """
    if drawing_controls(drawing) and on_show.is_beside():
        st.rerun()
    for row in rows.values():
        row.place(place_columns(names))


def patience_words(explainers: Sequence[Explainer], paces: Sequence[float]) -> str:
    """What may take long, and how to make it shorter; "" for less than `LONG` seconds in all.

    Parameters
    ----------
    explainers : sequence of Explainer
    paces : sequence of float
        Seconds that each network takes for one picture.
    """
    seconds = {kind: kind.forward_passes * sum(paces) for kind in explainers}
    total = sum(seconds.values())
    if total <= LONG:
        return ""
    most = max(seconds, key=lambda explainer: seconds[explainer])
    words = (
        f"These maps may take up to {_duration(total)}, as fast as this server is now; most of it "
        f"is {most.title}'s."
    )
    if most.sample_field:
        words += f" Fewer *{settings_of(most)[most.sample_field].title}* take less."
    if most.stop_field and getattr(most, most.stop_field) < 1:
        words += " A map that has settled sooner is done sooner."
    return words


def maps_of(
    keys: Mapping[str, ModelKey],
    inputs: Mapping[str, np.ndarray],
    explainer: Explainer,
    settings: Settings,
) -> tuple[dict[str, Attribution], dict[str, str]]:
    """One method's map for each network, and why others have none."""
    maps: dict[str, Attribution] = {}
    failures: dict[str, str] = {}
    for step in _plan(inputs, list(keys), replace(settings, explainers=(explainer,))):
        chosen, face = tuple(keys[name] for name in step.models), inputs[step.models[0]]
        try:
            made = cache.explanations(
                chosen, explainer, face, settings.target, choice=state.threshold()
            )
            maps |= zip(step.models, made, strict=True)
        except FascoreError as err:
            failures |= dict.fromkeys(step.models, str(err))
    return maps, failures


def judge_rows(
    rows: Mapping[str, MapRow],
    keys: Mapping[str, ModelKey],
    inputs: Mapping[str, np.ndarray],
    settings: Settings,
    progress: DeltaGenerator,
) -> None:
    """Says below each map how far it can be believed, once all maps are there."""
    steps = _plan(inputs, list(keys), settings)
    for done, step in enumerate(steps):
        title = f"Judging {step.explainer.title}'s maps… ({done} of {len(steps)} steps)"
        tell = _shown_progress(progress, done / len(steps), title)
        chosen = tuple(keys[name] for name in step.models)
        try:
            judged = cache.judgements(
                chosen,
                step.explainer,
                inputs[step.models[0]],
                settings.target,
                choice=state.threshold(),
                tell=tell,
            )
        except FascoreError:  # the map's cell says why there is none
            continue
        rows[step.explainer.name].judge(step.models, judged)
    progress.empty()


def _duration(seconds: float) -> str:
    """A time in words.

    Examples
    --------
    >>> _duration(42), _duration(170)
    ('40 s', '3 min')
    """
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{10 * round(seconds / 10)} s"


def _shown_progress(place: DeltaGenerator, share: float, title: str) -> Callable[[int], None]:
    """Draws how far the grid is, and returns what also says how many others are before it."""

    def tell(before: int) -> None:
        place.progress(share, f"{title} {turns.place_words(before)}")

    place.progress(share, title)
    return tell


def _plan(inputs: Mapping[str, np.ndarray], names: list[str], settings: Settings) -> list[Step]:
    """The grid's steps, cheapest first; only models that see the same pixels run jointly."""
    groups: dict[bytes, list[str]] = {}
    for name in names:
        groups.setdefault(inputs[name].tobytes(), []).append(name)
    steps = [step for group in groups.values() for step in plan_grid(group, settings.explainers)]
    return sorted(steps, key=lambda step: step.explainer.forward_passes)
