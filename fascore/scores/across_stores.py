"""Whether networks of two stores differ, on the same test images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fascore.errors import FascoreError
from fascore.evaluation_sets import image_digests
from fascore.scores.comparison import Comparison
from fascore.scores.evaluation import judged_rightly
from fascore.stats.intervals import Interval
from fascore.stats.paired import PairedTest, holm, paired_tests


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
