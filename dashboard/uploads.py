"""Files that visitors gave: Streamlit would keep each for as long as the session lasts."""

from __future__ import annotations

from typing import cast

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
