"""The paper's claims on measures made so that the answer is known."""

import numpy as np
import pandas as pd
import pytest

from fascore.explain import default_explainers
from fascore.findings.claims import QUESTIONS, answer, answer_claims
from fascore.findings.summary import join_samples
from fascore.models import VARIANTS
from tests.findings_results import METHODS, MODELS, gates, pairs, rows_of, table

IDS = [f"i{number}" for number in range(60)]
NOISE = dict(
    zip(MODELS, np.random.default_rng(0).normal(0, 0.05, (len(MODELS), len(IDS))), strict=True)
)


def joined(*parts, species="replay"):
    samples = pd.DataFrame(
        {"label": 1, "pai_species": species, "subject": ""},
        index=pd.Index(IDS, name="sample_id"),
    )
    return join_samples(table(*parts, gates(IDS)), samples)


def features(shift, ids=IDS):
    """Weight on features: 1 with noise, and so much more where `shift` says so."""
    return joined(
        rows_of(
            "region_features", ids, MODELS, METHODS,
            lambda n, model, method: 1 + NOISE[model][n] + shift(model, method),
        )
    )  # fmt: skip


def test_features_yes():
    claim = answer(QUESTIONS["features"], features(lambda model, _: 0.5 * (model != "cnn")))
    assert claim.answer == "yes"
    assert len(claim.rows) == 9 and {row.reading for row in claim.rows} == {"above"}
    assert claim.sentence.startswith("It holds in every comparison. Grad-CAM: more in 3 of 3.")
    assert claim.rows[0].interval.estimate == pytest.approx(0.5, abs=0.03)


def test_one_variant_that_looks_less_there_makes_it_no():
    claim = answer(
        QUESTIONS["features"],
        features(lambda model, _: {"cnn": 0, "cnn_spatial": -0.5}.get(model, 0.0)),
    )
    assert claim.answer == "no"
    assert "As a general statement it does not hold." in claim.sentence
    assert "LIME: less in 1, undecided in 2 of 3." in claim.sentence


def test_no_difference_cannot_tell():
    claim = answer(QUESTIONS["features"], features(lambda *_: 0.0))
    assert claim.answer == "cannot tell"
    assert claim.sentence.startswith("These images do not decide it.")


def test_methods_that_contradict_each_other_cannot_tell():
    signs = {"grad_cam": -0.5, "lime": 0.5, "shap": 0.5}
    claim = answer(
        QUESTIONS["features"], features(lambda model, method: signs[method] * (model != "cnn"))
    )
    assert claim.answer == "cannot tell"
    assert claim.sentence.startswith("The methods contradict each other. Grad-CAM: less in 3 of 3.")


def test_methods_that_contradict_each_other_on_one_variant_are_no_counterexample():
    """Grad-CAM says less and SHAP more of one variant: neither refutes the claim."""
    signs = {("cnn_channel", "grad_cam"): -0.5, ("cnn_channel", "shap"): 0.5}
    claim = answer(QUESTIONS["features"], features(lambda *key: signs.get(key, 0.0)))
    assert claim.answer == "cannot tell" and "contradict each other" in claim.sentence


def test_counterexample_by_one_method_that_none_gainsays_makes_it_no():
    claim = answer(
        QUESTIONS["features"],
        features(lambda *key: -0.5 if key == ("cnn_channel", "lime") else 0.0),
    )
    assert claim.answer == "no"


def test_too_few_images_are_no_ground():
    claim = answer(
        QUESTIONS["features"], features(lambda model, _: 0.5 * (model != "cnn"), ids=IDS[:9])
    )
    assert claim.answer == "cannot tell" and "fewer than 10 images" in claim.sentence


def lime(gain, r2):
    combined = "cnn_channel_spatial"
    return joined(
        *(
            rows_of(
                metric, IDS, MODELS, ["lime"],
                lambda n, model, _, more=more: NOISE[model][n] + more * (model == combined),
            )
            for metric, more in (("insertion_gain", gain), ("deletion_gain", gain), ("r2", r2))
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gain", "r2", "expected"),
    [(0.3, 0.3, "yes"), (-0.3, 0.0, "no"), (0.3, 0.0, "cannot tell"), (0.3, -0.3, "cannot tell")],
)
def test_lime_of_the_combined_variant(gain, r2, expected):
    claim = answer(QUESTIONS["lime"], lime(gain, r2))
    assert claim.answer == expected
    contradict = "The measures contradict each other." in claim.sentence
    assert contradict == (gain > 0 > r2)


def device(values, species="replay"):
    rows = rows_of(
        "region_evidence", IDS, MODELS, METHODS,
        lambda n, model, method: values[method] + NOISE[model][n],
    )  # fmt: skip
    return joined(rows, species=species)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((2, 2, 2), "yes"),
        ((0.5, 1, 1), "no"),
        ((2, 1, 2), "cannot tell"),
        ((0.5, 2, 2), "cannot tell"),
    ],
)
def test_device(values, expected):
    claim = answer(QUESTIONS["device"], device(dict(zip(METHODS, values, strict=True))))
    assert claim.answer == expected
    assert len(claim.rows) == len(MODELS) * len(METHODS)


def test_device_is_asked_of_replay_images_alone():
    claim = answer(QUESTIONS["device"], device(dict.fromkeys(METHODS, 2), species="print"))
    assert claim.answer == "cannot tell"
    assert all(row.interval is None for row in claim.rows)


@pytest.mark.parametrize(
    ("between", "expected"), [(0.9, "yes"), (0.85, "yes"), (0.5, "no"), (0.8, "cannot tell")]
)
def test_grad_cam_is_held_against_a_networks_agreement_with_itself(between, expected):
    noise = NOISE["cnn"] - NOISE["cnn"].mean()
    claim = answer(
        QUESTIONS["grad_cam"],
        joined(
            rows_of("stability_noise", IDS, MODELS, ["grad_cam"], lambda *_: 0.9),
            rows_of(
                "rank_models", IDS, pairs(MODELS), ["grad_cam"], lambda n, *_: between + noise[n]
            ),
        ),
    )
    assert claim.answer == expected
    assert len(claim.rows) == 6
    assert claim.rows[0].interval.estimate == pytest.approx(between - 0.9)


def test_intervals_hold_for_all_rows_together():
    claim = answer(QUESTIONS["features"], features(lambda *_: 0.0))
    difference = NOISE["cnn_channel"] - NOISE["cnn"]
    width = claim.rows[0].interval.high - claim.rows[0].interval.low
    one_alone = 2 * 1.96 * difference.std() / np.sqrt(len(IDS))
    assert width > 1.3 * one_alone


def test_store_without_any_of_it_cannot_tell():
    claims = answer_claims(joined(rows_of("seconds", IDS, ["cnn"], ["lime"], lambda *_: 1.0)))
    assert {claim.answer for claim in claims.values()} == {"cannot tell"}
    assert all("Nothing to go by" in claim.sentence for claim in claims.values())


def test_table_has_the_numbers_and_the_reading_in_words():
    claim = answer(QUESTIONS["features"], features(lambda model, _: 0.5 * (model != "cnn")))
    data = claim.table()
    assert list(data) == ["group", "what", "mean", "low", "high", "n", "reading"]
    assert set(data["reading"]) == {"more"} and set(data["n"]) == {len(IDS)}
    assert set(data["group"]) == {each.title for each in default_explainers()}
    assert data["what"][0] == f"{VARIANTS['cnn_channel'].title} minus {VARIANTS['cnn'].title}"
