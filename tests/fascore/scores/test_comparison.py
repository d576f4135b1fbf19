"""Two models of a store compared: numbers, slices and the images behind them, by hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from fascore.evaluation_sets import open_set
from fascore.labels import LIVE, SPOOF
from fascore.scores.comparison import ScoredModel, compare_models, rank_models, read_all_scored
from fascore.scores.curves import defined_figures
from fascore.scores.definitions import (
    METRICS,
    OPERATING_METRICS,
    PAD_METRICS,
    PAPER_METRICS,
    SCORE_METRICS,
    metric_columns,
    metric_table,
)
from fascore.scores.evaluation import score_quality
from fascore.scores.slices import Slice, slice_columns, slices, told_highest
from fascore.scores.thresholds import ThresholdChoice
from fascore.scores.verdicts import verdicts
from fascore.stats.intervals import Interval
from fascore.store import PREDICTIONS
from tests.fascore.conftest import add_set

BY_HAND = ThresholdChoice(value=0.5)


@pytest.fixture
def comparison(scored_store):
    models, errors = read_all_scored(scored_store)
    assert not errors
    return compare_models(models, BY_HAND)


@pytest.fixture
def table(comparison):
    return metric_table(comparison.measured, rank_models(comparison.models))


def test_threshold_is_chosen_on_validation_alone(scored_store):
    models, _ = read_all_scored(scored_store)
    chosen = compare_models(models, ThresholdChoice()).thresholds["cnn"]
    assert (chosen.value, chosen.origin) == (0.5, "equal error rate, chosen on validation")


def test_every_metric_of_the_table_by_hand(table):
    row = table.loc["cnn"]  # live .1 .7 .2, print .9 .3, replay .8 .6: l2 and p2 are wrong
    assert row["accuracy"] == pytest.approx(5 / 7) and row["accuracy_n"] == 7
    assert row["recall"] == pytest.approx((2 / 3 + 3 / 4) / 2)
    assert row["precision"] == pytest.approx((2 / 3 + 3 / 4) / 2)
    assert row["apcer"] == 0.5 and row["apcer_n"] == 2  # print
    assert row["bpcer"] == pytest.approx(1 / 3)
    assert row["acer"] == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert row["hter"] == pytest.approx((1 / 4 + 1 / 3) / 2)
    assert row["auc"] == pytest.approx(10 / 12)
    assert row["bpcer_at_apcer_1"] == pytest.approx(1 / 3)  # all caught only below 0.3
    assert row["recall_at_fpr_1"] == 0.5  # none rejected only above 0.7
    assert row["brier"] == pytest.approx(np.mean(np.square([0.1, 0.7, 0.2, 0.1, 0.7, 0.2, 0.4])))


def test_metrics_agree_with_scikit_learn_on_random_scores(comparison):
    rng = np.random.default_rng(0)
    test = comparison.models["cnn"].test
    big = test.loc[rng.choice(test.index, 500)].reset_index(drop=True)
    big["spoof_score"] = np.round(rng.random(500), 2)  # ties, at the threshold too
    big.loc[big["label"] == 1, "pai_species"] = "print"  # scikit-learn knows no worst species
    model = ScoredModel(comparison.models["cnn"].card, big, None, score_quality(big))
    both = compare_models({"cnn": model}, BY_HAND)
    row = metric_table(both.measured, rank_models({"cnn": model})).loc["cnn"]
    truth, score = big["label"], big["spoof_score"]
    verdict = (score >= 0.5).astype(int)
    assert row["accuracy"] == pytest.approx(sk.accuracy_score(truth, verdict))
    assert row["f1"] == pytest.approx(sk.f1_score(truth, verdict, average="macro"))
    assert row["auc"] == pytest.approx(sk.roc_auc_score(truth, score))
    assert row["average_precision"] == pytest.approx(sk.average_precision_score(truth, score))
    assert row["brier"] == pytest.approx(sk.brier_score_loss(truth, score))
    rejected, caught, _ = sk.roc_curve(truth, score, drop_intermediate=False)
    for name, limit in [("recall_at_fpr_1", 0.01), ("recall_at_fpr_05", 0.005)]:
        assert row[name] == pytest.approx(caught[rejected <= limit].max())
    for name, limit in [("bpcer_at_apcer_5", 0.05), ("bpcer_at_apcer_10", 0.1)]:
        assert row[name] == pytest.approx(rejected[1 - caught <= limit + 1e-12].min())
    assert set(METRICS) <= set(row.index)


def test_a_network_is_the_worst_only_where_a_paired_test_tells_it(comparison):
    assert comparison.measured["cnn"].bpcer.estimate > 0  # of three faces one, the other none
    assert comparison.told_worst() == {}
    scores = {"cnn": (0.9, 0.9), "cnn_channel": (0.1, 0.9)}  # of live faces, of attacks
    models = {}
    for name, values in scores.items():
        test = pd.concat([comparison.models[name].test] * 6, ignore_index=True)
        test = test.assign(spoof_score=[values[label] for label in test["label"]], subject="")
        models[name] = ScoredModel(comparison.models[name].card, test, None, score_quality(test))
    many = compare_models(models, BY_HAND)
    assert many.told_worst() == {"accuracy": "cnn", "bpcer": "cnn"}


def test_columns_of_a_metric_are_no_other_metrics(table):
    columns = [name for name in metric_columns(("recall", "bpcer")) if name in table]
    assert columns == ["recall", "bpcer", "bpcer_low", "bpcer_high", "bpcer_n"]


def test_every_metric_stands_in_one_table():
    tables = (*PAPER_METRICS, *PAD_METRICS, *OPERATING_METRICS, *SCORE_METRICS)
    assert sorted(tables) == sorted(METRICS)


@pytest.mark.parametrize(("n", "small"), [(29, True), (30, False)])
def test_slice_of_under_30_images_is_small(n, small):
    assert Slice("print", SPOOF, n, {}).small == small


def test_slices_count_each_class_apart(comparison):
    parts = {(part.label, part.title): part for part in slices(comparison, "illumination")}
    assert parts[SPOOF, "strong"].errors["cnn"].estimate == 0.5  # p2 of p2, r2
    assert parts[SPOOF, "normal"].errors["cnn"].estimate == 0
    assert parts[SPOOF, "normal"].errors["cnn_channel"].estimate == 0.5  # p1 of p1, r1
    assert parts[LIVE, "live"].errors["cnn"].n == 3
    assert all(part.small for part in parts.values())


def test_the_highest_rate_is_told_of_each_class_apart_by_intervals_that_do_not_meet():
    rates = [
        (LIVE, 0.3, 0.2, 0.4),
        (LIVE, 0.1, 0.0, 0.15),
        (SPOOF, 0.9, 0.5, 1),
        (SPOOF, 0.6, 0.4, 0.8),
    ]
    parts = [
        Slice(str(i), label, 50, {"cnn": Interval(rate, low, high, 50)})
        for i, (label, rate, low, high) in enumerate(rates)
    ]
    assert told_highest(parts, "cnn") == [0]
    assert told_highest(parts[:1], "cnn") == []


def test_attributes_are_sliced_where_they_are_known(comparison):
    parts = {(part.label, part.title): part for part in slices(comparison, "Male")}
    assert set(parts) == {(LIVE, "no"), (LIVE, "yes")}
    assert parts[LIVE, "no"].errors["cnn"].estimate == 0.5


def test_what_does_not_vary_is_no_slice(comparison):
    titles = slice_columns(comparison.models["cnn"].test)
    assert set(titles) == {"spoof_type", "pai_species", "illumination", "Male"}


def test_cell_holds_its_images_the_most_wrong_first(comparison):
    judged = verdicts(comparison)
    assert list(judged.of("cnn_channel", label=SPOOF, right=False)) == ["p2", "p1"]
    assert list(judged.of("cnn", label=SPOOF, right=True, species="replay")) == ["r2", "r1"]
    assert list(judged.of("cnn", label=LIVE, right=False)) == ["l2"]


def test_disagreements_and_who_is_right(comparison):
    judged = verdicts(comparison)
    assert set(judged.disagreements(["cnn", "cnn_channel"])) == {"l2", "p1"}
    patterns = judged.patterns(["cnn", "cnn_channel"])
    rows = {(row["cnn"], row["cnn_channel"]): row for _, row in patterns.iterrows()}
    assert (rows[True, False]["live"], rows[True, False]["spoof"]) == (0, 1)  # p1
    assert (rows[False, True]["live"], rows[False, True]["spoof"]) == (1, 0)  # l2


def test_model_that_was_not_scored_on_every_image_is_left_out_with_the_count(scored_store):
    path = scored_store.path / "cnn" / PREDICTIONS
    path.write_text("\n".join(line for line in path.read_text().split("\n") if "l2" not in line))
    models, errors = read_all_scored(scored_store)
    assert list(models) == ["cnn_channel"]
    assert "6 of the 7 test images" in errors["cnn"]


@pytest.fixture
def on_set(scored_store):
    """Opens some of the store's own test images as another test set, and compares on it."""

    def compare(query, choice=BY_HAND):
        test = scored_store.samples().query("split == 'test'").query(query)
        add_set(scored_store, "other", test, description="other faces")
        tested = open_set(scored_store, "other")
        models, errors = read_all_scored(scored_store, tested)
        assert not errors
        return compare_models(models, choice, tested)

    return compare


