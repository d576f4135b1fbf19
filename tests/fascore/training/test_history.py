import pytest

from fascore.store import HISTORY, StoreError
from fascore.training.figures import metric_span, training_figure
from fascore.training.history import STATE, read_runs
from tests.fascore.training.conftest import write_state
from trainer.training_state import State


def test_runs_are_the_stores_own_the_studys_and_those_in_progress(trained):
    runs = [(run.model, run.seed, run.in_progress) for run in read_runs(trained)]
    assert runs == [
        ("cnn", None, False),
        ("cnn", 1, False),
        ("cnn_channel", None, False),
        ("cnn_channel", None, True),
    ]


def test_run_in_progress_has_its_epochs_so_far_and_how_many_it_may_take(trained):
    run = read_runs(trained)[-1]
    assert run.history["loss"].to_dict() == {1: 0.7}
    assert (run.planned, run.best_epoch) == (8, None)


def test_first_training_of_all_is_read_before_there_is_a_store(tmp_path):
    write_state(tmp_path / "cnn", [])
    (run,) = read_runs(tmp_path)
    assert run.in_progress and run.history.empty


def test_state_is_what_the_trainer_writes(tmp_path):
    (tmp_path / "cnn").mkdir()
    State({"config": {"epochs": 3}}, [{"epoch": 1, "loss": 0.5}]).write(tmp_path / "cnn")
    (run,) = read_runs(tmp_path)
    assert (run.planned, run.history["loss"].tolist()) == (3, [0.5])


@pytest.mark.parametrize(
    ("file", "content"), [(STATE, b"no arrays"), (HISTORY, b"a,b\n1,2\n"), (HISTORY, b"")]
)
def test_file_that_cannot_be_read_is_one_sentence(trained, file, content):
    (trained / "cnn" / file).write_bytes(content)
    with pytest.raises(StoreError, match=r"Received: (a file that cannot be read|an empty file)"):
        read_runs(trained)


def test_figure_draws_the_network_thick_its_study_thin_and_marks_the_epoch_kept(trained):
    runs = [run for run in read_runs(trained) if run.model == "cnn"]
    figure = training_figure("cnn", runs, "loss", span=(0, 1))
    widths = {trace.name: trace.line.width for trace in figure.data if trace.mode == "lines"}
    assert widths == {
        "training": 2.5,
        "validation": 2.5,
        "training, study's runs": 1,
        "validation, study's runs": 1,
    }
    (kept,) = [trace for trace in figure.data if trace.name == "epoch kept"]
    assert (kept.x[0], kept.y[0]) == (2, 0.4)


def test_one_epoch_that_went_wrong_does_not_set_the_scale(trained):
    write_state(trained / "cnn_channel", [0.5, 0.4, 90.0, 0.3, 0.35])
    low, high = metric_span(read_runs(trained), "loss")
    assert 0.2 < low < 0.3 and 0.9 < high < 1


def test_quantity_that_was_not_recorded_is_not_drawn(trained):
    runs = [run for run in read_runs(trained) if run.model == "cnn"]
    names = {trace.name for trace in training_figure("cnn", runs, "auc", span=(0, 1)).data}
    assert not any(name.startswith("training") for name in names)
    assert metric_span(runs, "accuracy") == (0.0, 1.0)
