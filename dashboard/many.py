"""One session's batch: the files given and what was found in them so far. It is in no cache."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import streamlit as st

from dashboard import on_show, uploads
from dashboard.limits import limits
from fascore.batch.files import BatchFile, batch_files
from fascore.batch.judging import BatchRow
from fascore.decoding import ImageError
from fascore.errors import FascoreError

_BATCH, _PROBLEM, _TURN = "many_batch", "many_problem", "many_turn"


@dataclass
class Batch:
    """Files, and the rows of the first `done` of them; `judged_by` says what made these rows.

    The first `counted` of them count as pictures of the visitor's own: where a click has broken off
    the judging of some, they are not counted again.
    """

    files: list[BatchFile]
    done: int = 0
    counted: int = 0
    rows: list[BatchRow] = field(default_factory=list)
    judged_by: Hashable = None

    def begin(self, judged_by: Hashable) -> None:
        """Forgets rows that something else made."""
        if self.judged_by != judged_by:
            self.done, self.counted, self.rows, self.judged_by = 0, 0, [], judged_by

    def next_files(self, number: int) -> tuple[list[BatchFile], str | None]:
        """The files to judge next, and why they are fewer than they could be."""
        wanted = len(self.files[self.counted : self.done + number])
        more, why_not = on_show.count_pictures(wanted)
        self.counted += more
        return self.files[self.done : min(self.counted, self.done + number)], why_not

    def add(self, rows: Sequence[BatchRow], number: int) -> None:
        """Keeps what was found in the next `number` files."""
        self.rows += rows
        self.done += number


def batch() -> Batch | None:
    """The session's batch, if files were given that can be used."""
    return st.session_state.get(_BATCH)


def problem() -> str | None:
    """Why the files given last are not used, if so."""
    return st.session_state.get(_PROBLEM)


def upload_key(kind: str) -> str:
    """The key of an uploader; another after each batch, so that the next one is empty."""
    return f"many_{kind}_{st.session_state.get(_TURN, 0)}"


def take(key: str) -> None:
    """Makes what an uploader holds the session's batch, and takes it out of Streamlit's keeping."""
    given = st.session_state.get(key) or []
    forget()
    try:
        files = batch_files([(f.name, f.getvalue()) for f in given], limits=limits().batch)
    except FascoreError as err:
        st.session_state[_PROBLEM] = str(err)
    else:
        st.session_state[_BATCH] = Batch(files)
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
    for file in given:
        uploads.let_go(file.file_id)


def forget() -> None:
    """Lets go of the batch."""
    for name in (_BATCH, _PROBLEM):
        st.session_state.pop(name, None)


def show(row: BatchRow) -> None:
    """Makes a row's picture and face those that Compare shows."""
    files = batch()
    if files is None:
        return
    try:
        data = files.files[row.file].read()
    except ImageError:  # its row has said why
        return
    on_show.choose(data, "upload")
    on_show.choose_face(max(row.face - 1, 0))
