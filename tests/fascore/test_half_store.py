"""Every file of a store damaged, one by one: only what needs it fails, with its name."""

import json
import os
import shutil

import numpy as np
import pandas as pd
import pytest

from fascore import store
from fascore.errors import FascoreError
from fascore.evaluation_sets import ABOUT as SET_ABOUT
from fascore.evaluation_sets import TESTS, open_set
from fascore.files import half_written, remove_half_written, sha256, write_json, write_whole
from fascore.findings.results import (
    ABOUT,
    FOLDER,
    MAPS,
    MEASURES,
    PLANTED,
    PLANTED_ABOUT,
    read_planted,
    read_results,
    write_results,
)
from fascore.judging.planted import COLUMNS as PLANTED_COLUMNS
from fascore.stats.training_noise import measure_runs
from fascore.store import Store
from fascore.training.history import STATE, read_runs
from tests.conftest import SIZE, tiny_network
from tests.fascore.conftest import add_study
from tests.findings_results import MODELS as JUDGED
from tests.findings_results import findings_results

FAULTS = {
    "cut": lambda data: data[: len(data) * 2 // 3],
    "empty": lambda data: b"",
    "other bytes": lambda data: bytes(range(256)) * 3,
    "other version": lambda data: b'{"version": 99}\n',
    "missing": lambda data: None,
}
STUDY_RUN = "study/seed-0/cnn"
# each part of a store, and how it is read
READERS = {
    "samples": lambda there: there.samples(),
    "scores": lambda there: there.scored("cnn"),
    "other scores": lambda there: there.scored("cnn_channel"),
    "network": lambda there: there.load("cnn"),
    "other network": lambda there: there.check_weights("cnn_channel"),
    "background": lambda there: there.background(),
    "trainings": lambda there: read_runs(there.path),
    "explanations": read_results,
    "cues": read_planted,
    "study": lambda there: measure_runs(store.study_runs(there.path)),
    "test set": lambda there: open_set(there, "others").scored("cnn"),
}
# each file, and what needs it
NEEDED_BY = {
    store.SAMPLES: {"samples", "scores", "other scores", "explanations", "cues", "study"},
    store.BACKGROUND: {"background", "explanations"},
    f"cnn/{store.CARD}": {"scores", "network", "trainings", "explanations", "test set"},
    f"cnn/{store.WEIGHTS}": {"scores", "network", "test set"},
    f"cnn/{store.PREDICTIONS}": {"scores"},
    f"cnn/{store.HISTORY}": {"trainings"},
    f"cnn/{STATE}": {"trainings"},
    f"{STUDY_RUN}/{store.CARD}": {"study", "trainings"},
    f"{STUDY_RUN}/{store.PREDICTIONS}": {"study"},
    f"{STUDY_RUN}/{store.HISTORY}": {"trainings"},
    f"{FOLDER}/{MEASURES}": {"explanations"},
    f"{FOLDER}/{MAPS}": {"explanations"},
    f"{FOLDER}/{ABOUT}": {"explanations"},
    f"{FOLDER}/{PLANTED}": {"cues"},
    f"{FOLDER}/{PLANTED_ABOUT}": {"cues"},
    f"{TESTS}/others/{store.SAMPLES}": {"test set"},
    f"{TESTS}/others/{SET_ABOUT}": {"test set"},
    f"{TESTS}/others/cnn.csv": {"test set"},
}
HISTORY = pd.DataFrame({"epoch": [1, 2], "loss": [0.5, 0.4], "val_loss": [0.6, 0.5]})


@pytest.fixture(scope="module")
def whole_store(tmp_path_factory):
    """A store with a file of every kind; networks of two layers."""
    path = tmp_path_factory.mktemp("whole") / "store"
    path.mkdir()
    ids = [f"Data/test/{number}.png" for number in range(8)]
    samples = pd.DataFrame(
        {"split": ["test"] * 6 + ["validation"] * 2, "label": [0, 1] * 4, "spoof_type": [0, 9] * 4,
         "pai_species": ["live", "replay"] * 4, "subject": list("aabbccdd"), "illumination": 1,
         "environment": 0},
        pd.Index(ids, name="sample_id"),
    )  # fmt: skip
    samples.to_csv(path / store.SAMPLES)
    background = np.random.default_rng(2).integers(0, 256, (6, SIZE, SIZE, 3), np.uint8)
    store.write_background(path, background, ids[:6])
    for seed, name in enumerate(JUDGED):
        _write_model(path, name, samples, seed)
    add_study(path, seeds=2)
    for folder in (path / "cnn", path / STUDY_RUN):
        HISTORY.to_csv(folder / store.HISTORY, index=False)
    about = np.array(json.dumps({"key": {"seed": 1}, "history": HISTORY.to_dict("records")}))
    write_whole(path / "cnn" / STATE, lambda file: np.savez(file, about=about))
    _write_explanations(path, ids)
    _write_set(path, samples)
    return path


def _write_model(path, name, samples, seed):
    folder = path / name
    write_whole(folder / store.WEIGHTS, tiny_network(seed=seed).save)
    scores = samples[["label"]].rename(columns={"label": "spoof_score"}) * 0.5 + 0.2
    scores.to_csv(folder / store.PREDICTIONS)
    fingerprint = Store(path).fingerprint
    data = {"name": "made up", "fingerprint": fingerprint}
    training = {"initial_weights": "random", "epochs": 2, "recipe": "tiny", "config": {}}
    weights = sha256(folder / store.WEIGHTS)
    card = store.Card(name, SIZE, 1.5, [], weights, data, training, {}, {"value": 0.5, "rule": "-"})
    store.write_card(folder, card)
    card = store.Card(**vars(card) | {"scores": store.scores_made_from(folder, card)})
    store.write_card(folder, card)


def _write_explanations(path, ids):
    there = Store(path)
    results = findings_results(there)
    results.about["background"] = sha256(path / store.BACKGROUND)
    write_results(there, results)
    row = dict.fromkeys(PLANTED_COLUMNS, 0.5) | {"cue": "square", "model": "cnn", "method": "lime"}
    table = pd.DataFrame([row | {"sample_id": name} for name in ids], columns=PLANTED_COLUMNS)
    table.to_csv(path / FOLDER / PLANTED, index=False)
    data = {"name": "made up", "fingerprint": there.fingerprint}
    write_json(path / FOLDER / PLANTED_ABOUT, {"data": data})


def _write_set(path, samples):
    folder = path / TESTS / "others"
    folder.mkdir(parents=True)
    samples = samples[samples["split"] == "test"]
    samples.to_csv(folder / store.SAMPLES)
    samples[["label"]].rename(columns={"label": "spoof_score"}).to_csv(folder / "cnn.csv")
    record = {
        "weights_sha256": Store(path).card("cnn").weights_sha256,
        "predictions_sha256": sha256(folder / "cnn.csv"),
    }
    about = {"name": "others", "root": "", "fingerprint": "", "counts": {}, "images": {}}
    write_json(folder / SET_ABOUT, about | {"scores": {"cnn": record}, "shared": {}})


def _read(path):
    """What cannot be read of a store, and the sentence; anything but a sentence is a failure."""
    failed = {}
    for part, read in READERS.items():
        try:
            read(Store(path))
        except FascoreError as err:
            failed[part] = str(err)
    return failed


def test_a_whole_store_is_read(whole_store):
    assert _read(whole_store) == {}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("file", NEEDED_BY)
def test_only_what_needs_a_damaged_file_fails(whole_store, tmp_path, file, fault):
    path = shutil.copytree(whole_store, tmp_path / "store")
    data = FAULTS[fault]((path / file).read_bytes())
    (path / file).unlink()
    if data is not None:
        (path / file).write_bytes(data)
    failed = _read(path)
    assert set(failed) <= NEEDED_BY[file]
    if fault == "missing":
        return  # some files need not be there
    assert set(failed) == NEEDED_BY[file]
    name = file.split("/")[-1]
    told = (
        "weights that cnn's card.json describes",
        "background images",
        "data set",
        "test set others",
        name,
    )
    for sentence in failed.values():
        assert sentence.startswith("Expected") and "Received" in sentence
        assert any(words in sentence for words in told)


def test_half_written_files_of_killed_processes_go_and_others_stay(tmp_path):
    names = []

    def dies(temporary):
        names.append(temporary.name)
        temporary.write_text("half")
        shutil.copy(temporary, tmp_path / "kept")

    write_whole(tmp_path / "cnn" / "table.csv", dies)
    (name,) = names
    own = tmp_path / "cnn" / name
    dead = own.with_name(name.replace(f"-{os.getpid()}-", "-4194399-"))  # above any process's
    elsewhere = own.with_name(dead.name.replace(name.split("-")[2], "0" * 8))
    for path in (own, dead, elsewhere):
        path.write_text("half")
    assert half_written(tmp_path) == [dead]
    remove_half_written(tmp_path)
    assert sorted((tmp_path / "cnn").iterdir()) == sorted(
        [own, elsewhere, own.with_name("table.csv")]
    )
