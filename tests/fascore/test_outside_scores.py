"""Another detector's scores beside a store's networks."""

import json
import shutil

import numpy as np
import pytest

from fascore.errors import FascoreError
from fascore.evaluation_sets import open_set
from fascore.outside_scores import import_scores
from fascore.scores.across_sets import across_sets
from fascore.shipped import DEMO_STORE
from fascore.store import PREDICTIONS, SAMPLES, Store
from trainer.check import DAMAGED, STALE
from trainer.check_sets import imports
from trainer.cli import main

MODEL = "cnn"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A store of one network: card, scores and samples."""
    folder = tmp_path_factory.mktemp("outside") / "store"
    (folder / MODEL).mkdir(parents=True)
    shutil.copy(DEMO_STORE / SAMPLES, folder)
    for name in (PREDICTIONS, "card.json"):
        shutil.copy(DEMO_STORE / MODEL / name, folder / MODEL)
    return folder


@pytest.fixture
def scores(path):
    """The network's own scores of its test split, as if they were another detector's."""
    store = Store(path)
    return store.scored(MODEL)[["spoof_score"]].copy()


def copy_set(path):
    """The demo store's set of one person, without tone: its regression is not here."""
    there = path / "tests/astronaut"
    without = shutil.ignore_patterns("tone")
    shutil.copytree(DEMO_STORE / "tests/astronaut", there, ignore=without, dirs_exist_ok=True)


def run(path, table, tmp_path, *options):
    table.to_csv(tmp_path / "scores.csv")
    command = ["import-scores", str(tmp_path / "scores.csv"), "--store", str(path)]
    return main([*command, "--name", "my detector", "--again", *options])


def test_it_stands_beside_the_networks_with_its_own_threshold(path, scores, tmp_path, capsys):
    assert run(path, scores, tmp_path, "--threshold", "0.3", "--rule", "by its maker") == 0
    assert "1,440 scores" in capsys.readouterr().out
    (found,), _ = across_sets(Store(path), {MODEL: 0.3})
    row, other = found.table.loc[MODEL], found.table.loc["my detector"]
    assert row["bpcer"] == other["bpcer"] and row["auc"] == other["auc"]
    assert found.rules == {"my detector": "by its maker"}


def test_without_a_threshold_only_its_ranking_is_known(path, scores, tmp_path):
    assert run(path, scores, tmp_path) == 0
    (found,), _ = across_sets(Store(path), {MODEL: 0.3})
    row = found.table.loc["my detector"]
    assert row[["apcer", "bpcer", "acer", "hter"]].isna().all() and row["auc"] > 0.9


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda t: t.iloc[1:], "has no score"),
        (lambda t: t.rename(index={t.index[0]: "elsewhere.jpg"}), "is no image of"),
        (lambda t: t.assign(spoof_score=1.5), "no number from 0 to 1"),
        (lambda t: t.assign(spoof_score="high"), "no number from 0 to 1"),
        (lambda t: t.loc[[*t.index, t.index[0]]], "is there twice"),
        (lambda t: t.rename(columns={"spoof_score": "score"}), "columns sample_id and spoof_score"),
    ],
)
def test_a_table_that_does_not_fit_is_one_sentence(path, scores, tmp_path, capsys, spoil, sentence):
    assert run(path, spoil(scores), tmp_path) != 0
    message = capsys.readouterr().err
    assert sentence in message and "Expected" in message and "Received:" in message


@pytest.mark.parametrize(
    ("write", "encoding"),
    [
        (lambda rows: "\n".join(["sample_id,spoof_score", *rows]), "utf-8"),  # no end of line
        (lambda rows: "sep=;\nSpoof_Score; Sample_ID ;note\n" + swapped(rows, ";"), "utf-16"),
        (lambda rows: "sample_id\tspoof_score\n" + "\n".join(rows).replace(",", "\t"), "utf-8-sig"),
    ],
    ids=["cut", "semicolons, decimal commas, back slashes", "tabs"],
)
def test_tables_of_many_programs_are_read(path, scores, tmp_path, write, encoding):
    table = tmp_path / "scores.csv"
    rows = [f"{name},{score}" for name, score in scores["spoof_score"].items()]
    table.write_bytes(write(rows).encode(encoding))
    found = import_scores(Store(path), "my detector", table, again=True)
    np.testing.assert_allclose(found.scored["spoof_score"], scores["spoof_score"])


