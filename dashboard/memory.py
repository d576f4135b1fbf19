"""How little of freed memory the C library keeps; imported with the package, before all else.

A server has a thread for each visitor's page and more that compute, and the library keeps freed
memory in pools, up to 16 of them on two cores and up to 64 MB at the end of each: with eight
visitors the process grows for an hour, though nothing in it does.
"""

import ctypes
import os
import sys
import threading

MEGABYTE = 2**20
# by the environment variable that sets it otherwise: the number in malloc.h, and the value
FEW_POOLS = {"MALLOC_ARENA_MAX": (-8, 2)}
# Where other threads came first the number of pools is settled, as under `streamlit run`. Then
# their ends are given back, for 2 to 3 % of the time of maps; larger pieces are in no pool.
SMALL_POOLS = {
    "MALLOC_TRIM_THRESHOLD_": (-1, 2 * MEGABYTE),
    "MALLOC_MMAP_THRESHOLD_": (-3, 32 * MEGABYTE),  # the library's own once it has adapted
}

# pandas reads tables by pyarrow, whose own pool keeps 50 MB of what it has freed
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
    settings = FEW_POOLS if threading.active_count() == 1 else SMALL_POOLS
    for name, (parameter, value) in settings.items():
        if name not in os.environ:
            libc.mallopt(parameter, value)
