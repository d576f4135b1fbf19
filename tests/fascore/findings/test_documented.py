"""docs/explainers.md says what the shipped measures say."""

from pathlib import Path

import pytest

from benchmarks.judged import table_rows
from fascore.findings.claims import answer_claims
from fascore.findings.results import read_results
from fascore.findings.summary import join_samples
from fascore.store import Store

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs/explainers.md").read_text()


@pytest.fixture(scope="module")
def store():
    return Store(ROOT / "assets/models/demo")


def test_the_table_of_measures_is_that_of_the_store(store):
    rows = table_rows(store)
    assert len(rows) == 7
    for row in rows:
        assert f"\n{row}\n" in TEXT


def test_the_answers_to_the_papers_claims_are_those_of_the_store(store):
    claims = answer_claims(join_samples(read_results(store).measures, store.samples()))
    for claim in claims.values():
        assert f"\n| {claim.question.claim.rstrip('.')} | {claim.answer}: " in TEXT
