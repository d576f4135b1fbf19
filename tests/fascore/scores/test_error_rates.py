"""ISO/IEC 30107-3's rates by hand, against scikit-learn, and what must hold for any scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sklearn.metrics import average_precision_score, brier_score_loss, roc_curve

from fascore.scores.classification import auc, average_precision, brier, calibration, classify
from fascore.scores.error_rates import (
    apcer_by_species,
    bpcer,
    error_curve,
    pad_errors,
)

LIVE = np.array([0.1, 0.2, 0.5, 0.6])
SPOOF = np.array([0.4, 0.9, 0.5, 0.3, 0.8])
SPECIES = {"print": SPOOF[:2], "replay": SPOOF[2:3], "3d_mask": SPOOF[3:]}
TYPES = {"photo": SPOOF[:1], "A4": SPOOF[1:2], "phone": SPOOF[2:3], "3D mask": SPOOF[3:]}

values = some.lists(some.integers(0, 20), min_size=1, max_size=30).map(
    lambda numbers: np.array(numbers) / 20
)


def test_pad_errors_by_hand():
    errors = pad_errors(LIVE, by_species=SPECIES, by_type=TYPES, threshold=0.5)
    assert errors.by_species == {"3d_mask": 0.5, "print": 0.5, "replay": 0.0}
    assert errors.by_type == {"3D mask": 0.5, "A4": 0.0, "phone": 0.0, "photo": 1.0}
    assert (errors.apcer, errors.bpcer, errors.pooled_apcer) == (0.5, 0.5, 2 / 5)


def test_worst_species_is_the_headline_however_few_its_images():
    species = {"print": np.full(99, 0.9), "3d_mask": np.array([0.1])}
    errors = pad_errors(LIVE, by_species=species, by_type=species, threshold=0.5)
    assert (errors.apcer, errors.worst) == (1.0, "3d_mask")
    assert errors.pooled_apcer == pytest.approx(0.01)


def test_species_without_images_is_undefined():
    with pytest.raises(ValueError, match=r"Received none for: \['paper_cut'\]"):
        apcer_by_species({"print": SPOOF, "paper_cut": np.array([])}, 0.5)
    with pytest.raises(ValueError, match="Received: none"):
        bpcer(np.array([]), 0.5)


@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.1])
def test_scores_that_are_none_are_refused(bad):
    for attempt in (
        lambda: apcer_by_species({"print": np.array([0.5, bad])}, 0.5),
        lambda: bpcer(np.array([bad]), 0.5),
        lambda: error_curve(np.array([0.1, bad]), SPOOF),
        lambda: calibration(LIVE, np.array([bad])),
    ):
        with pytest.raises(ValueError, match=r"P\(spoof\) in \[0, 1\]"):
            attempt()


@given(values, values)
def test_swapping_classes_and_scores_mirrors_the_rates(live, spoof):
    """Scores are multiples of 1/20, thresholds lie between them: no score is at the threshold."""
    for threshold in (0.225, 0.525, 0.975):
        accepted = apcer_by_species({"all": spoof}, threshold)["all"]
        assert accepted == pytest.approx(bpcer(1 - spoof, 1 - threshold))


@given(values, values)
def test_curve_is_the_rates_at_its_thresholds_and_monotone(live, spoof):
    curve = error_curve(live, spoof)
    for threshold, accepted, rejected in zip(
        curve.thresholds, curve.apcer, curve.bpcer, strict=True
    ):
        assert accepted == pytest.approx((spoof < threshold).mean())
        assert rejected == pytest.approx((live >= threshold).mean())
    assert (np.diff(curve.apcer) >= 0).all() and (np.diff(curve.bpcer) <= 0).all()
    assert curve.apcer[0] == 0 and curve.bpcer[-1] == 0
    assert 0 <= curve.eer <= 1


@given(values, values)
def test_operating_points_are_scikit_learns(live, spoof):
    labels = np.repeat([0, 1], [len(live), len(spoof)])
    scores = np.concatenate([live, spoof])
    rejected, caught, _ = roc_curve(labels, scores, drop_intermediate=False)
    curve = error_curve(live, spoof)
    for limit in (0.001, 0.01, 0.05, 0.1, 0.5):
        assert curve.recall_at_fpr(limit) == pytest.approx(caught[rejected <= limit].max())
        assert curve.bpcer_at_apcer(limit) == pytest.approx(
            rejected[1 - caught <= limit + 1e-12].min()
        )


@pytest.mark.parametrize("n", [100, 200, 1000, 2000])
@pytest.mark.parametrize("limit", [0.01, 0.005])
def test_a_rate_just_at_its_limit_keeps_it(n, limit):
    """1 % of 1,000 may err: 10, though 1 - 0.99 is above 0.01 in floating point."""
    few = int(n * limit)
    low, high = np.zeros(n - few), np.full(few, 0.9)
    assert error_curve(np.concatenate([low, high]), np.array([0.5])).recall_at_fpr(limit) == 1
    mirrored = error_curve(np.array([0.5]), 1 - np.concatenate([low, high]))
    assert mirrored.bpcer_at_apcer(limit) == 0


@given(values, values)
def test_perfect_scores_have_no_errors(live, spoof):
    live, spoof = 0.4 * live, 0.6 + 0.4 * spoof
    curve = error_curve(live, spoof)
    errors = pad_errors(live, by_species={"a": spoof}, by_type={"a": spoof}, threshold=0.5)
    assert curve.eer == curve.bpcer_at_apcer(0.0) == 0
    assert errors.apcer == errors.bpcer == errors.pooled_apcer == 0
    assert curve.recall_at_fpr(0.0) == 1
    assert classify(live, spoof, threshold=0.5).accuracy == 1
    assert auc(live, spoof) == pytest.approx(1) == average_precision(live, spoof)


@given(values, values, values)
def test_rising_threshold_accepts_more_attacks_and_rejects_fewer_bona_fide(live, one, other):
    species = {"one": one, "other": other}
    errors = [
        pad_errors(live, by_species=species, by_type=species, threshold=threshold)
        for threshold in np.linspace(0, 1, 21)
    ]
    assert (np.diff([each.apcer for each in errors]) >= 0).all()
    assert (np.diff([each.bpcer for each in errors]) <= 0).all()
    for each in errors:
        assert each.apcer == each.by_species[each.worst] == max(each.by_species.values())


def test_equal_scores_tell_nothing():
    curve = error_curve(np.full(5, 0.5), np.full(7, 0.5))
    assert curve.eer == 0.5 and curve.recall_at_fpr(0.01) == 0 and curve.bpcer_at_apcer(0.1) == 1


def test_probability_metrics_are_scikit_learns():
    rng = np.random.default_rng(0)
    live, spoof = rng.random(50), rng.random(70)
    labels, scores = np.repeat([0, 1], [50, 70]), np.concatenate([live, spoof])
    assert brier(live, spoof) == pytest.approx(brier_score_loss(labels, scores))
    expected = average_precision_score(labels, scores)
    assert average_precision(live, spoof) == pytest.approx(expected)


def test_calibration_by_hand():
    result = calibration(np.array([0.05, 0.15]), np.array([0.05, 0.95, 1.0]))
    np.testing.assert_allclose(result.score, [0.05, 0.15, 0.975])
    np.testing.assert_allclose(result.share, [0.5, 0.0, 1.0])
    assert result.count.tolist() == [2, 1, 2]
    assert result.error == pytest.approx((0.45 * 2 + 0.15 + 0.025 * 2) / 5)
