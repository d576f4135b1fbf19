"""Worker processes: started fresh, quiet on Ctrl-C, and never outliving the one they work for."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

T = TypeVar("T")
# glibc gives large blocks back at once and faults them in again: a third of a crop's time
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(2**28), "MALLOC_MMAP_THRESHOLD_": str(2**25)}
AHEAD = 4  # pieces of work a process has in hand: keeps it busy, and memory bounded


def worker_pool(jobs: int | None = None) -> ProcessPoolExecutor:
    """A pool of `jobs` processes, one a core by default."""
    for name, value in KEEP_MEMORY.items():
        os.environ.setdefault(name, value)  # read by processes that start from now on
    # not forked: a fork of a process with TensorFlow's threads can hang
    return ProcessPoolExecutor(_jobs(jobs), get_context("spawn"), initializer=_start_worker)


def in_order(
    pool: Executor, work: Callable[[Any], T], items: Iterable[Any], *, jobs: int | None = None
) -> Iterator[T]:
    """Results of `work` on each item in the items' order, few of them waiting at any time."""
    waiting: deque = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= AHEAD * _jobs(jobs):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _jobs(jobs: int | None) -> int:
    return jobs or os.cpu_count() or 1


def _start_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle

    def end_with_parent() -> None:
        parent = parent_process()
        assert parent is not None
        parent.join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
