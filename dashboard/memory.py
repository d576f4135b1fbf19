"""How little memory the process keeps that it needs no more; imported with the package, first.

A server has a thread for each visitor's page and more that compute, and the library keeps freed
memory in pools, up to 16 of them on two cores and up to 64 MB at the end of each: with eight
visitors the process grows for an hour, though nothing in it does.
"""

import ctypes
import os
import re
import sys
import threading
from pathlib import Path

MEGABYTE = 2**20
SMAPS = Path("/proc/self/smaps")  # Linux
# of a mapping: where it is, that nobody may write to it, its file, and how much of it is a copy
MAPPING = re.compile(
    r"^([0-9a-f]+)-([0-9a-f]+) r-.p .*/[^/]*\.so[^/\n]*\n(?:.*\n)*?Anonymous: +(\d+) kB$",
    re.MULTILINE,
)
MADV_DONTNEED = 4  # sys/mman.h
# by the environment variable that sets it otherwise: its number in malloc.h
NUMBERS = {"MALLOC_ARENA_MAX": -8, "MALLOC_TRIM_THRESHOLD_": -1, "MALLOC_MMAP_THRESHOLD_": -3}
# how many pools; what is kept at the end of each; what is large enough to be in none
FEW_POOLS = dict(zip(NUMBERS, (2, 8 * MEGABYTE, 32 * MEGABYTE), strict=True))
# Where other threads came first their number is settled, as under `streamlit run`. Then less is
# kept at the end of each, for 2 to 3 % of the time of maps.
MANY_POOLS = {"MALLOC_TRIM_THRESHOLD_": 2 * MEGABYTE, "MALLOC_MMAP_THRESHOLD_": 32 * MEGABYTE}

# pandas reads tables by pyarrow, whose own pool keeps 50 MB of what it has freed
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
    pools = FEW_POOLS if threading.active_count() == 1 else MANY_POOLS
    for name, value in pools.items():
        if name not in os.environ:
            libc.mallopt(NUMBERS[name], value)


def leave_what_loading_took() -> None:
    """Takes the pages of large libraries out of this process; it gets back what it needs again.

    Most were needed once: of 470 MB, above all TensorFlow's, 140 are needed again. They stay in the
    system's cache of files, which it frees when it has to. On other systems it does nothing.
    """
    if not SMAPS.exists():
        return
    madvise = ctypes.CDLL(None).madvise
    for start, end, copied in MAPPING.findall(SMAPS.read_text(encoding="utf-8")):
        place, size = int(start, 16), int(end, 16) - int(start, 16)
        if size >= MEGABYTE and copied == "0":  # a page that was changed is nowhere else
            madvise(ctypes.c_void_p(place), ctypes.c_size_t(size), MADV_DONTNEED)
