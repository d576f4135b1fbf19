"""What Streamlit would do with pictures and visitors, and must not; imported before both."""

import asyncio
import ctypes
import gc
import sys

from starlette.formparsers import MultiPartParser
from streamlit import net_util, runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.session_manager import SessionInfo

# An upload above 1 MB would go into a temporary file; 0 is "never". Streamlit's own limit on its
# size (dashboard/.streamlit/config.toml) bounds the memory.
MultiPartParser.spool_max_size = 0

# The server asks a host on the internet for its own address, to print it and to recognise it in a
# visitor's Origin header. Without an answer it does neither.
net_util.get_external_ip = lambda: None

M_PERTURB, FILLER = -6, 0xA5  # glibc's malloc.h; any byte
if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
    # Memory that is freed would hold what it held, pictures too, until something else needs it: it
    # is overwritten at once, for 2 % of the time that maps take (`python -m benchmarks.traces`).
    libc.mallopt(M_PERTURB, FILLER)

LATER = 1.0  # s; after the time in which a visitor may come back
SENT = 10.0  # s; a file that somebody saves has begun to be sent by then
_save = MemorySessionStorage.save


def _save_for_a_while(storage: MemorySessionStorage, left: SessionInfo) -> None:
    """Keeps a session whose visitor has left for as long as he may come back, and no longer.

    Streamlit would let go of it when the next visitor leaves, which may be never.
    """
    _save(storage, left)
    loop = asyncio.get_running_loop()
    loop.call_later(storage._cache.ttl + LATER, _forget, storage)  # type: ignore[attr-defined]


def _forget(storage: MemorySessionStorage) -> None:
    """Lets go of all that sessions held whose visitors did not come back.

    By hand, not by the collector alone: of the first visitor's session parts are frozen with the
    networks (`cache.model`), and what is frozen is never collected.
    """
    for _, gone in storage._cache.expire():  # type: ignore[attr-defined]
        gone.session.shutdown()
        gone.session.session_state.clear()
    gc.collect()
    if runtime.exists():  # a file to save goes when it is found unused twice: not while it is sent
        media = runtime.get_instance().media_file_mgr
        asyncio.get_running_loop().call_later(SENT, media.remove_orphaned_files)


MemorySessionStorage.save = _save_for_a_while  # type: ignore[method-assign, assignment]
