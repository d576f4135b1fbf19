"""Networks of two stores, one against the other."""

from dataclasses import replace

import pandas as pd
import pytest

from fascore.errors import FascoreError
from fascore.scores.across_stores import compare_stores
from fascore.scores.comparison import ScoredModel, compare_models
from fascore.scores.evaluation import score_quality
from fascore.scores.thresholds import ThresholdChoice
from tests.fascore.training.conftest import card

IMAGES = 40


def compared(errors: int, *, images=range(IMAGES), data="tiny faces", names=("cnn",), pixels=""):
    """A comparison of networks that take so many of half the images, the attacks, for live."""
    labels = [i % 2 for i in images]
    missed = [i for i, label in enumerate(labels) if label][:errors]
    table = pd.DataFrame(
        {
            "label": labels,
            "spoof_type": labels,
            "pai_species": ["print" if label else "live" for label in labels],
            "subject": [str(i) for i in images],
            "spoof_score": [0.1 if i in missed else 0.1 + 0.8 * x for i, x in enumerate(labels)],
        },
        index=pd.Index([f"{i}.png" for i in images], name="sample_id"),
    )
    recorded = {"images": {"test": pixels}} if pixels else {}
    about = replace(card("cnn"), data={"name": data} | recorded)
    models = {name: ScoredModel(about, table, None, score_quality(table)) for name in names}
    return compare_models(models, ThresholdChoice("hand", 0.5))


def test_network_of_one_store_is_tested_against_the_same_network_of_the_other():
    (difference,) = compare_stores(compared(0), compared(15))
    assert (difference.first.estimate, difference.second.estimate) == (1.0, 25 / 40)
    assert difference.test.difference == -15 / 40 and difference.test.p_holm < 0.001


def test_order_of_the_images_does_not_matter():
    backwards = compared(15, images=range(IMAGES - 1, -1, -1))
    (difference,) = compare_stores(compared(0), backwards)
    assert difference.test.difference == -15 / 40


def test_pictures_of_one_name_with_other_pixels_are_not_the_same():
    compare_stores(compared(0, pixels="a"), compared(0, pixels="a"))
    compare_stores(compared(0, pixels="a"), compared(0))  # not recorded in one
    with pytest.raises(FascoreError, match="40 in common; pictures of one name differ"):
        compare_stores(compared(0, pixels="a"), compared(0, pixels="b"))


def test_images_of_one_subject_count_together():
    first, second = compared(0), compared(15)
    for of in (first, second):
        of.models["cnn"].test["subject"] = "1"
    (difference,) = compare_stores(first, second)
    assert difference.test.p == pytest.approx(1)  # one subject shows nothing
    assert difference.test.mcnemar_holm < 0.001


def test_tests_are_corrected_for_all_networks_compared():
    names = ("cnn", "cnn_channel", "cnn_spatial")
    one = compare_stores(compared(0), compared(6))[0].test
    three = compare_stores(compared(0, names=names), compared(6, names=names))[0].test
    assert three.p_holm == pytest.approx(3 * one.p_holm)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"images": range(1, IMAGES + 1)}, "39 in common"),
        ({"data": "other faces"}, "of other faces, 0 in common"),
        ({"names": ("cnn_channel",)}, "no network that both have"),
    ],
)
def test_stores_that_cannot_be_compared_are_said_to_be(second, words):
    with pytest.raises(FascoreError, match=words):
        compare_stores(compared(0), compared(0, **second))
