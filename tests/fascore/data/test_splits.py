"""Protocols: their sizes, and who is in two splits."""

from collections import Counter

import pytest

from fascore.data.samples import DataError, Sample
from fascore.data.splits import PROTOCOLS, by_split, official_split, paper_split, subject_split


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
def test_too_few_images_are_said(protocol):
    with pytest.raises(DataError, match="Received: 500 live and 1,000 spoof. Give --limit 1000"):
        PROTOCOLS[protocol](samples_of(50))


def test_too_few_subjects_are_said():
    with pytest.raises(DataError, match="no subject in two splits"):
        subject_split(samples_of(3, live=400, spoof=400), limit=2400)


def test_limit_that_empties_a_split_is_said():
    with pytest.raises(DataError, match="Give 100 or more"):
        paper_split(samples_of(50), limit=40)


@pytest.mark.parametrize("protocol", ["subject", "official"])
def test_unknown_subjects_are_said(protocol):
    samples = [Sample(f"{i}", "train", i % 2, 9 * (i % 2), "", 0, 0) for i in range(400)]
    with pytest.raises(DataError, match="Add a subject column"):
        PROTOCOLS[protocol](samples, limit=200)
    assert sizes(paper_split(samples, limit=200))["train", 0] == 90
