"""Files that visitors gave: Streamlit would keep each for as long as the session lasts."""

from __future__ import annotations

from typing import cast

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx


def let_go(file_id: str) -> None:
    """Takes one of the session's files out of Streamlit's keeping, if it is still there.

    By its number, and never all of them: one that is just arriving is in no widget yet.
    """
    context = get_script_run_ctx()
    assert context is not None  # a page runs
    keeping = cast(MemoryUploadedFileManager, context.uploaded_file_mgr)
    keeping.remove_file(context.session_id, file_id)


def empty(key: str) -> None:
    """Empties the file that a widget holds, once it was used.

    Streamlit keeps a widget's value of before through the next run and after it, also a file that
    was taken out of the widget. Each run gets the file anew from Streamlit's keeping.
    """
    given = st.session_state.get(key)
    if given is not None:
        given.truncate(0)
