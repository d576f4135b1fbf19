"""Means, intervals and tests of measures, against hand-worked numbers and slower ways."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm
from scipy.stats import t as student

from fascore.findings.differences import paired_differences
from fascore.findings.measures import (
    MEASURE_GROUPS,
    MEASURES,
    REGION_MEASURES,
    SANITY_MEASURES,
    definition_of,
    in_groups,
)
from fascore.findings.summary import (
    agreement_matrix,
    by_image,
    image_values,
    join_samples,
    select,
    summarise,
)
from fascore.stats.rates import clustered_rate, owners
from fascore.stats.resampling import mean_intervals, sign_flip_p
from tests.findings_results import rows_of, table

PAIR = ("cnn", "cnn_channel")
IDS = ["a1", "a2", "b1", "b2"]
SAMPLES = pd.DataFrame(
    {
        "label": [0, 1, 0, 1],
        "pai_species": ["live", "print", "live", "replay"],
        "subject": ["a", "a", "b", "b"],
    },
    index=pd.Index(IDS, name="sample_id"),
)
RIGHT = {"cnn": [1, 1, 0, 0], "cnn_channel": [1, 0, 1, 0]}


@pytest.fixture
def joined():
    gains = {"cnn": [0.1, 0.2, np.nan, 0.3], "cnn_channel": [0.2, 0.4, 0.6, 0.8]}
    measures = table(
        rows_of("right", IDS, PAIR, [""], lambda n, model, _: RIGHT[model][n]),
        rows_of("insertion_gain", IDS, PAIR, ["lime"], lambda n, model, _: gains[model][n]),
        rows_of("rank_models", IDS, ["cnn/cnn_channel"], ["lime"], lambda n, *_: n / 10),
        rows_of("rank_methods", IDS, ["cnn"], ["grad_cam/lime"], lambda *_: 0.5),
        rows_of("region_eyes", IDS[:2], PAIR, ["shap"], lambda *_: 0.0),
    )
    return join_samples(measures, SAMPLES)


def test_every_metric_has_its_place():
    grouped = [name for group in MEASURE_GROUPS.values() for name in group]
    sanity = [name for kind in SANITY_MEASURES.values() for name in kind.values()]
    agreement = [name for name, about in MEASURES.items() if about.of in ("methods", "models")]
    assert sorted([*grouped, *REGION_MEASURES, *sanity, *agreement]) == sorted(MEASURES)


def test_a_methods_own_measure_is_listed_after_the_others_by_its_name():
    assert in_groups(["stealth", "r2", "insertion_gain", "region_eyes"]) == [
        "insertion_gain",
        "r2",
        "stealth",
    ]
    assert definition_of("stealth").title == "stealth"


def test_empty_maps_are_counted_by_what_the_network_judged():
    """One network of six faces, of which it judges four live: two of them have an empty map."""
    ids = ["l1", "l2", "l3", "s1", "s2", "s3"]
    right, empty = [1, 1, 1, 0, 1, 1], [1, 0, 0, 1, 0, 0]
    samples = pd.DataFrame(
        {"label": [0, 0, 0, 1, 1, 1], "pai_species": "x", "subject": ""},
        index=pd.Index(ids, name="sample_id"),
    )
    measures = table(
        rows_of("right", ids, ["cnn"], [""], lambda n, *_: right[n]),
        rows_of("all_zero", ids, ["cnn"], ["grad_cam"], lambda n, *_: empty[n]),
    )
    joined = join_samples(measures, samples)
    shares = {
        verdict: summarise(joined, f"all_zero_{verdict}").cells["cnn", "grad_cam"].interval
        for verdict in ("live", "spoof")
    }
    assert {v: (each.estimate, each.n) for v, each in shares.items()} == {
        "live": (0.5, 4),
        "spoof": (0.0, 2),
    }


def test_measures_know_their_image_and_whether_the_model_was_right(joined):
    gains = joined[joined["metric"] == "insertion_gain"]
    assert (
        gains["pai_species"].tolist()
        == ["live"] * 2 + ["print"] * 2 + ["live"] * 2 + ["replay"] * 2
    )
    assert gains.loc[gains["model"] == "cnn", "right"].tolist() == RIGHT["cnn"]


def test_pair_is_right_where_both_are_and_wrong_where_both_are(joined):
    pair = joined[joined["metric"] == "rank_models"].set_index("sample_id")["right"]
    assert pair["a1"] == 1 and pair["b2"] == 0
    assert np.isnan(pair["a2"]) and np.isnan(pair["b1"])


def test_selection_is_by_species_and_by_the_models_own_verdict(joined):
    assert set(select(joined, species="replay")["sample_id"]) == {"b2"}
    wrong = select(joined, verdict="wrong")
    assert by_image(wrong, "insertion_gain").columns.tolist() == [
        ("cnn", "lime"),
        ("cnn_channel", "lime"),
    ]
    rows = wrong[(wrong["metric"] == "insertion_gain") & (wrong["model"] == "cnn")]
    assert set(rows["sample_id"]) == {"b1", "b2"}
    assert set(wrong.loc[wrong["metric"] == "rank_models", "sample_id"]) == {"b2"}


def test_undefined_values_are_counted_apart_and_never_as_zero(joined):
    summary = summarise(joined, "insertion_gain")
    cell = summary.cells["cnn", "lime"]
    assert cell.interval.estimate == pytest.approx(0.2) and cell.interval.n == 3
    assert (cell.undefined, summary.undefined) == (1, 1)
    assert summary.unit == "subjects"
    assert summary.table().set_index("model")["undefined"].to_dict() == {"cnn": 1, "cnn_channel": 0}


def test_measure_of_some_images_only_is_of_those(joined):
    cell = summarise(joined, "region_eyes").cells["cnn", "shap"]
    assert cell.interval.n == 2 and cell.undefined == 0


def test_metric_without_a_value_has_no_interval(joined):
    nothing = joined[(joined["sample_id"] == "b1") & (joined["model"] == "cnn")]
    assert summarise(nothing, "insertion_gain").cells["cnn", "lime"].interval is None
    assert summarise(joined, "seconds").cells == {}
    assert paired_differences(nothing, "insertion_gain") == []


def test_interval_is_that_of_the_slow_obvious_way():
    rng = np.random.default_rng(1)
    values, owner = rng.normal(size=30), rng.integers(0, 8, 30)
    values[::7] = np.nan
    (interval,) = mean_intervals(values[:, None], owner, draws=200, seed=3)
    picks = np.random.default_rng(3).integers(0, owner.max() + 1, (200, owner.max() + 1))
    means = [
        np.nanmean(np.concatenate([values[owner == unit] for unit in drawn])) for drawn in picks
    ]
    assert interval.estimate == pytest.approx(np.nanmean(values))
    units = len(set(owner[~np.isnan(values)]))
    tail = norm.cdf(student.ppf(0.025, units - 1) * np.sqrt(units / (units - 1)))
    assert tail < 0.025  # few people: further out than the percentiles of the draws
    assert (interval.low, interval.high) == pytest.approx(
        tuple(np.quantile(means, [tail, 1 - tail]))
    )


def test_column_of_zeros_and_ones_is_a_rate():
    rng = np.random.default_rng(0)
    hits, owner = rng.random(60) < 0.2, np.repeat(np.arange(10), 6)
    assert mean_intervals(hits[:, None].astype(float), owner) == [clustered_rate(hits, owner)]


def test_images_of_one_subject_widen_the_interval():
    values = np.repeat(np.random.default_rng(0).normal(size=20), 10)[:, None]
    (by_subject,) = mean_intervals(values, np.repeat(np.arange(20), 10))
    (by_image_alone,) = mean_intervals(values, np.arange(200))
    width = by_subject.high - by_subject.low
    assert width > 2.5 * (by_image_alone.high - by_image_alone.low)


def test_subjects_are_drawn_only_where_all_are_known():
    assert owners(["a", "b", "a"])[1] == "subjects"
    owner, unit = owners(["a", "", "a"])
    assert unit == "images" and owner.tolist() == [0, 1, 2]


def test_one_subject_alone_has_no_ends():
    (interval,) = mean_intervals(np.array([[0.1], [0.3]]), np.array([0, 0]))
    assert interval.estimate == pytest.approx(0.2) and np.isnan([interval.low, interval.high]).all()


def test_rate_without_exception_is_not_taken_for_certain():
    (interval,) = mean_intervals(np.zeros((10, 1)), np.arange(10))
    assert interval.low == 0 and interval.high == pytest.approx(1 - 0.05**0.1)


def test_sign_flips_by_hand():
    """All of n differences alike: only the two outcomes of one sign are as far from zero."""
    p = sign_flip_p(np.full((6, 1), 0.3), np.arange(6))
    assert p[0] == pytest.approx(2 * 0.5**6, abs=0.006)
    clustered = sign_flip_p(np.full((6, 1), 0.3), np.array([0, 0, 0, 1, 1, 1]))
    assert clustered[0] == pytest.approx(0.5, abs=0.02)


def test_sign_flips_of_ones_are_the_sign_test():
    differences = np.array([1.0] * 12 + [-1.0] * 3)[:, None]
    assert sign_flip_p(differences, np.arange(15))[0] == pytest.approx(
        2 * binom.cdf(3, 15, 0.5), abs=0.006
    )


def test_difference_is_paired_on_images_where_both_are_defined(joined):
    (test,) = paired_differences(joined, "insertion_gain")
    assert (test.first, test.second, test.method) == ("cnn_channel", "cnn", "lime")
    assert test.interval.n == 3 and test.interval.estimate == pytest.approx((0.1 + 0.2 + 0.5) / 3)
    assert test.sentence() == "Cannot be told apart on these 3 images."


def test_clear_difference_is_said_with_its_direction():
    ids = [str(i) for i in range(20)]
    samples = pd.DataFrame(
        {"label": 0, "pai_species": "live", "subject": ""}, index=pd.Index(ids, name="sample_id")
    )
    values = rows_of("residual_share", ids, PAIR, ["shap"], lambda n, m, _: n + 0.5 * (m == "cnn"))
    (test,) = paired_differences(join_samples(table(values), samples), "residual_share")
    assert (test.first, test.second) == ("cnn_channel", "cnn")
    assert test.told_apart and test.interval.estimate == pytest.approx(-0.5)
    assert test.sentence(str.upper) == "Higher for CNN (worse)."


def test_agreement_is_symmetric_with_ones(joined):
    models = agreement_matrix(summarise(joined, "rank_models"), "lime")
    assert models.to_numpy() == pytest.approx(np.array([[1, 0.15], [0.15, 1]]))
    methods = agreement_matrix(summarise(joined, "rank_methods"), "cnn")
    assert list(methods.index) == ["grad_cam", "lime"] and methods.loc["lime", "grad_cam"] == 0.5


def test_image_values_keep_what_is_undefined(joined):
    values = image_values(joined, "insertion_gain", "lime")
    assert len(values) == 8 and values["value"].isna().sum() == 1
