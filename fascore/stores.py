"""Several stores: which there are below a folder, and whether networks of two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fascore.errors import FascoreError
from fascore.evaluation_sets import TESTS, image_digests
from fascore.findings.results import FOLDER
from fascore.outside_scores import OUTSIDE
from fascore.scores.comparison import Comparison
from fascore.scores.evaluation import judged_rightly
from fascore.stats.intervals import Interval
from fascore.stats.paired import PairedTest, holm, paired_tests
from fascore.store import PREDICTIONS, SAMPLES, Store, StoreError

TABLES = (SAMPLES, f"*/{PREDICTIONS}", f"{TESTS}/*/*.csv", f"{OUTSIDE}/*/*.csv", f"{FOLDER}/*.csv")


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


@dataclass(frozen=True)
class StoreDifference:
    """A network of one name in two stores, on the same test images.

    Attributes
    ----------
    model : str
    first, second : Interval
        Accuracy in each store, in [0, 1].
    test : PairedTest
        Of the second against the first, corrected for all networks compared together.
    """

    model: str
    first: Interval
    second: Interval
    test: PairedTest


def compare_stores(first: Comparison, second: Comparison) -> list[StoreDifference]:
    """Each network that two stores share, in one against the other.

    Each store's networks are at their own thresholds. The two may list the test images in any
    order.

    Raises
    ------
    FascoreError
        If the stores' test images are not the same, or they share no network.
    """
    names = [name for name in first.models if name in second.models]
    _check_same_images(first, second)
    if not names:
        raise FascoreError(
            "Two stores are compared network by network. Received: no network that both have "
            "scores of. Score the same network in both with `python -m trainer evaluate`."
        )
    tests = [_test(name, first, second) for name in names]
    p, mcnemar = holm([test.p for test in tests]), holm([test.mcnemar_holm for test in tests])
    return [
        StoreDifference(
            name,
            first.measured[name].accuracy,
            second.measured[name].accuracy,
            replace(test, p_holm=float(p[i]), mcnemar_holm=float(mcnemar[i])),
        )
        for i, (name, test) in enumerate(zip(names, tests, strict=True))
    ]


def _test(name: str, first: Comparison, second: Comparison) -> PairedTest:
    """The paired test of one network in two stores."""
    right = {
        place: judged_rightly(of.models[name].test, threshold=of.thresholds[name].value)
        for place, of in (("first", first), ("second", second))
    }
    right["second"] = right["second"].loc[right["first"].index]
    return paired_tests(right, first.models[name].test["subject"].to_list())[0]


def _check_same_images(first: Comparison, second: Comparison) -> None:
    """Refuses stores that were tested on different images, or on data sets of different names."""
    tables = [next(iter(of.models.values())).test["label"].sort_index() for of in (first, second)]
    names = [_data_sets(of) for of in (first, second)]
    alike = names[0] == names[1]
    if alike and tables[0].equals(tables[1]) and not _other_pixels(first, second):
        return
    common = len(tables[0].index.intersection(tables[1].index)) if alike else 0
    pixels = "; pictures of one name differ" if alike and _other_pixels(first, second) else ""
    raise FascoreError(
        f"Two stores are compared on the same test images. Received: {len(tables[0]):,} of "
        f"{names[0]} and {len(tables[1]):,} of {names[1]}, {common:,} in common{pixels}. Their "
        "numbers are of different pictures and cannot be set against each other."
    )


def _data_sets(of: Comparison) -> str:
    """The names of the data sets that the test images are of."""
    if of.tested is not None and not of.tested.is_own:
        return str(of.tested.about["name"])
    return ", ".join(sorted({model.card.data["name"] for model in of.models.values()}))


def _other_pixels(first: Comparison, second: Comparison) -> bool:
    """Whether faces that were cut alike have other pixels, where their digests are recorded."""
    digests = [_digests(of) for of in (first, second)]
    return any(digests[1].get(cut, digest) != digest for cut, digest in digests[0].items())


def _digests(of: Comparison) -> Mapping[Any, str]:
    """What tells the test images from others of the same names, by how they were cut."""
    if of.tested is not None and not of.tested.is_own:
        return image_digests(of.tested)
    return {
        (model.card.size, model.card.crop_expansion): model.card.data["images"]["test"]
        for model in of.models.values()
        if "images" in model.card.data
    }
