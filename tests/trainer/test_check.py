"""`trainer check` names what is not whole, why, and what to run."""

import json
import shutil

import numpy as np
import pytest

from fascore import store
from fascore.findings.results import FOLDER, PLANTED, PLANTED_ABOUT
from fascore.store import study_run
from fascore.training.history import STATE
from trainer.check import DAMAGED, STALE, UNFINISHED, WHOLE, check_store
from trainer.cli import main


def states(path, build=None):
    return {part.name: part.state for part in check_store(path, build) if part.state != WHOLE}


def test_a_whole_store_is_whole_and_the_exit_code_says_so(trained, build, capsys):
    command = ["check", "--store", str(trained.path), "--data", str(build.path)]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "cnn/model.keras" in printed and "To mend it" not in printed


@pytest.fixture
def copy(trained, tmp_path):
    return shutil.copytree(trained.path, tmp_path / "store")


def half_written(path):
    (path / "cnn" / f".writing-4194399-{'0' * 8}-abcdefgh.csv").write_text("")


@pytest.mark.parametrize(
    ("file", "state"),
    [
        (store.SAMPLES, DAMAGED),
        (store.BACKGROUND, DAMAGED),
        (f"cnn/{store.WEIGHTS}", DAMAGED),
        (f"cnn/{store.PREDICTIONS}", DAMAGED),
    ],
)
def test_damaged_file_is_named_with_the_command_that_mends_it(copy, capsys, file, state):
    (copy / file).write_bytes(b"\0half")
    assert main(["check", "--store", str(copy)]) == 1
    assert states(copy)[file] == state
    assert f"--store {copy}" in capsys.readouterr().out.split("To mend it:")[1]


def test_familiarity_that_the_card_tells_of_and_is_gone_is_named(copy):
    (copy / "cnn" / store.FAMILIARITY).unlink()
    assert states(copy) == {f"cnn/{store.FAMILIARITY}": DAMAGED}


@pytest.mark.parametrize("file", [store.CARD, store.HISTORY, store.PREDICTIONS])
def test_each_file_of_a_study_that_is_gone_is_missed(copy, capsys, file):
    run = study_run(copy, 0) / "cnn"
    run.mkdir(parents=True)
    for name in (store.CARD, store.HISTORY, store.PREDICTIONS):
        shutil.copy(copy / "cnn" / name, run / name)
    assert not states(copy)
    (run / file).unlink()
    main(["check", "--store", str(copy)])
    assert states(copy) == {"study/seed-0": DAMAGED}
    assert file in capsys.readouterr().out


def test_history_that_is_gone_is_named_with_the_training_that_makes_it(copy, capsys):
    (copy / "cnn" / store.HISTORY).unlink()
    assert states(copy) == {f"cnn/{store.HISTORY}": DAMAGED}
    main(["check", "--store", str(copy)])
    assert "--models cnn --again" in capsys.readouterr().out.split("To mend it:")[1]


def test_record_of_planted_cues_that_is_gone_is_named(copy, capsys):
    (copy / FOLDER).mkdir(exist_ok=True)
    (copy / FOLDER / PLANTED).write_text("")
    assert states(copy) == {f"{FOLDER}/{PLANTED_ABOUT}": DAMAGED}
    main(["check", "--store", str(copy)])
    assert "trainer plant" in capsys.readouterr().out.split("To mend it:")[1]


def test_record_of_tone_scores_that_is_gone_is_named(copy, build, capsys):
    common = ["evaluate", "--store", str(copy), "--data", str(build.path), "--tone"]
    assert main(common) == 0 and main([*common, "--as", "again"]) == 0
    for place in ("tone", "tests/again/tone"):
        (copy / place / "about.json").unlink()
    assert states(copy) == {
        "tone/about.json": DAMAGED,
        "tests/again/tone/about.json": DAMAGED,
    }
    main(["check", "--store", str(copy)])
    mends = capsys.readouterr().out.split("To mend it:")[1]
    assert "--as again --tone" in mends and "BUILD" in mends


