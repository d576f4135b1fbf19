"""`trainer judge`: balanced, resumable, checked against samples and weights."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fascore import store
from fascore.data import open_data
from fascore.data.file_trees import Archive
from fascore.data.sample_table import evaluation_samples, fingerprint, samples_table
from fascore.errors import FascoreError
from fascore.evaluation_sets import on_set
from fascore.explain import EXPLAINERS, GradCAM, LimeImage, ShapImage
from fascore.faces import Face
from fascore.files import sha256
from fascore.findings.results import (
    ABOUT,
    COLUMNS,
    FOLDER,
    OLD_ABOUT,
    RECORDED,
    Results,
    has_results,
    read_results,
    write_results,
)
from fascore.images import Box
from fascore.judging.judge import Judge
from fascore.store import Store, StoreError
from tests.conftest import SIZE, tiny_network
from tests.extension import Guess
from tests.faces_zip import write_faces_zip
from tests.fascore.conftest import add_set
from trainer.cli import main
from trainer.judge import PARTS, _Detector, choose_samples, judge_explanations, summary
from trainer.recipes import Plan

QUICK = [GradCAM(), LimeImage(num_superpixels=8, num_samples=30), ShapImage(num_samples=10)]
PAIR = ("cnn", "cnn_channel")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def tiny_store(faces_zip, tmp_path):
    """Two tiny networks on the made-up faces' 24 test images."""
    samples = evaluation_samples(samples_table(open_data(faces_zip).samples()))
    samples.to_csv(tmp_path / store.SAMPLES)
    background = np.random.default_rng(2).integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8)
    store.write_background(tmp_path, background, [str(i) for i in range(6)])
    for seed, name in enumerate(PAIR):
        (tmp_path / name).mkdir()
        weights = tmp_path / name / store.WEIGHTS
        tiny_network(seed=seed).save(weights)
        data = {"name": "noise", "root": str(faces_zip), "fingerprint": fingerprint(samples)}
        layers = ["last_conv", "feature_map"]
        card = store.Card(name, SIZE, 1.5, layers, sha256(weights), data, {}, {})
        store.write_card(tmp_path / name, card)
    return Store(tmp_path)


def run(opened: Store, *, limit: int = 4, steps: int = 4, root=None, again: bool = False):
    return judge_explanations(
        opened,
        open_data(root or opened.card("cnn").data["root"]),
        models=PAIR,
        explainers=QUICK,
        judge=Judge(steps=steps, draws=1),
        plan=Plan(limit=limit, repeats=1, sanity=0),
        again=again,
    )


DETECTED = _Detector.landmarks


@pytest.fixture(autouse=True)
def no_landmarks(monkeypatch):
    """The noise has no faces; the detector need not look for them."""
    monkeypatch.setattr("trainer.judge._Detector.landmarks", lambda self, picture, box: None)


