from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from skimage import data

from fascore.charts import INK, TURNED
from fascore.firmness.changes import Change, changed_input
from fascore.firmness.strip import places, strip_svg
from fascore.firmness.trials import Firmness, Trial, families, trial_inputs, trials
from fascore.firmness.words import firmness_words, least_firm_words
from fascore.images import Box, face_input

TRIALS = [
    Trial("Crop", "wide", 1.0, Change(scale=1.2)),
    Trial("Crop", "less wide", 0.5, Change(scale=1.1)),
    Trial("JPEG", "JPEG quality 10", 0.75, Change(jpeg=10)),
]


def firm(*scores: float, given: float = 0.9) -> Firmness:
    return Firmness(TRIALS, given, np.array(scores), 0.5)


@pytest.mark.parametrize("expansion", [1.5, 1.3])
def test_trials_leave_out_what_changes_nothing(expansion):
    tried = trials(expansion)
    count = sum(len(family.values) for family in families(expansion))
    assert len(tried) == count - (expansion == 1.5)
    assert all(trial.change != Change() for trial in tried)
    assert all(0 < trial.size <= 1 for trial in tried)


def test_networks_input_comes_first_as_given():
    picture = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    box = Box(10, 10, 30, 30)
    seen = trial_inputs(picture, box, TRIALS, size=16, expansion=1.5)
    assert seen.shape == (4, 16, 16, 3)
    assert (seen[0] == face_input(picture, box, size=16, expansion=1.5)).all()
    assert (seen[1] == face_input(picture, box, size=16, expansion=1.8)).all()


def changed_alone(picture: np.ndarray, box: Box, tried: list[Trial], size: int) -> np.ndarray:
    return np.stack(
        [changed_input(picture, box, trial.change, size=size, expansion=1.5) for trial in tried]
    )


def test_trials_see_what_each_change_alone_makes():
    picture, box, tried = data.astronaut(), Box(170, 60, 280, 210), trials(1.5)
    seen = trial_inputs(picture, box, tried, size=64, expansion=1.5)
    np.testing.assert_array_equal(seen[1:], changed_alone(picture, box, tried, 64))


def test_trials_of_a_large_picture_are_near_those_at_its_own_size():
    picture = cv2.resize(data.astronaut(), (2048, 2048), interpolation=cv2.INTER_CUBIC)
    box, tried = Box(680, 240, 1120, 840), trials(1.5)
    seen = trial_inputs(picture, box, tried, size=64, expansion=1.5)
    np.testing.assert_array_equal(seen[0], face_input(picture, box, size=64, expansion=1.5))
    off = np.abs(seen[1:].astype(int) - changed_alone(picture, box, tried, 64))
    assert off.mean(axis=(1, 2, 3)).max() < 2  # grey levels; the least noise that is tried has 4


def test_trials_of_a_small_picture_with_a_far_larger_box_are_made_at_its_own_size():
    picture = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    box, tried = Box(-400, -400, 900, 800), trials(1.5)
    seen = trial_inputs(picture, box, tried, size=16, expansion=1.5)
    np.testing.assert_array_equal(seen[1:], changed_alone(picture, box, tried, 16))


def test_verdict_turns_where_the_score_crosses_the_threshold():
    assert firm(0.8, 0.5, 0.4).turned.tolist() == [False, False, True]
    assert firm(0.8, 0.5, 0.4, given=0.1).turned.tolist() == [True, True, False]


def test_first_change_is_the_smallest_that_turns():
    assert firm(0.1, 0.9, 0.1).first.words == "JPEG quality 10"
    assert firm(0.1, 0.1, 0.1).first.words == "less wide"
    assert firm(0.9, 0.9, 0.9).first is None


def test_firmness_in_words():
    assert firmness_words(firm(0.9, 0.9, 0.9)) == "None of 3 changes turns its verdict."
    assert (
        firmness_words(firm(0.9, 0.1, 0.9))
        == "1 of 3 changes turns its verdict, the smallest: less wide."
    )


@pytest.mark.parametrize(
    ("of", "told"),
    [
        ({"a": firm(0.9, 0.9, 0.9), "b": firm(0.8, 0.8, 0.8)}, "None of 3 small changes"),
        ({"a": firm(0.9, 0.9, 0.9), "b": firm(0.1, 0.8, 0.8)}, "The least firm is b: 1 of 3"),
        (
            {"a": firm(0.1, 0.9, 0.9), "b": firm(0.1, 0.8, 0.8)},
            "All verdicts are equally firm: 1 of 3",
        ),
        (
            {"a": firm(0.1, 0.9, 0.9), "b": firm(0.1, 0.8, 0.8), "c": firm(0.9, 0.8, 0.8)},
            "a and b are the least firm: 1 of 3 changes turn each verdict.",
        ),
        (
            dict.fromkeys("abc", firm(0.1, 0.9, 0.9)) | {"d": firm(0.9, 0.8, 0.8)},
            "a, b and c are the least firm",
        ),
    ],
)
def test_least_firm_network_is_named(of, told):
    assert least_firm_words(of).startswith(told)


def test_strip_has_a_gap_between_families_and_marks_what_turns():
    assert places(TRIALS).tolist() == [0, 1, 3]
    svg = ElementTree.fromstring(
        strip_svg({"cnn": firm(0.8, 0.7, 0.2), "cnn_channel": firm(0.9, 0.9, 0.9)})
    )
    rows = svg.findall("{*}g")
    assert [row.get("data-network") for row in rows] == ["cnn", "cnn_channel"]
    marks = [row.findall("{*}svg") for row in rows]
    assert [[mark.get("fill") == TURNED for mark in of] for of in marks] == [
        [False, False, True],
        [False, False, False],
    ]
    assert marks[0][2].findtext("{*}title") == "JPEG quality 10: LIVE, P(spoof) 0.200 < 0.500"
    assert [mark.get("data-trial") for mark in marks[0]] == ["0", "1", "2"]
    # the threshold and the score as given, dashed and dotted
    assert all(len(row.findall("{*}line[@stroke-dasharray]")) == 2 for row in rows)
    assert [name.text for name in svg.findall("{*}text")] == ["Crop", "JPEG"]


def test_strip_in_colours_for_dark_ground_has_none_of_those_for_light():
    light, dark = (strip_svg({"cnn": firm(0.8, 0.7, 0.2)}, dark=dark) for dark in (False, True))
    assert f'fill="{INK}"' in light and f'fill="{INK}"' not in dark


def test_strip_holds_names_as_words_not_as_markup():
    assert "<b>" not in strip_svg({"<b>": firm(0.8, 0.7, 0.2)})
