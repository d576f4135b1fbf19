"""Another explainer and another network: measured like the others, and no answer changes before."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fascore.explain import EXPLAINERS
from fascore.findings.claims import answer, answer_claims
from fascore.findings.questions import QUESTIONS
from fascore.findings.results import COLUMNS, read_results
from fascore.findings.summary import by_image, join_samples
from fascore.judging.judge import Judge
from fascore.models.face_model import FaceModel
from fascore.store import Store
from tests import extension
from tests.conftest import tiny_network
from tests.extension import Guess, doorman_network
from tests.findings_results import METHODS, MODELS, gates, rows_of, table

DEMO = Path(__file__).parents[3] / "assets/models/demo"
IDS = [f"i{number}" for number in range(30)]


@pytest.fixture(scope="module")
def shipped():
    """The measures that ship with the demo store."""
    store = Store(DEMO)
    return join_samples(read_results(store).measures, store.samples())


def test_registering_one_of_each_changes_no_published_answer(shipped, monkeypatch):
    before = answer_claims(shipped)
    extension.register(monkeypatch)
    after = answer_claims(shipped)
    for name, claim in before.items():
        assert after[name].answer == claim.answer
        assert after[name].sentence == claim.sentence
        pd.testing.assert_frame_equal(after[name].table(), claim.table())


def test_both_are_measured_like_the_others(image):
    models = [FaceModel("cnn", tiny_network()), FaceModel("cnn_doorman", doorman_network())]
    explainers = [EXPLAINERS["grad_cam"](), Guess()]
    measures, maps = Judge(steps=2, draws=1).measures(
        models, image, explainers, repeats=True, sanity=True
    )
    assert {(each.model, each.method) for each in maps} == {
        (model.name, explainer.name) for model in models for explainer in explainers
    }
    found = {(each.model, each.method, each.metric): each.value for each in measures}
    assert found["cnn_doorman", "guess", "luck"] == 0.5
    assert found["cnn_doorman", "guess", "sanity_rank_all"] == pytest.approx(1)
    assert abs(found["cnn_doorman", "guess", "seed_agreement"]) < 1
    assert np.isfinite(found["cnn_doorman", "", "spatial_off"])
    assert ("cnn", "", "spatial_off") not in found


def measured(models, methods):
    """Weight on features of models and methods, more where there is attention."""
    samples = pd.DataFrame(
        {"label": 1, "pai_species": "replay", "subject": ""}, index=pd.Index(IDS, name="sample_id")
    )
    noise = np.random.default_rng(0).normal(0, 0.05, len(IDS))
    features = rows_of(
        "region_features", IDS, models, methods,
        lambda n, model, _: (1 + 0.5 * (model != "cnn")) * (1 + noise[n]),
    )  # fmt: skip
    own = [model for model in models if model == "cnn_doorman"]
    gate = rows_of("channel_off", IDS, own, [""], lambda *_: 0.1)
    return join_samples(table(features, gates(IDS), gate), samples)


def test_a_claim_asks_them_too_once_they_were_measured():
    """Neither is registered here: it is the measures that count."""
    claim = answer(QUESTIONS["features"], measured(MODELS, METHODS))
    assert len(claim.rows) == 9 and claim.answer == "yes"
    more = answer(QUESTIONS["features"], measured((*MODELS, "cnn_doorman"), (*METHODS, "guess")))
    assert len(more.rows) == 16 and more.answer == "yes"
    assert {row.group for row in more.rows} - {row.group for row in claim.rows} == {"guess"}
    assert "cnn_doorman minus CNN" in {row.what for row in more.rows}


def test_a_network_without_a_gate_is_not_asked_about_attention():
    rows = rows_of("region_features", IDS, ["cnn", "vgg16"], ["lime"], lambda *_: 1.0)
    samples = pd.DataFrame(
        {"label": 1, "pai_species": "live", "subject": ""}, index=pd.Index(IDS, name="sample_id")
    )
    claim = answer(QUESTIONS["features"], join_samples(table(rows), samples))
    assert claim.rows == () and claim.answer == "cannot tell"


def test_what_is_not_registered_comes_last_in_tables():
    rows = rows_of("r2", IDS[:1], ["gone", "cnn_spatial", "cnn"], ["lime"], lambda *_: 1.0)
    joined = pd.DataFrame(rows, columns=COLUMNS)
    assert [model for model, _ in by_image(joined, "r2")] == ["cnn", "cnn_spatial", "gone"]