def test_another_set_has_its_own_numbers_and_the_stores_thresholds(on_set, comparison):
    there = on_set("subject == 'c'", ThresholdChoice())
    assert (there.set_title, there.is_own, there.num_images) == ("other faces", False, 3)
    assert there.thresholds["cnn"].origin == "equal error rate, chosen on validation"
    assert there.measured["cnn"].accuracy.estimate == pytest.approx(2 / 3)  # p2 alone is accepted
    assert comparison.is_own and comparison.num_images == 7


@pytest.mark.parametrize(
    ("label", "defined"), [(LIVE, {"accuracy", "bpcer"}), (SPOOF, {"accuracy", "apcer"})]
)
def test_one_class_defines_the_rates_of_its_images_and_nothing_else(on_set, label, defined):
    there = on_set(f"label == {label}")
    row = metric_table(there.measured, rank_models(there.models)).loc["cnn"]
    assert {name for name in METRICS if not np.isnan(row[name])} == defined
    # live: l2 of three is rejected; attacks: p2 of four is accepted, one of two prints
    assert row["accuracy"] == pytest.approx(2 / 3 if label == LIVE else 3 / 4)
    assert row["bpcer" if label == LIVE else "apcer"] == pytest.approx(
        1 / 3 if label == LIVE else 1 / 2
    )
    assert there.measured["cnn"].rates.confusion[1 - label].tolist() == [0, 0]
    assert list(defined_figures(there.measured)) == ([] if label == LIVE else ["species"])
    assert "exist, all else is undefined" in there.one_class_note
    assert {part.label for part in slices(there, "pai_species")} == {label}
