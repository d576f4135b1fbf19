"""Heavy work one piece at a time, behind verdicts: who waits for it, and when it ends early."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager

import streamlit as st

LOOK = (
    0.2  # s; between two looks at how many are before a visitor, and at whether he is still there
)
LONGEST = 30.0  # s that one verdict holds heavy work back; a stalled folder may take for ever


class Turns:
    """Gives turns in the order in which they were asked for, one at a time.

    A grid of maps keeps every core busy, and so does a batch of pictures: ten of them at once would
    all come late. A turn is for one piece of a grid or a batch, so that those of several visitors
    grow together. A verdict waits for no turn, and whoever holds one gives way to it.
    """

    def __init__(self) -> None:
        self._waiting: list[object] = []  # the first one's turn it is
        self._verdicts: dict[object, float] = {}  # those on their way, and when each was asked for
        self._changed = threading.Condition()

    @contextmanager
    def verdict(self) -> Iterator[Callable[[], None]]:
        """Holds heavy work back until what it gives is called, or the block ends.

        No verdict holds it back for more than `LONGEST` seconds.
        """
        own = object()

        def given() -> None:
            with self._changed:
                self._verdicts.pop(own, None)
                self._changed.notify_all()

        with self._changed:
            self._verdicts[own] = time.monotonic()
        try:
            yield given
        finally:
            given()

    def give_way(self, check: Callable[[], None]) -> None:
        """Waits for the verdicts that are on their way now.

        Not for those that are asked for meanwhile: where they never end, heavy work still goes on,
        a batch between two of these waits.

        Parameters
        ----------
        check : callable
            Called while waiting; what it raises ends the waiting.
        """
        with self._changed:
            awaited = set(self._verdicts)
        while self._still(awaited):
            check()

    @property
    def taken(self) -> bool:
        """Whether somebody holds a turn now."""
        return bool(self._waiting)

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
            self.give_way(check)
            yield
        finally:
            with self._changed:
                self._waiting.remove(own)
                self._changed.notify_all()

    def _still(self, awaited: Set[object]) -> bool:
        """Whether any of these verdicts is on its way; waits a moment if so."""
        with self._changed:
            latest = time.monotonic() - LONGEST
            still = any(self._verdicts.get(verdict, -math.inf) > latest for verdict in awaited)
            if still:
                self._changed.wait(LOOK)
            return still

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


def next_piece() -> None:
    """Goes on with heavy work as `go_on` says, once the verdicts on their way are there."""
    go_on()
    HEAVY.give_way(go_on)


def place_words(before: int) -> str:
    """How many others are before a visitor.

    Examples
    --------
    >>> place_words(2)
    '2 others before you.'
    """
    return "1 other before you." if before == 1 else f"{before} others before you."
