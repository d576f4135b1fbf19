"""Several runs of each variant, and what they say."""

from dataclasses import replace

import pytest

from fascore.errors import FascoreError
from fascore.store import PREDICTIONS, WEIGHTS, StoreError, study_run, study_runs
from tests.faces_zip import write_faces_zip
from trainer.cli import main
from trainer.prepare import prepare
from trainer.recipes import Recipe
from trainer.study import study, summary

RECIPE = Recipe(name="paper", epochs=1)
PAIR = ("cnn", "cnn_channel")


@pytest.fixture(scope="module")
def studied(build, tmp_path_factory):
    store = tmp_path_factory.mktemp("studied")
    return store, study(build, store, seeds=2, recipe=RECIPE, models=PAIR)


def test_every_seed_of_every_variant_is_scored_and_its_weights_go(studied):
    store, noise = studied
    assert noise.accuracy.shape == (2, 2)
    assert all(run.scored_names == PAIR for run in study_runs(store).values())
    assert not list(store.rglob(WEIGHTS))


def test_runs_of_two_seeds_are_two_networks(studied):
    first, second = study_runs(studied[0]).values()
    assert not first.predictions("cnn").equals(second.predictions("cnn"))


def test_summary_gives_each_run_the_difference_and_the_answer(studied):
    text = summary(studied[1])
    assert "CNN + channel minus CNN: " in text
    assert text.endswith(".") and "Over 2 trainings of each variant" in text


def test_only_what_is_missing_is_trained(studied, build, capsys):
    store, _ = studied
    (study_run(store, 1) / "cnn" / PREDICTIONS).unlink()
    kept = study_run(store, 0) / "cnn" / PREDICTIONS
    before = kept.stat().st_mtime_ns
    kept.with_name(WEIGHTS).touch()  # as of a run that was killed when it had just scored
    again = study(build, store, seeds=2, recipe=RECIPE, models=PAIR)
    assert capsys.readouterr().out.count("Trained and scored already.") == 3
    assert kept.stat().st_mtime_ns == before and not list(store.rglob(WEIGHTS))
    assert again.accuracy.shape == (2, 2)


def files_of(store):
    """What the study's runs have written, by path."""
    return {path: path.read_bytes() for path in store.glob("study/**/*") if path.is_file()}


def test_runs_of_another_recipe_are_not_replaced_unasked(studied, build):
    store, _ = studied
    kept = files_of(store)
    with pytest.raises(FascoreError, match="epochs 1, not 2.*Give --again"):
        study(build, store, seeds=2, recipe=replace(RECIPE, epochs=2), models=PAIR)
    # nor is a third run of another recipe set beside these two
    with pytest.raises(FascoreError, match="learning rate 0.0001, not 0.001"):
        study(build, store, seeds=3, recipe=replace(RECIPE, learning_rate=1e-3), models=PAIR)
    assert files_of(store) == kept


def test_store_of_another_build_is_refused(studied, tmp_path):
    faces = write_faces_zip(tmp_path / "faces.zip", subjects=24, brighter=50)
    other = prepare(faces, tmp_path / "build", protocol="official", jobs=1)
    with pytest.raises(StoreError, match="another data set or draw"):
        study(other, studied[0], seeds=2, recipe=RECIPE, models=PAIR)


def test_one_seed_is_refused_before_anything_is_read(capsys):
    with pytest.raises(SystemExit):
        main(["study", "--data", "nowhere", "--store", "nowhere", "--seeds", "1"])
    assert "expected 2 or more, received 1" in capsys.readouterr().err
