"""Means, intervals and tests over runs, on tables worked by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from fascore.stats.training_noise import recipe_note, training_noise
from fascore.store import CARD, study_runs
from tests.fascore.conftest import add_study, rewrite_card


def runs(**columns):
    return pd.DataFrame(columns)


def test_numbers_by_hand():
    noise = training_noise(runs(cnn=[0.90, 0.92, 0.94], both=[0.91, 0.95, 0.93]))
    assert noise.means["cnn"].estimate == pytest.approx(0.92)
    # sd 0.02 over 3 runs: 4.303 * 0.02 / sqrt(3)
    assert noise.means["cnn"].high == pytest.approx(0.92 + 0.04968, abs=1e-4)
    (difference,) = noise.differences
    assert difference.interval.estimate == pytest.approx(0.01)
    assert difference.p == pytest.approx(stats.ttest_rel([0.91, 0.95, 0.93], [0.9, 0.92, 0.94])[1])
    # gaps 1, 3, -1: with each sign either way their sum is 3 or more in 6 of 8 cases
    assert noise.test.p == 0.75
    assert noise.noise == pytest.approx(0.02)
    assert noise.spread == pytest.approx(0.01 / np.sqrt(2))


def test_runs_that_tell_nothing_apart_are_no_proof_of_likeness():
    accuracy = [[0.90, 0.93, 0.92], [0.94, 0.91, 0.93], [0.92, 0.94, 0.90], [0.91, 0.90, 0.94]]
    noise = training_noise(pd.DataFrame(accuracy, columns=["cnn", "channel", "both"]))
    assert noise.test.p > 0.05
    assert "no difference between the variants is shown" in noise.sentence()
    assert "no more than" not in noise.sentence() and "four times in five" in noise.sentence()


def test_variants_far_apart_are_told_apart_and_named():
    rng = np.random.default_rng(0)
    cnn = 0.9 + rng.normal(0, 0.002, 6)
    both, channel = cnn + 0.06 + rng.normal(0, 1e-5, 6), cnn + rng.normal(0, 0.001, 6)
    noise = training_noise(runs(cnn=cnn, both=both, channel=channel))
    assert noise.test.p < 0.001
    assert (
        "the variants differ" in noise.sentence() and "both above cnn by 6.00%" in noise.sentence()
    )


def test_so_few_runs_say_that_they_cannot_tell():
    noise = training_noise(runs(cnn=[0.90, 0.91, 0.90], both=[0.96, 0.965, 0.96]))
    assert noise.test.p == noise.test.least_p == 0.25
    assert "so few runs cannot tell" in noise.sentence()


def test_interval_of_a_mean_accuracy_stays_within_its_range():
    """Student's for two seeds that far apart would end at 2.17."""
    noise = training_noise(pd.DataFrame({"a": [0.8, 1.0], "b": [0.8, 0.9]}))
    assert (noise.means["a"].low, noise.means["a"].high) == (0.0, 1.0)
    assert noise.means["a"].estimate == pytest.approx(0.9)


def test_interval_and_p_of_a_pair_are_corrected_alike():
    rng = np.random.default_rng(1)
    for scale in np.linspace(0.001, 0.02, 20):
        noise = training_noise(runs(a=rng.normal(0.9, 0.01, 5), b=rng.normal(0.9 + scale, 0.01, 5),
                                    c=rng.normal(0.9, 0.01, 5)))  # fmt: skip
        for pair in noise.differences:
            assert (pair.p < 0.05) == (pair.interval.low > 0 or pair.interval.high < 0)


@pytest.mark.parametrize(("gap", "p"), [(0.0, 1.0), (0.01, 0.0)])
def test_pairs_without_any_noise_need_no_test(gap, p):
    noise = training_noise(runs(cnn=[0.9, 0.9], both=[0.9 + gap, 0.9 + gap]))
    assert noise.differences[0].p == p


def test_a_study_whose_seeds_share_their_luck_is_weak_evidence():
    """Within seeds variants differ, across them not: of 1,440 images, right in five real runs."""
    right = {
        "cnn": [1200, 1307, 1284, 1285, 1293],
        "cnn_channel": [1263, 1311, 1319, 1296, 1325],
        "cnn_spatial": [1270, 1310, 1309, 1272, 1295],
        "cnn_channel_spatial": [1263, 1320, 1338, 1288, 1330],
    }
    noise = training_noise(pd.DataFrame(right) / 1440)
    test, across = noise.test, stats.f_oneway(*noise.accuracy.to_numpy().T).pvalue
    assert across == pytest.approx(0.34, abs=0.005)
    assert (test.p, test.f_p, test.friedman_p, test.corrected_f_p) == pytest.approx(
        (0.0157, 0.0205, 0.0222, 0.0607), abs=0.0001
    )
    assert "weak evidence" in noise.sentence() and "no more than" not in noise.sentence()


def test_seed_that_lacks_a_variant_is_left_out():
    noise = training_noise(runs(cnn=[0.90, 0.92, 0.94], both=[0.91, 0.95, np.nan]))
    assert list(noise.accuracy.index) == [0, 1]


def test_one_complete_seed_is_refused():
    with pytest.raises(ValueError, match="1 complete seeds"):
        training_noise(runs(cnn=[0.90, 0.92], both=[0.91, np.nan]))


def test_runs_of_the_stores_own_recipe_need_no_note(scored_store):
    add_study(scored_store.path, seeds=2)
    assert recipe_note(study_runs(scored_store.path), scored_store) == ""


def test_runs_of_another_recipe_say_in_what(scored_store):
    store_config = {"epochs": 24, "learning_rate": 0.0015, "name": "demo", "monitor": None}
    for name in scored_store.names:
        rewrite_card(scored_store.path / name / CARD, training={"config": store_config})
    add_study(scored_store.path, seeds=2)
    config = {"epochs": 3, "name": "short", "augment": True, "monitor": "val_auc"}
    for path in scored_store.path.glob(f"study/*/*/{CARD}"):
        rewrite_card(path, training={"config": config})
    note = recipe_note(study_runs(scored_store.path), scored_store)
    assert "store's networks: epochs 3, not 24; monitor val_auc, not none. They" in note


def test_runs_that_go_on_each_from_its_own_networks_need_no_note(scored_store):
    add_study(scored_store.path, seeds=2)
    for path in scored_store.path.rglob(CARD):
        seed = path.parent.parent.name
        rewrite_card(path, training={"initial_weights": f"runs/first-{seed}"})
    assert recipe_note(study_runs(scored_store.path), scored_store) == ""
    for name in scored_store.names:
        rewrite_card(scored_store.path / name / CARD, training={"initial_weights": "random"})
    note = recipe_note(study_runs(scored_store.path), scored_store)
    assert "initial weights a trained network's, not random." in note


def test_cards_without_a_recipe_still_have_their_epochs(scored_store):
    add_study(scored_store.path, seeds=2)
    for path in scored_store.path.glob(f"study/seed-1/*/{CARD}"):
        rewrite_card(path, training={"epochs": 5})
    note = recipe_note(study_runs(scored_store.path), scored_store)
    assert "epochs 3 or 5, not 3." in note


def test_store_without_the_runs_models_has_nothing_to_differ_from(scored_store):
    add_study(scored_store.path, seeds=2)
    runs = study_runs(scored_store.path)
    scored_store.names = ()
    assert recipe_note(runs, scored_store) == ""
