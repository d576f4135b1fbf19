"""The open store: which it is, and what its weights must not be taken for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import streamlit as st

from dashboard import cache, state
from dashboard.cache import OWN_SPLIT, ModelKey, SetKey
from dashboard.limits import limits
from dashboard.views.style import model_title
from fascore.errors import FascoreError
from fascore.report.origin import Origin
from fascore.shipped import located, recorded
from fascore.store import Card, Store, StoreError
from fascore.stores import check_tables


def open_store(path: Path) -> Store:
    """The open store; where it cannot be read or is too large the page says why and stops."""
    try:
        store = Store(path)
        check_tables(store, megabytes=limits().table_megabytes)
        return store
    except StoreError as err:
        st.error(str(err))
        st.stop()


def store_page(title: str) -> tuple[Store, dict[str, Card], dict[str, str]]:
    """Begins a page on the open store: its models' cards, and why others have none."""
    store = open_store(state.store_path())
    cards, errors = cards_or_errors(store)
    names = ", ".join(sorted({card.data["name"] for card in cards.values()}))
    state.set_origin(Origin(store_place(store.path), names))
    st.title(title)
    demo_note(store, cards.values())
    return store, cards, errors


def cards_or_errors(store: Store) -> tuple[dict[str, Card], dict[str, str]]:
    """Each model's card, or the sentence on why it has none that can be read, by name."""
    return store.whole_cards()


def scored_keys(
    store: Store, names: Iterable[str], of: SetKey = OWN_SPLIT
) -> tuple[list[ModelKey], dict[str, str]]:
    """The keys of the models that can be compared on a test set, and of each other the sentence
    why not.
    """
    keys, errors = [], {}
    for name in names:
        key = cache.model_key(store, name)
        try:
            cache.scored_model(key, of)
        except FascoreError as err:
            errors[name] = str(err)
            continue
        keys.append(key)
    return keys, errors


def metrics_only_note(cards: Mapping[str, Card]) -> None:
    """Which models have scores in the store but no weights, and how to train them."""
    if not cards:
        return
    titles = ", ".join(model_title(name) for name in cards)
    with st.expander(f"Metrics only, no weights in this store: {titles}"):
        st.markdown(
            "These networks' weights are large and not in this store, so they give no verdict and "
            "no map here; the Metrics page has their scores. To train them and then open "
            "`runs/mine` with `--store`:"
        )
        st.code(training_commands(cards), language=None, wrap_lines=True)


def training_commands(cards: Mapping[str, Card]) -> str:
    """The commands that train models the way their cards say, a line for each way."""
    ways: dict[str, list[str]] = {}
    for name, card in cards.items():
        data, training = card.data, card.training
        initial, config = training["initial_weights"], training.get("config", {})
        changed = "".join(  # what a card does not record is the recipe's
            f"--{name.replace('_', '-')} {config[name]} "
            for name in ("epochs", "learning_rate")
            if name in config
        )
        way = (
            f"--root {located(data['root'])} --protocol {data['protocol']} --store runs/mine "
            f"--recipe {training['recipe']} {changed}"
            f"--weights {'none' if initial == 'random' else initial}"
        )
        ways.setdefault(way, []).append(name)
    return "\n".join(
        f"python -m trainer refresh {way} --models {' '.join(names)}" for way, names in ways.items()
    )


def store_control(paths: Sequence[Path]) -> Path:
    """In the sidebar: which of the stores is open; with one there is nothing to choose."""
    if len(paths) == 1:
        return paths[0]
    return st.sidebar.selectbox(
        "Store",
        paths,
        format_func=store_place,
        key="store",
        persist_state="session",
        help="Every page reads the store chosen here. The Stores page compares two of them.",
    )


def store_place(path: Path) -> str:
    """Where a store is, in words: relative where it ships with fascore, else the whole path."""
    return recorded(path)


def store_note(path: Path) -> None:
    """In the sidebar: the store's path and its data set."""
    try:
        cards, _ = cards_or_errors(Store(path))
        names = sorted({card.data["name"] for card in cards.values()}) or ["no readable card"]
    except StoreError:
        names = ["cannot be read"]
    st.sidebar.markdown(f"**Open store**: {', '.join(names)}  \n`{store_place(path)}`")


def demo_words(store: Store, cards: Iterable[Card]) -> str:
    """What weights trained on simulations do on real faces; "" for others."""
    if not any(card.data.get("simulated") for card in cards):
        return ""
    measured = cache.real_words(str(store.path), cache.sets_stamp(store))
    return (
        f"**Demo weights, trained on simulated attacks.** {measured} Not a product's detector, "
        "and a demo score is never the accuracy of one."
    )


def demo_note(store: Store, cards: Iterable[Card]) -> None:
    """The warning wherever weights trained on simulations speak: what they do on real faces."""
    if words := demo_words(store, cards):
        st.warning(words, icon=":material/warning:")