def test_images_are_balanced_by_species_however_many(tiny_store):
    for limit in (2, 4, 10):
        chosen = choose_samples(tiny_store.samples(), Plan(limit=limit))
        counts = pd.Series([each.pai_species for each in chosen]).value_counts()
        assert counts.to_dict() == {"live": limit // 2, "replay": limit // 2}


@pytest.mark.parametrize("limit", [0, 25])
def test_more_images_than_the_split_has_are_refused(tiny_store, limit):
    with pytest.raises(ValueError, match="from 1 to the 24 images of the test split"):
        choose_samples(tiny_store.samples(), Plan(limit=limit))


def test_results_are_written_whole_and_read_back(tiny_store):
    results = run(tiny_store)
    assert results.measures["sample_id"].nunique() == 4
    assert "No landmarks on 4 of them: no regions there." in summary(results)
    assert set(results.models) == set(PAIR)
    assert results.methods == [each.name for each in QUICK]
    right = results.measures[results.measures["metric"] == "right"]
    for (model, _, species), mean in results.maps.items():
        of = right[(right["model"] == model) & (right["value"] == 1)]
        ids = tiny_store.samples().loc[of["sample_id"], "pai_species"]
        assert mean.values.shape == (SIZE, SIZE) and mean.num_images == (ids == species).sum()
    assert not (tiny_store.path / FOLDER / PARTS).exists()


@pytest.mark.parametrize(
    ("faces", "found"),
    [
        # the labelled box is 29 px at (17, 17) of the 64 px picture, its crop 43 px at (10, 10)
        ([Box(24, 24, 40, 40), Box(16, 18, 29, 29)], (20 - 10 + 0.5) * SIZE / 43 - 0.5),
        ([Box(45, 45, 40, 40)], None),
        ([], None),
    ],
)
def test_landmarks_are_of_the_face_in_the_labelled_box(tiny_store, monkeypatch, faces, found):
    detected = [Face(box, np.full((5, 2), 4 + box.x), 0.9) for box in faces]
    fake = type("Fake", (), {"detect": lambda self, picture: detected})
    monkeypatch.setattr("trainer.judge.FaceDetector", fake)
    monkeypatch.setattr("trainer.judge._Detector.landmarks", DETECTED)
    measure, landmarks = Judge.measures, []

    def noted(self, *arguments, **options):
        landmarks.append(options["landmarks"])
        return measure(self, *arguments, **options)

    monkeypatch.setattr(Judge, "measures", noted)
    run(tiny_store, limit=1)
    assert len(landmarks) == 1
    if found is None:
        assert landmarks == [None]
    else:
        np.testing.assert_allclose(landmarks[0], found)


@pytest.mark.parametrize("end", [".png", "_BB.txt"])
def test_missing_file_of_a_picture_leaves_it_out_and_says_so(
    tiny_store, faces_zip, monkeypatch, capsys, end
):
    first = choose_samples(tiny_store.samples(), Plan(limit=4))[0].sample_id
    gone, read = first.replace(".png", end), Archive.read

    def fails(tree, path):
        if path == gone:
            raise FileNotFoundError(path)
        return read(tree, path)

    monkeypatch.setattr(Archive, "read", fails)
    assert run(tiny_store).about["images"] == 3
    assert f"left out: {first} (image missing)" in capsys.readouterr().out


def test_a_second_call_measures_nothing_again(tiny_store, capsys):
    run(tiny_store)
    written = (tiny_store.path / FOLDER / ABOUT).read_text()
    run(tiny_store)
    assert "Judged already." in capsys.readouterr().out
    assert (tiny_store.path / FOLDER / ABOUT).read_text() == written


def test_a_store_judged_before_the_file_was_renamed_is_read(tiny_store):
    written = run(tiny_store)
    folder = tiny_store.path / FOLDER
    (folder / ABOUT).rename(folder / OLD_ABOUT)
    assert read_results(tiny_store).about == written.about
    run(tiny_store, again=True)
    assert (folder / ABOUT).exists() and not (folder / OLD_ABOUT).exists()


def stop_at_the_third(monkeypatch):
    """Has Ctrl-C pressed while the third image is judged; one item for each begun from now on."""
    measure, calls = Judge.measures, []

    def stops(self, *arguments, **options):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return measure(self, *arguments, **options)

    monkeypatch.setattr(Judge, "measures", stops)
    return calls


def test_stopped_and_called_again_gives_what_one_run_gives(tiny_store, monkeypatch, capsys):
    whole = run(tiny_store).measures
    calls = stop_at_the_third(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run(tiny_store, again=True)
    resumed = run(tiny_store).measures
    assert "Going on after 2 images." in capsys.readouterr().out
    assert len(calls) == 5  # two, the stopped one, and the two that were left
    keep = ~whole["metric"].isin(["seconds"])
    pd.testing.assert_frame_equal(whole[keep], resumed[keep], rtol=1e-4)


@pytest.fixture
def stopped(tiny_store, monkeypatch):
    """The store after two images were judged, and then somebody pressed Ctrl-C."""
    stop_at_the_third(monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run(tiny_store)
    return tiny_store


def parts_of(opened):
    return sorted((opened.path / FOLDER / PARTS).glob("*.npz"))


def test_unfinished_images_of_other_settings_are_not_dropped_unasked(stopped, capsys):
    kept = parts_of(stopped)
    with pytest.raises(FascoreError, match="the 2 images .* steps 4, not 5. .* or --again"):
        run(stopped, steps=5)
    assert parts_of(stopped) == kept and len(kept) == 2
    assert run(stopped, steps=5, again=True).about["steps"] == 5
    assert "Going on" not in capsys.readouterr().out


def test_run_that_was_to_judge_anew_goes_on_too(stopped, capsys):
    """Else the same command would begin anew each time that it is stopped."""
    run(stopped, again=True)
    assert "Going on after 2 images." in capsys.readouterr().out


def test_finished_results_of_other_settings_are_not_replaced_unasked(tiny_store):
    run(tiny_store)
    written = (tiny_store.path / FOLDER / ABOUT).read_text()
    with pytest.raises(FascoreError, match="limit 4, not 2. Give --again"):
        run(tiny_store, limit=2)
    assert (tiny_store.path / FOLDER / ABOUT).read_text() == written


def test_results_of_pictures_that_were_changed_are_not_taken_for_todays(tiny_store, tmp_path):
    run(tiny_store)
    faces = write_faces_zip(tmp_path / "brighter.zip", subjects=36, brighter=51)
    with pytest.raises(FascoreError, match="other pictures. Give --again"):
        run(tiny_store, root=faces)


def test_results_made_with_another_background_are_refused(tiny_store):
    run(tiny_store)
    store.write_background(tiny_store.path, np.zeros((2, SIZE, SIZE, 3), np.uint8), ["a", "b"])
    with pytest.raises(StoreError, match="this store's background images"):
        read_results(tiny_store)


def test_sample_ids_stay_text(tiny_store):
    ids = ["NA", "007", "1e5", "True", "2024-01-01"]
    measures = pd.DataFrame([(each, "cnn", "lime", "cosine", 0.5) for each in ids], columns=COLUMNS)
    about = dict.fromkeys(RECORDED, {}) | {"fingerprint": tiny_store.fingerprint}
    write_results(tiny_store, Results(measures, {}, about))
    assert read_results(tiny_store).measures["sample_id"].tolist() == ids


def test_fewer_images_are_the_first_of_those_there(tiny_store, monkeypatch):
    measure, calls = Judge.measures, []

    def stops(self, *arguments, **options):
        if len(calls) == 3:
            raise KeyboardInterrupt
        calls.append(1)
        return measure(self, *arguments, **options)

    monkeypatch.setattr(Judge, "measures", stops)
    with pytest.raises(KeyboardInterrupt):
        run(tiny_store, limit=4)
    results = run(tiny_store, limit=2)
    assert len(calls) == 3 and results.about["images"] == 2
    assert results.measures["sample_id"].nunique() == 2


def test_kill_9_leaves_whole_parts_to_go_on_from(tiny_store):
    command = [sys.executable, "-m", "trainer", "judge", "--store", str(tiny_store.path)]
    options = ["--limit", "8", "--steps", "2", "--lime-samples", "20", "--shap-samples", "10"]
    arguments = [*options, "--repeats", "0", "--sanity", "0"]
    process = subprocess.Popen([*command, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)
    parts = tiny_store.path / FOLDER / PARTS
    deadline = time.monotonic() + 300
    while not list(parts.glob("[0-9]*.npz")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    done = len(list(parts.glob("[0-9]*.npz")))
    assert 0 < done and not has_results(tiny_store)
    assert main(["judge", "--store", str(tiny_store.path), *arguments]) == 0
    assert read_results(tiny_store).measures["sample_id"].nunique() == 8


def test_explainers_are_judged_with_the_samples_asked_for(tiny_store, monkeypatch):
    monkeypatch.setitem(EXPLAINERS, Guess.name, Guess)
    options = ["--limit", "2", "--steps", "2", "--lime-samples", "20", "--shap-samples", "10"]
    options += ["--guess-samples", "3", "--repeats", "0", "--sanity", "0", "--models", "cnn"]
    assert main(["judge", "--store", str(tiny_store.path), *options]) == 0
    results = read_results(tiny_store)
    assert results.methods == ["grad_cam", "lime", "shap", "guess"]
    assert results.about["settings"]["guess"] == {"num_guesses": 3, "seed": 0}
    luck = results.measures[results.measures["metric"] == "luck"]
    assert set(luck["method"]) == {"guess"} and len(luck) == 2


def test_changed_weights_are_refused_with_what_to_run(tiny_store):
    run(tiny_store)
    path = tiny_store.path / "cnn" / store.CARD
    path.write_text(json.dumps({**json.loads(path.read_text()), "weights_sha256": "other"}))
    with pytest.raises(StoreError, match="other weights.*trainer judge --store .* --again"):
        read_results(tiny_store)


def test_results_of_other_samples_are_refused(tiny_store):
    run(tiny_store)
    table = tiny_store.samples()
    table.iloc[:-1].to_csv(tiny_store.path / store.SAMPLES)
    with pytest.raises(StoreError, match="another data set"):
        read_results(tiny_store)


def test_a_store_without_results_says_what_to_run(tiny_store):
    with pytest.raises(StoreError, match="Received: none. Run `python -m trainer judge"):
        read_results(tiny_store)


def test_broken_results_are_refused(tiny_store):
    run(tiny_store)
    (tiny_store.path / FOLDER / "measures.parquet").write_bytes(b"half")
    with pytest.raises(StoreError, match="that cannot be read"):
        read_results(tiny_store)


def test_bad_input_ends_the_command_with_a_sentence(tiny_store, capsys):
    assert main(["judge", "--store", str(tiny_store.path), "--limit", "99"]) == 2
    assert "from 1 to the 24 images" in capsys.readouterr().err
    assert main(["judge", "--store", str(tiny_store.path), "--models", "vgg16"]) == 2
    assert "Expected weights of the models named" in capsys.readouterr().err


def test_another_sets_pictures_are_judged_beside_the_stores_own(tiny_store, faces_zip, tmp_path):
    run(tiny_store)
    test = tiny_store.samples().query("split == 'test'")[:6]
    add_set(tiny_store, "other", test, root=str(faces_zip), description="other faces")
    options = ["--test-set", "other", "--methods", "grad_cam", "--repeats", "0", "--sanity", "0"]
    command = ["judge", "--store", str(tmp_path), "--models", *PAIR, "--steps", "4", "--draws", "1"]
    assert main([*command, *options]) == 0
    other = on_set(tiny_store, "other")
    results = read_results(other)
    assert results.about["data"] == "other faces" and results.methods == ["grad_cam"]
    assert set(results.measures["sample_id"]) == set(test.index)
    assert read_results(tiny_store).about["data"] == "noise"
    assert (tmp_path / "tests/other/explanations/judged.json").exists()


def test_a_set_whose_pictures_are_nowhere_recorded_is_one_sentence(tiny_store, capsys):
    add_set(tiny_store, "other", tiny_store.samples(), description="other faces")
    assert main(["judge", "--store", str(tiny_store.path), "--test-set", "other"]) == 2
    said = capsys.readouterr().err
    assert (
        "Received: other faces, of which the store keeps the scores alone. Give --root them" in said
    )
