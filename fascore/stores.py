"""Which stores there are below a folder, and which are too large to serve."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fascore.evaluation_sets import TESTS
from fascore.outside_scores import OUTSIDE
from fascore.store import EXPLANATIONS, PREDICTIONS, SAMPLES, Store, StoreError

TABLES = (
    SAMPLES,
    f"*/{PREDICTIONS}",
    f"{TESTS}/*/*.csv",
    f"{OUTSIDE}/*/*.csv",
    f"{EXPLANATIONS}/*.csv",
)


def find_stores(paths: Iterable[Path]) -> list[Path]:
    """The stores that these paths name, each once.

    A path is a store, or a folder whose subfolders are; those come in the order of their names. A
    path that is neither stays in the list: `Store` says what is wrong with it.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        inside = sorted(filter(_is_store, path.glob("*")))
        for store in [path] if _is_store(path) or not inside else inside:
            found.setdefault(store.resolve(), store)
    return list(found.values())


def check_tables(store: Store, *, megabytes: int) -> None:
    """Refuses a store with a table of samples, scores or measures larger than this.

    Whoever serves pages to many reads it into memory for all of them.

    Raises
    ------
    StoreError
        With the table's name and its size.
    """
    for pattern in TABLES:
        for table in store.path.glob(pattern):
            if (size := table.stat().st_size / 2**20) > megabytes:
                raise StoreError(
                    f"Expected tables of at most {megabytes:,} MB in a store. Received: {table} of "
                    f"{size:,.1f} MB. Evaluate on fewer images, or let whoever serves this page "
                    "raise its limit."
                )


def _is_store(path: Path) -> bool:
    try:
        Store(path)
    except StoreError:
        return False
    return True
