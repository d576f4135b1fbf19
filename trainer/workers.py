"""Worker processes: started fresh, quiet on Ctrl-C, and never outliving the one they work for."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from typing import Any, TypeVar

from tqdm import tqdm

T = TypeVar("T")
# glibc gives large blocks back at once and faults them in again: a third of a crop's time
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(2**28), "MALLOC_MMAP_THRESHOLD_": str(2**25)}
PATIENCE = 60  # s; a piece of work takes a few
AHEAD = 4  # pieces of work a process has in hand: keeps it busy, and memory bounded


@contextmanager
def worker_pool(jobs: int | None = None) -> Iterator[Executor]:
    """A pool of `jobs` processes, one a core by default; whatever stops the work ends them.

    A process that waits for a disk or a network folder would not end by itself.
    """
    for name, value in KEEP_MEMORY.items():
        os.environ.setdefault(name, value)  # read by processes that start from now on
    # not forked: a fork of a process with TensorFlow's threads can hang
    before = set(active_children())
    pool = ProcessPoolExecutor(_jobs(jobs), get_context("spawn"), initializer=_start_worker)
    with pool:
        try:
            yield pool
        except BaseException:
            for process in set(active_children()) - before:
                process.kill()
            raise


def in_order(
    pool: Executor, work: Callable[[Any], T], items: Iterable[Any], *, jobs: int | None = None
) -> Iterator[T]:
    """Results of `work` on each item in the items' order, few of them waiting at any time."""
    waiting: deque = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= AHEAD * _jobs(jobs):
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Future[T]) -> T:
    """A future's result; says so when it does not come, for a folder may have stalled."""
    while True:
        try:
            return future.result(timeout=PATIENCE)
        except TimeoutError:
            if future.done():  # the work's own
                raise
            tqdm.write(
                f"Nothing came for {PATIENCE} s. Is the disk or the network folder still there? "
                "Ctrl-C stops; the same command goes on from here.",
                file=sys.stderr,
            )


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
