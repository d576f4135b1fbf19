"""Two pictures judged by the same networks: verdicts, then a row of maps for each network."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np
import streamlit as st

from dashboard import cache
from dashboard.cache import ModelKey
from dashboard.views.grid import maps_of
from dashboard.views.judged import Judged
from dashboard.views.maps import scale_bar
from dashboard.views.settings import Settings
from dashboard.views.style import WORDS, model_title
from dashboard.views.threshold import chosen_threshold
from fascore.errors import FascoreError
from fascore.explain import Attribution, Explainer, render
from fascore.judging.two_pictures import MapPair, map_pair
from fascore.labels import CLASS_NAMES
from fascore.scores.score_text import score_against
from fascore.scores.verdicts import verdict_sentence
from fascore.store import Card

HEADS = ("This picture", "Second picture", "First minus second")
NOTE = (
    "One colour scale for all. In the difference red says that the first picture has more for "
    "{target} at that place, blue that the second has. Places are those of the crop: where the "
    "heads do not lie alike, the difference shows that too."
)


def draw_pairs(
    cards: Mapping[str, Card],
    keys: Mapping[str, ModelKey],
    first: Judged,
    second: Judged,
    maps: Mapping[str, Sequence[Attribution]],
    settings: Settings,
    *,
    truths: tuple[str, str],
) -> None:
    """Draws what the networks say of two pictures, and how one method's maps differ.

    Parameters
    ----------
    cards, keys : mapping
        Of the networks, by name.
    first, second : Judged
    maps : mapping of str to sequence of Attribution
        Of the first picture, by method.
    settings : Settings
    truths : tuple of str
        What is known of both pictures, in words.
    """
    inputs = {name: second.network_input(cards[name]) for name in keys}
    before = {name: first.network_input(cards[name]) for name in keys}
    scores = {
        name: (cache.spoof_score(key, before[name]), cache.spoof_score(key, inputs[name]))
        for name, key in keys.items()
    }
    crops = [judged.crop(cards[next(iter(keys))]) for judged in (first, second)]
    _heads(crops, scores, keys, truths)
    explainers = {each.name: each for each in settings.explainers if maps.get(each.name)}
    if not explainers:
        st.info("No method is chosen that has maps. Choose one in the sidebar, under Methods.")
        return
    if st.session_state.get("second_method") not in explainers:
        st.session_state["second_method"] = next(iter(explainers))
    chosen: str = st.segmented_control(  # type: ignore[assignment]  # one is required
        "Maps of",
        list(explainers),
        required=True,
        format_func=lambda name: explainers[name].title,
        key="second_method",
    )
    explainer = explainers[chosen]
    with st.spinner(f"Explaining the second picture with {explainer.title}…"):
        others, failures = maps_of(keys, inputs, explainer, settings)
    pairs: dict[str, MapPair] = {}
    for of_first in maps[chosen]:
        name = of_first.model
        if name not in others:
            continue
        shown = [
            render.shown_map(each, explainer, settings.drawing.pixel_view)
            for each in (of_first, others[name])
        ]
        try:
            pairs[name] = map_pair(*shown, size=cards[name].size)
        except FascoreError as err:
            failures[name] = str(err)
    _rows(pairs, failures, scores, keys, crops, explainer, settings)


def _heads(
    crops: Sequence[np.ndarray],
    scores: Mapping[str, tuple[float, float]],
    keys: Mapping[str, ModelKey],
    truths: tuple[str, str],
) -> None:
    """Both crops, each with the truth and what the networks say of it."""
    for number, column in enumerate(st.columns(3)[:2]):  # above their maps
        spoof = {
            name: of[number] >= chosen_threshold(keys[name]).value for name, of in scores.items()
        }
        with column:
            st.image(
                render.at_size(crops[number], render.MAP_SIDE),
                caption=f"{HEADS[number]}: {truths[number]}",
                alt=f"{HEADS[number]}, the crop around the face",
                width="stretch",
            )
            st.markdown(f"**{verdict_sentence(spoof, truth=None, title=model_title)}**")


def _rows(
    pairs: Mapping[str, MapPair],
    failures: Mapping[str, str],
    scores: Mapping[str, tuple[float, float]],
    keys: Mapping[str, ModelKey],
    crops: Sequence[np.ndarray],
    explainer: Explainer,
    settings: Settings,
) -> None:
    """A row for each network: both maps and their difference, all on one scale."""
    scale = render.limit(
        each for pair in pairs.values() for each in (pair.first, pair.second, pair.difference)
    )
    for name in scores:
        limit = chosen_threshold(keys[name]).value
        said = [_verdict(score, limit) for score in scores[name]]
        st.html(
            f'<div class="fs-method">{html.escape(model_title(name))}: {said[0]}, then {said[1]}'
            f"{_alike(pairs.get(name))}</div>"
        )
        if name not in pairs:
            st.error(failures.get(name, "The first picture has no map of this network."))
            continue
        pair = pairs[name]
        faces = (crops[0], crops[1], crops[0])
        shown = (pair.first, pair.second, pair.difference)
        for number, column in enumerate(st.columns(3)):
            picture = render.picture_of(
                shown[number],
                faces[number],
                explainer,
                scale=scale,
                opacity=settings.drawing.opacity,
                signed=True if number == 2 else None,
            )
            title = HEADS[number]
            alt = f"{title}: {explainer.title} map of {model_title(name)}"
            column.image(picture, caption=title, alt=alt, width="stretch")
    if pairs:
        _legend(next(iter(pairs.values())).first.target, explainer, scale)


def _legend(target: int, explainer: Explainer, scale: float) -> None:
    """The colour scale; where the method has no negative values the difference has one more."""
    bars = [scale_bar(scale, signed=True, target=target)]
    if not explainer.signed:
        bars.insert(0, scale_bar(scale, signed=False, target=target))
    st.html("".join(f'<div class="fs-mean-scale">{bar}</div>' for bar in bars))
    st.caption(NOTE.format(target=CLASS_NAMES[target]))


def _verdict(score: float, limit: float) -> str:
    word, _, icon = WORDS[int(score >= limit)]
    return f"{icon} {word} {html.escape(score_against(score, limit))}"


def _alike(pair: MapPair | None) -> str:
    """How alike the two maps rank the places, where both rank them at all."""
    if pair is None or np.isnan(pair.rank):
        return ""
    rank = f"{pair.rank:.2f}".replace("-", "−")
    return f" <small>The two maps rank the places alike by {rank} (1 is the same).</small>"
