"""The address bar: what a page shows in short words, so that a link or a reload shows it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fascore.errors import FascoreError

COMMON = ("store", "threshold", "set")  # what pages write that show results of a test set
_LAST = "address_last"  # what was written of each name last
_NAMES = "address_names"  # which names each page writes
_PAGE = "address_page"  # the path of the page that runs


@dataclass(frozen=True)
class Part:
    """One thing that the address names.

    Attributes
    ----------
    name : str
        In the address.
    read : callable
        Puts what the address says into the session, or the default where it says nothing (None).
        Raises FascoreError with a sentence where that cannot be.
    write : callable
        What the session holds; None for the default, which no address names.
    """

    name: str
    read: Callable[[str | None], None]
    write: Callable[[], str | None]


def on_page(page: str) -> None:
    """Says which page runs, by its path: what is kept from now on is of its address."""
    st.session_state[_PAGE] = page


def follow(parts: Sequence[Part]) -> list[str]:
    """Puts what the address says into the session, before the widgets are drawn.

    Only a session's first run and the way back and forth do as the address says. Whatever else
    makes the page run leaves all to the widgets: it may reach the server before the browser knows
    the address of the change before it, and the old one it still names would undo that.

    Returns
    -------
    list of str
        A sentence for each part that cannot be used; the others are.
    """
    begins = _LAST not in st.session_state and bool(st.query_params)
    if not begins and not came_back():
        return []
    given, sentences = _given(parts), []
    for part in parts:
        try:
            part.read(given.get(part.name))
        except FascoreError as err:
            sentences.append(str(err))
    return sentences


def keep(parts: Sequence[Part]) -> None:
    """Writes what the session holds into the address; names of others stay as they are."""
    names, wanted = {part.name for part in parts}, _texts(parts)
    others = {n: t for n, t in st.query_params.to_dict().items() if n not in names}
    if _given(parts) != wanted:
        st.query_params.from_dict(others | wanted)  # at once: each change is a step of the way back
    last = st.session_state.get(_LAST, {})
    st.session_state[_LAST] = {n: t for n, t in last.items() if n not in names} | wanted
    page = st.session_state.get(_PAGE, "")
    st.session_state.setdefault(_NAMES, {}).setdefault(page, set()).update(names)


def of_page(
    page: str, parts: Sequence[Part] = (), *, own: Sequence[str] = COMMON
) -> dict[str, str]:
    """The address that a page will write: with it, opening the page is one step of the way back.

    Parameters
    ----------
    page : str
        Its path in the address.
    parts : sequence of Part
        What is known by now; of all else what was written last.
    own : sequence of str
        Names that the page writes; those it has written are known.
    """
    names = st.session_state.get(_NAMES, {}).get(page, set()) | set(own)
    known = {part.name for part in parts}
    last = {n: t for n, t in st.session_state.get(_LAST, {}).items() if n not in known}
    return {name: text for name, text in (last | _texts(parts)).items() if name in names}


def was_on(page: str) -> bool:
    """Whether the session has been on the page of this path."""
    return page in st.session_state.get(_NAMES, {})


def go(page: str, **changed: str | None) -> NoReturn:
    """Switches to a page under the address that it will write: one step of the way back, not two.

    Parameters
    ----------
    page : str
        Its path in the address.
    changed : str or None
        What the session now holds of that page's parts, other than was written last; None for a
        default.
    """
    names = {name: text for name, text in {**of_page(page), **changed}.items() if text is not None}
    st.switch_page(f"app_pages/{page}.py", query_params=names)


def widget_part(
    name: str,
    key: str,
    default: Any,
    *,
    read: Callable[[str], Any],
    write: Callable[[Any], str] = str,
) -> Part:
    """The part that a widget's value is: `read` and `write` turn it from and into a text."""

    def into(text: str | None) -> None:
        if text is not None:
            st.session_state[key] = read(text)
        elif key in st.session_state:
            st.session_state[key] = default

    def out() -> str | None:
        value = st.session_state.get(key, default)
        return None if value == default else write(value)

    return Part(name, into, out)


def one_of(name: str, choices: Sequence[str]) -> Callable[[str], str]:
    """What reads one of these words; `name` is the part's."""

    def read(text: str) -> str:
        if text not in choices:
            there = ", ".join(choices)
            raise FascoreError(
                f"Expected as {name} of the link: {there}. Received: {text!r}. It is left out."
            )
        return text

    return read


def words_part(name: str, key: str, default: Sequence[str], *, choices: Sequence[str]) -> Part:
    """The part that a widget with several words as its value is; those it does not know are said
    and the others used.
    """

    def read(text: str) -> list[str]:
        wanted = text.split(",")
        return [choice for choice in choices if choice in wanted] or list(default)

    known = widget_part(name, key, list(default), read=read, write=",".join)

    def into(text: str | None) -> None:
        known.read(text)
        for word in text.split(",") if text is not None else ():
            one_of(name, choices)(word)

    return replace(known, read=into)


def came_back() -> bool:
    """Whether the page runs because of the browser's Back or Forward."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def _texts(parts: Sequence[Part]) -> dict[str, str]:
    """What the session holds of these parts; defaults are left out."""
    texts = {part.name: part.write() for part in parts}
    return {name: text for name, text in texts.items() if text is not None}


def _given(parts: Sequence[Part]) -> dict[str, str]:
    """What the address says of these parts."""
    return {part.name: st.query_params[part.name] for part in parts if part.name in st.query_params}
