"""`kill -9` in the middle of a command; the same command then ends as one that was not killed."""

import time

import pytest

from benchmarks.killed import Runner
from benchmarks.same_files import contents
from fascore import store
from tests.trainer.conftest import QUICK
from trainer.build import SHARDS


@pytest.fixture(scope="module")
def runner():
    return Runner()


@pytest.fixture
def kill_when_there(runner, tmp_path):
    """Runs a command until a file is there, kills it, and gives it again."""

    def run(arguments, file):
        process = runner.start(arguments, tmp_path)
        while not file.exists():
            assert process.is_alive(), tmp_path.with_suffix(".log").read_text(encoding="utf-8")
            time.sleep(0.001)
        process.kill()
        process.join()
        runner.finish(" ".join(arguments), tmp_path)

    return run


def test_commands_killed_and_given_again_end_as_others_do(
    faces_zip, build, trained, kill_when_there, tmp_path
):
    out, path = tmp_path / "build", tmp_path / "store"
    options = ["--root", str(faces_zip), "--out", str(out), "--protocol", "official", "--jobs", "1"]
    kill_when_there(["prepare", *options], out / SHARDS)
    assert contents(out) == contents(build.path)

    common = ["--data", str(build.path), "--store", str(path)]
    options = [*QUICK, "--epochs", "2", "--seed", "3"]
    kill_when_there(["fit", *common, *options], path / "cnn" / store.WEIGHTS)
    kill_when_there(["evaluate", *common], path / "cnn" / store.PREDICTIONS)
    assert contents(path) == contents(trained.path)
