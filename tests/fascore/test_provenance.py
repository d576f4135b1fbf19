"""Records of what a thing was made from: what tells two apart, and how it is said."""

import pytest

from fascore.provenance import differences, digest, listed

ONE, OTHER = digest([("a", 1)]), digest([("a", 2)])


@pytest.mark.parametrize(
    ("recorded", "wanted", "said"),
    [
        ({"seed": 0, "seconds": 3.5}, {"seed": 0}, []),
        ({"seed": 0}, {"seed": 3}, ["seed 0, not 3"]),
        ({}, {"seed": 3}, ["seed not recorded"]),
        ({"config": {"batch_size": 64}}, {"config": {"batch_size": 32}}, ["batch size 64, not 32"]),
        ({"config": {"seed": 0, "augment": True}}, {"config": {"seed": 0}}, ["augment True"]),
        ({"sizes": [1, 2]}, {"sizes": (1, 2)}, []),  # as JSON gives it back
        ({"images": {"train": ONE}}, {"images": {"train": OTHER}}, ["other train images"]),
        ({}, {"images": {"train": OTHER}}, ["train images not recorded"]),
        ({"pictures": ONE}, {"pictures": OTHER}, ["other pictures"]),
        # a method without settings is a method all the same
        ({"settings": {"lime": {}}}, {"settings": {"lime": {}, "cam": {}}}, ["cam not recorded"]),
    ],
)
def test_differences_are_said(recorded, wanted, said):
    assert differences(recorded, wanted) == said


def test_a_sentence_names_a_few_differences_and_counts_the_rest():
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdef")) == "a, b, c, d and 2 more"
