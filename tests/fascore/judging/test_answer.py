import numpy as np
import pytest

from fascore.explain import Attribution
from fascore.judging.answer import part_sums, why_words
from fascore.labels import LIVE, SPOOF

LEFT = (slice(2, 4), slice(0, 2))  # of a map of 6 x 6
SPLIT = {"a": True, "b": True, "c": False}


def shap_map(model, left, *, target=SPOOF, residual=0.0):
    values = np.zeros((6, 6), np.float32)
    values[LEFT] = left / 4
    return Attribution(values, model, "shap", target, {}, 0.1, {"residual": residual})


def lime_map(model, left, *, r2=0.9, repeatability=0.9):
    superpixels = np.zeros((6, 6), int)
    superpixels[LEFT] = 1
    values = np.where(superpixels == 1, left, 0).astype(np.float32)
    quality = {"r2": r2, "repeatability": repeatability}
    return Attribution(values, model, "lime", SPOOF, {}, 0.1, quality, superpixels)


def shap(a, b, c, **more):
    return part_sums(
        "shap", [shap_map(*pair, **more) for pair in zip("abc", (a, b, c), strict=True)], size=6
    )


def lime(a, b, c):
    return part_sums(
        "lime", [lime_map(*pair) for pair in zip("abc", (a, b, c), strict=True)], size=6
    )


def test_maps_sum_by_part_and_a_superpixels_weight_counts_once():
    for sums in (shap(1.9, 1.9, 0.4), lime(1.9, 1.9, 0.4)):
        assert sums.sums["c"][1, 0] == pytest.approx(0.4)
        assert sums.sums["c"].sum() == pytest.approx(0.4)


@pytest.mark.parametrize(
    "sums",
    [
        part_sums("grad_cam", [shap_map("a", 1)], size=6),
        part_sums("lime", [lime_map("a", 1), lime_map("b", 1, r2=0.2)], size=6),
        part_sums("lime", [lime_map("a", 1, repeatability=0.4)], size=6),
        part_sums("shap", [shap_map("a", 1), shap_map("b", 1, target=LIVE)], size=6),
    ],
    ids=["not in logits", "does not fit", "may be luck", "two targets"],
)
def test_maps_that_say_nothing_are_not_read(sums):
    assert sums is None


def test_networks_that_agree_need_no_reason():
    assert why_words(dict.fromkeys("abc", True), [shap(1, 2, 3)]) == []


def test_who_stands_apart_is_held_against_the_mean_of_the_others():
    assert why_words(SPLIT, [shap(1.8, 2.0, 0.4)], title=str.upper) == [
        "At the left, less speaks for spoof in C than in those that say SPOOF "
        "(SHAP +0.4, theirs +1.9; logits)."
    ]


def test_said_spoof_alone_is_the_stronger_evidence():
    alone = {"a": False, "b": False, "c": True}
    (told,) = why_words(alone, [shap(-1.0, 0.0, 2.0)])
    assert told == (
        "At the left, the face speaks for spoof in c, against it in those that say LIVE "
        "(SHAP +2.0, theirs −0.5; logits, minus is against spoof)."
    )


def test_more_that_speaks_against_is_no_weaker_evidence():
    (told,) = why_words(SPLIT, [shap(-0.8, -0.8, -1.4)])
    assert told == (
        "At the left, more speaks against spoof in c than in those that say SPOOF "
        "(SHAP −1.4, theirs −0.8; logits, minus is against spoof)."
    )


def test_evidence_for_live_is_the_stronger_of_who_says_live():
    (told,) = why_words(SPLIT, [shap(0.0, 0.0, 1.0, target=LIVE)])
    assert told == (
        "At the left, more speaks for live in c than in those that say SPOOF "
        "(SHAP +1.0, theirs 0.0; logits)."
    )


def test_maps_that_contradict_each_other_are_said_to():
    (told,) = why_words(SPLIT, [shap(2.0, 2.0, 0.5), lime(0.1, 0.1, 1.0)])
    assert told == (
        "At the left, less speaks for spoof in c than in those that say SPOOF by SHAP +0.5, "
        "theirs +2.0, but not by LIME +1.0, theirs +0.1 (logits, minus is against spoof): the maps "
        "disagree."
    )


def test_difference_no_larger_than_what_a_map_misses_is_none():
    (told,) = why_words(SPLIT, [shap(1.8, 2.0, 0.4, residual=-1.6)])
    assert told.startswith("The maps do not tell why c differs")
    assert "misses in all (1.60 logits)" in told


def test_without_a_map_that_adds_up_nothing_is_made_up():
    (told,) = why_words(SPLIT, [])
    assert told.startswith("The maps do not tell why")