def test_a_network_without_weights_is_said_to_be_scores_alone(copy, capsys):
    (copy / "cnn" / store.WEIGHTS).unlink()
    main(["check", "--store", str(copy)])
    (line,) = [each for each in capsys.readouterr().out.splitlines() if "cnn/card.json" in each]
    assert line.split()[0] == WHOLE and f"without {store.WEIGHTS}" in line


def test_scores_of_other_weights_are_stale(copy):
    card = copy / "cnn" / store.CARD
    told = json.loads(card.read_text())
    told["scores"]["weights_sha256"] = "0" * 64
    card.write_text(json.dumps(told))
    assert states(copy) == {f"cnn/{store.PREDICTIONS}": STALE}


def test_store_of_another_build_is_stale(copy, build, monkeypatch):
    monkeypatch.setitem(build.record["data"]["images"], "train", "0" * 64)
    monkeypatch.setitem(build._data, "images", build.record["data"]["images"])
    assert states(copy, build) == {
        f"cnn/{store.WEIGHTS}": STALE,
        f"cnn/{store.FAMILIARITY}": STALE,
    }


def test_stopped_training_is_unfinished(copy):
    (copy / "cnn" / STATE).write_bytes(b"")
    assert states(copy)[f"cnn/{STATE}"] == UNFINISHED


def test_tone_scores_of_another_regression_are_stale(copy, build):
    assert main(["evaluate", "--store", str(copy), "--data", str(build.path), "--tone"]) == 0
    assert states(copy) == {}
    regression = copy / "tone" / "regression.json"
    regression.write_text(json.dumps(json.loads(regression.read_text()) | {"intercept": 9.0}))
    assert states(copy) == {"tone": STALE}


def test_swapped_familiarity_is_damaged_and_an_unrecorded_one_stale(copy, build):
    path = copy / "cnn" / store.FAMILIARITY
    with np.load(path) as arrays:
        np.savez(path, **{**arrays, "limit": np.array(1.0)})
    assert states(copy) == {f"cnn/{store.FAMILIARITY}": DAMAGED}
    assert main(["evaluate", "--data", str(build.path), "--store", str(copy)]) == 0
    assert not states(copy, build)
    card = json.loads((copy / "cnn" / store.CARD).read_text())
    del card["familiarity"]
    (copy / "cnn" / store.CARD).write_text(json.dumps(card))
    assert states(copy) == {f"cnn/{store.FAMILIARITY}": STALE}


def test_parts_of_test_sets_and_of_a_study_are_looked_at(copy, build):
    run = study_run(copy, 0) / "cnn"
    run.mkdir(parents=True)
    for name in (store.CARD, store.HISTORY, store.PREDICTIONS):
        shutil.copy(copy / "cnn" / name, run / name)
    common = ["--data", str(build.path), "--store", str(copy)]
    assert main(["evaluate", *common, "--as", "again"]) == 0
    assert not states(copy, build)

    (run / store.CARD).write_text("{}")
    (copy / "tests" / "again" / store.SAMPLES).write_text("half")
    assert states(copy) == {"study/seed-0": DAMAGED, "tests/again": DAMAGED}


def test_stale_parts_of_test_sets_and_of_a_study_are_named(copy, build):
    run = study_run(copy, 0) / "cnn"
    run.mkdir(parents=True)
    for name in (store.CARD, store.HISTORY, store.PREDICTIONS):
        shutil.copy(copy / "cnn" / name, run / name)
    with (run / store.PREDICTIONS).open("a") as scores:
        scores.write("another,0.5\n")
    common = ["--data", str(build.path), "--store", str(copy)]
    assert main(["evaluate", *common, "--as", "again"]) == 0
    (copy / "tests" / "again" / "cnn.csv").write_text("sample_id,spoof_score\n")
    assert states(copy) == {"study/seed-0": STALE, "tests/again": STALE}