def swapped(rows, sign):
    """Score with a decimal comma, then a path with back slashes, then a note."""
    cells = [row.rsplit(",", 1) for row in rows]
    return "\n".join(
        sign.join([score.replace(".", ","), ".\\" + name.replace("/", "\\"), "x"])
        for name, score in cells
    )


@pytest.mark.parametrize(
    ("file", "threshold", "sentence"),
    [
        ("nowhere.csv", None, "nowhere.csv, which cannot be read"),
        ("scores.csv", 1.5, "a threshold from 0 to 1, as the scores are. Received: 1.5"),
        ("scores.csv", float("nan"), "Received: nan"),
    ],
)
def test_no_table_and_no_threshold_are_one_sentence(
    path, scores, tmp_path, file, threshold, sentence
):
    scores.to_csv(tmp_path / "scores.csv")
    with pytest.raises(FascoreError, match=sentence):
        import_scores(Store(path), "other", tmp_path / file, threshold=threshold)
    assert not (path / "outside/other").exists()


def test_a_name_that_is_taken_or_a_networks_own_is_refused(path, scores, tmp_path, capsys):
    run(path, scores, tmp_path)
    table = str(tmp_path / "scores.csv")
    assert main(["import-scores", table, "--store", str(path), "--name", "my detector"]) != 0
    assert "is taken" in capsys.readouterr().err
    assert main(["import-scores", table, "--store", str(path), "--name", "ResNet50"]) != 0
    assert "no network's" in capsys.readouterr().err


def test_one_detector_may_be_on_several_sets(path, scores, tmp_path):
    run(path, scores, tmp_path)
    copy_set(path)
    other = open_set(Store(path), "astronaut").scored(MODEL)[["spoof_score"]]
    assert run(path, other, tmp_path, "--test-set", "astronaut") == 0
    (own, second), _ = across_sets(Store(path), {MODEL: 0.4})
    assert all("my detector" in each.table.index for each in (own, second))


def test_scores_of_a_set_that_was_replaced_are_named_and_not_shown(path, tmp_path):
    copy_set(path)
    other = open_set(Store(path), "astronaut").scored(MODEL)[["spoof_score"]]
    assert run(path, other, tmp_path, "--test-set", "astronaut") == 0
    about = path / "tests/astronaut/about.json"
    told = json.loads(about.read_text())
    told["images"] = {"64 px at 1.5 x": "0" * 64}  # the same names, other pictures
    about.write_text(json.dumps(told))
    (_, second), (problem,) = across_sets(Store(path), {MODEL: 0.4})
    assert "scores of my detector on the pictures that" in problem and "Import them" in problem
    assert list(second.table.index) == [MODEL]
    named = {part.name: part for part in imports(Store(path), None, "")}
    part = named["outside/my-detector--astronaut"]
    assert part.state == STALE and part.why == problem
    assert part.run.endswith("--again scores.csv --name 'my detector' --test-set astronaut")
    shutil.rmtree(path / "tests/astronaut")
    shutil.rmtree(path / "outside/my-detector--astronaut")


def test_scores_of_a_set_that_was_deleted_are_named_with_what_to_do(path, scores, tmp_path):
    run(path, scores, tmp_path)
    copy_set(path)
    other = open_set(Store(path), "astronaut").scored(MODEL)[["spoof_score"]]
    assert run(path, other, tmp_path, "--test-set", "astronaut") == 0
    shutil.rmtree(path / "tests/astronaut")
    (own,), (problem,) = across_sets(Store(path), {MODEL: 0.4})
    assert "my detector" in own.table.index  # its scores of the own split stay
    assert "the test set astronaut, for which the scores of my detector" in problem
    assert f"or delete {path / 'outside/my-detector--astronaut'}" in problem
    stale = [part for part in imports(Store(path), None, "") if part.state == STALE]
    assert [(part.why, part.run) for part in stale] == [
        (problem, f"evaluate --root ROOT --store {path} --as astronaut")
    ]
    shutil.rmtree(path / "outside")


def test_a_damaged_record_is_one_sentence(path, scores, tmp_path):
    run(path, scores, tmp_path)
    (path / "outside/my-detector/about.json").write_text("{")
    (own,), (problem,) = across_sets(Store(path), {MODEL: 0.3})
    assert "import its scores again" in problem and list(own.table.index) == [MODEL]
    (part,) = imports(Store(path), None, "")
    assert part.state == DAMAGED and part.why == problem
    shutil.rmtree(path / "outside")
