"""Heavy work one piece at a time: who waits for it, and when it ends early."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

LOOK = (
    0.2  # s; between two looks at how many are before a visitor, and at whether he is still there
)


class Turns:
    """Gives turns in the order in which they were asked for, one at a time.

    A grid of maps keeps every core busy, and so does a batch of pictures. Ten of them at once would
    all come late, and a verdict, which waits for no turn, would have to share the cores with each.
    A turn is for one piece of a grid or a batch, so that those of several visitors grow together.
    """

    def __init__(self) -> None:
        self._waiting: list[object] = []  # the first one's turn it is
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, tell: Callable[[int], None], check: Callable[[], None]) -> Iterator[None]:
        """Waits, then holds a turn for as long as the block runs.

        Parameters
        ----------
        tell : callable
            Given the number of those before this one, whenever that has changed.
        check : callable
            Called while waiting; what it raises ends the waiting, and the place is free.
        """
        own, told = object(), 0
        with self._changed:
            self._waiting.append(own)
        try:
            while before := self._before(own):
                check()
                if before != told:
                    tell(before)
                    told = before
            yield
        finally:
            with self._changed:
                self._waiting.remove(own)
                self._changed.notify_all()

    def _before(self, own: object) -> int:
        """How many are before this one; waits a moment if there are any."""
        with self._changed:
            if self._waiting[0] is not own:
                self._changed.wait(LOOK)
            return self._waiting.index(own)


HEAVY = Turns()


def go_on() -> None:
    """Ends the page's run here if its visitor has left, or has asked for something else since.

    Streamlit looks for that whenever session state is read, and else only where a page draws.
    """
    st.session_state.get("store_path")


def place_words(before: int) -> str:
    """How many others are before a visitor.

    Examples
    --------
    >>> place_words(2)
    '2 others before you.'
    """
    return "1 other before you." if before == 1 else f"{before} others before you."
