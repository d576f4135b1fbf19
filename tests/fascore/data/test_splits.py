"""Protocols: their sizes, and who is in two splits."""

import re
from collections import Counter
from dataclasses import replace

import pytest

from fascore.data.protocols import PROTOCOLS, check_classes, draw_splits
from fascore.data.samples import DataError, Sample
from fascore.data.splits import by_split, official_split, paper_split, subject_split


def samples_of(subjects, *, live=10, spoof=20):
    return [
        Sample(f"{subject}/{i}", "test" if subject % 5 == 0 else "train", int(i >= live),
               9 * int(i >= live), str(subject), 0, 0)
        for subject in range(subjects)
        for i in range(live + spoof)
    ]  # fmt: skip


def sizes(samples):
    return Counter((sample.split, sample.label) for sample in samples)


@pytest.mark.parametrize("protocol", ["paper", "subject"])
def test_sizes_are_the_papers_scaled_down(protocol):
    found = sizes(PROTOCOLS[protocol](samples_of(200), limit=2000, seed=1))
    assert found == {
        ("train", 0): 900, ("train", 1): 900,
        ("validation", 0): 90, ("validation", 1): 90,
        ("test", 0): 10, ("test", 1): 10,
    }  # fmt: skip


def subjects_in_two(samples):
    splits = [{sample.subject for sample in rows} for rows in by_split(samples).values()]
    return sum(map(len, splits)) - len(set().union(*splits))


def test_no_subject_is_in_two_splits_but_in_the_papers():
    samples = samples_of(200)
    assert subjects_in_two(subject_split(samples, limit=2000)) == 0
    assert subjects_in_two(official_split(samples)) == 0
    assert subjects_in_two(paper_split(samples, limit=2000)) > 0


def test_subjects_without_live_images_are_no_obstacle():
    samples = samples_of(100) + samples_of(300, live=0)[3000:]
    found = sizes(subject_split(samples, limit=1600, seed=2))
    assert found["test", 0] == found["test", 1] == 8


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_seed_gives_one_split_and_another_seed_another(protocol):
    samples = samples_of(60)
    draw = PROTOCOLS[protocol]
    assert draw(samples, limit=400, seed=1) == draw(samples, limit=400, seed=1)
    assert draw(samples, limit=400, seed=1) != draw(samples, limit=400, seed=2)


def test_official_keeps_the_data_sets_own_test():
    samples = samples_of(50)
    splits = by_split(official_split(samples, validation_share=0.25))
    assert {each.subject for each in splits["test"]} == {str(n) for n in range(0, 50, 5)}
    assert len({each.subject for each in splits["validation"]}) == 10


def test_official_limit_keeps_proportions():
    found = sizes(official_split(samples_of(50), limit=150))
    assert sum(found.values()) == pytest.approx(150, abs=3)
    assert found["test", 1] == 2 * found["test", 0] == 20


@pytest.mark.parametrize("protocol", ["paper", "subject"])
def test_a_limit_beyond_what_is_there_is_said(protocol):
    with pytest.raises(DataError, match="Received: 500 live and 1,000 spoof"):
        PROTOCOLS[protocol](samples_of(50), limit=1100)


def test_without_a_limit_the_sizes_are_scaled_down_to_what_is_there():
    found = sizes(paper_split(samples_of(50)))
    assert found["train", 0] == found["train", 1] == 450
    assert sum(found.values()) == 1000 and found["test", 0] == found["test", 1] == 5
    by_subject = subject_split(samples_of(50))
    assert subjects_in_two(by_subject) == 0
    assert 800 <= len(by_subject) < 1000  # whole subjects leave some images over


def test_too_few_subjects_are_said():
    with pytest.raises(DataError, match="no subject in two splits"):
        subject_split(samples_of(3, live=400, spoof=400), limit=2400)


def test_limit_that_empties_a_split_is_said():
    with pytest.raises(DataError, match="6 or more. Received: 5"):
        paper_split(samples_of(50), limit=5)
    assert set(sizes(paper_split(samples_of(50), limit=6)).values()) == {1}


def strangers(count, split="train", kinds=(0, 9)):
    """Pictures of which nobody says who they show."""
    kinds = [kinds[i % len(kinds)] for i in range(count)]
    return [Sample(f"{split}{i}", split, int(kind > 0), kind, "") for i, kind in enumerate(kinds)]


def test_unknown_subjects_are_said():
    with pytest.raises(DataError, match="Expected the subject of each image"):
        subject_split(strangers(400), limit=200)
    assert sizes(paper_split(strangers(400), limit=200))["train", 0] == 90


def test_official_draws_validation_by_image_where_subjects_are_unknown():
    found = sizes(official_split(strangers(400) + strangers(40, "test")))
    assert found["test", 0] == found["test", 1] == 20
    assert found["validation", 0] + found["validation", 1] == 40
    assert min(found.values()) > 10


def test_official_validation_has_both_classes_however_few_subjects_there_are():
    samples = samples_of(4, live=2, spoof=2) + samples_of(30, live=0, spoof=1)[4:]
    for seed in range(10):
        found = sizes(official_split(samples, seed=seed))
        assert found["validation", 0] and found["validation", 1]


def one_class(samples, label):
    return [sample for sample in samples if sample.label == label]


SMALL = {
    "one picture": strangers(1),
    "two pictures": strangers(2),
    "six pictures": strangers(6),
    "a hundred pictures": strangers(100),
    "without splits": strangers(100, ""),
    "one person": samples_of(1),
    "three persons": samples_of(3),
    "live only": one_class(samples_of(20), 0),
    "spoof only": one_class(samples_of(20), 1),
    "all test": strangers(40, "test"),
    "a test of one class": strangers(40) + one_class(strangers(40, "test"), 0),
    "train only": strangers(40),
    "classes of different persons": one_class(samples_of(9), 0) + [
        replace(each, subject="x" + each.subject) for each in one_class(samples_of(9), 1)
    ],
    "one live picture": strangers(9, kinds=(9,)) + strangers(1, "", kinds=(0,)),
}  # fmt: skip


@pytest.mark.parametrize("limit", [None, 1, 4, 50, 100_000])
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("samples", SMALL.values(), ids=SMALL)
def test_an_advice_that_is_followed_leads_to_splits(samples, protocol, limit):
    try:
        drawn = draw_splits(samples, protocol, limit=limit)
    except DataError as err:
        advised = re.search(r"Use --protocol (\w+)", str(err))
        assert advised or "Leave --limit out" in str(err)
        drawn = draw_splits(samples, advised[1] if advised else protocol)
    assert drawn
    check_classes(drawn)
