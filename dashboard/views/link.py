"""What the address names: on every page the store and the threshold, on Compare all it shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard import cache, on_show
from dashboard.address import Part, one_of, widget_part, words_part
from dashboard.views.gallery import set_root, show_page_of
from dashboard.views.second import beside_part
from dashboard.views.sets import gallery_set, of_chosen_set
from dashboard.views.settings import networks_key, setting_key, view_part
from dashboard.views.store_info import store_place
from dashboard.views.threshold import BY_HAND, RULE, own_rule
from dashboard.views.what_if import change_parts
from fascore.data.samples import Sample
from fascore.errors import FascoreError
from fascore.explain import EXPLAINERS, TARGETS, default_explainers
from fascore.explain.attribution import settings_of
from fascore.scores.thresholds import FIXED, THRESHOLD_RULES
from fascore.store import Card, Store


def common_parts(paths: Sequence[Path]) -> list[Part]:
    """What every page's address names: the open store, where there are several, and the threshold.

    Parameters
    ----------
    paths : sequence of Path
        The stores to choose from.
    """
    return [_store(paths), Part("threshold", _read_threshold, _write_threshold)]


def compare_parts(store: Store, cards: dict[str, Card]) -> list[Part]:
    """What Compare's address names: the picture, unless it was uploaded, and how it is explained.

    Parameters
    ----------
    store : Store
    cards : mapping of str to Card
        Of the networks that can be shown.
    """
    first = next(iter(cards.values()))
    sample = _Sample(store, first)
    settings = [
        widget_part(_short(name, field), setting_key(name, field), about.default, read=about.read)
        for name, kind in EXPLAINERS.items()
        for field, about in settings_of(kind).items()
    ]
    methods = [kind.name for kind in default_explainers()]
    return [
        Part("sample", sample.read, sample.write),
        beside_part(store, first),
        words_part("networks", networks_key(cards), list(cards), choices=list(cards)),
        widget_part("target", "target", "spoof", read=one_of("target", list(TARGETS))),
        words_part("methods", "methods", methods, choices=list(EXPLAINERS)),
        view_part(),
        widget_part("judge", "judge", False, read=lambda text: text == "1", write=lambda _: "1"),
        *settings,
        *change_parts(),
    ]


def _short(method: str, field: str) -> str:
    """A setting's name in the address.

    Examples
    --------
    >>> _short("lime", "num_samples")
    'lime.samples'
    """
    return f"{method}.{field.removeprefix('num_')}"


def _store(paths: Sequence[Path]) -> Part:
    """The open store by its folder's name, or its whole place where two share that name."""
    names = [path.resolve().name for path in paths]
    if len(set(names)) < len(names):
        names = [store_place(path) for path in paths]
    by_name = dict(zip(names, paths, strict=True))
    by_path = dict(zip(paths, names, strict=True))
    read = one_of("store", names)
    return widget_part(
        "store",
        "store",
        paths[0],
        read=lambda text: by_name[read(text)],
        write=by_path.__getitem__,
    )


def _read_threshold(text: str | None) -> None:
    """A rule's name, or a number that is set by hand; nothing is the store's own rule."""
    session = st.session_state
    if text is None:
        session.pop(RULE, None)
        return
    if text in THRESHOLD_RULES:
        session[RULE] = text
        return
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise FascoreError(
            f"Expected as threshold of the link: {', '.join(THRESHOLD_RULES)}, or a number from 0 "
            f"to 1. Received: {text!r}. It is left out."
        )
    session[RULE], session["threshold_value"] = BY_HAND, value


def _write_threshold() -> str | None:
    rule = st.session_state.get(RULE, own_rule())
    if rule == BY_HAND:
        return repr(st.session_state.get("threshold_value", FIXED))
    return None if rule == own_rule() else rule


class _Sample:
    """The gallery picture on show, in the address as its name in the test set chosen."""

    def __init__(self, store: Store, card: Card) -> None:
        self._store, self._card = store, card

    def read(self, text: str | None) -> None:
        # in another set than the link's its name is another picture's; who read that said so
        if text is None or not of_chosen_set():
            return
        name, shown = gallery_set(self._store), on_show.shown()
        if shown and shown.sample and (shown.sample.sample_id, shown.test_set) == (text, name):
            return
        group, sample = self._found(text, name)
        root = set_root(self._store, self._card, name)
        st.session_state["species"] = sample.pai_species
        show_page_of(sample, group)
        on_show.choose_sample(cache.face_data(root), sample, root=root, test_set=name)

    def write(self) -> str | None:
        shown = on_show.shown()
        return shown.sample.sample_id if shown and shown.sample else None

    def _found(self, sample_id: str, name: str) -> tuple[Sequence[Sample], Sample]:
        """The species' images and the image of this name."""
        stamp = cache.sets_stamp(self._store)
        groups = cache.gallery(str(self._store.path), stamp, name)
        for group in groups.values():
            for sample in group:
                if sample.sample_id == sample_id:
                    return group, sample
        title = cache.test_sets(str(self._store.path), stamp)[name].title
        raise FascoreError(
            f"Expected as sample of the link an image of {title}. Received: {sample_id}, which is "
            "not in it. Choose a picture below."
        )
