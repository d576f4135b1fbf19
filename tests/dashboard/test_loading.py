"""What a page waits for: neither TensorFlow nor the face detector, unless it needs them."""

import runpy
import subprocess
import sys

import keras
import pytest

from dashboard import cache
from tests.dashboard.conftest import APP, FakeDetector


@pytest.mark.parametrize("library", ["tensorflow", "matplotlib"])
def test_pages_are_there_before_what_they_seldom_need(library):
    program = f"import sys, dashboard.views; sys.exit('{library}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_keras_does_without_matplotlib_which_is_there_afterwards():
    program = """
import sys
from dashboard import cache

cache.import_tensorflow()
assert "keras" in sys.modules and "matplotlib" not in sys.modules
from matplotlib.figure import Figure
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_tables_are_read_into_memory_that_is_given_back():
    program = "import dashboard, pyarrow; print(pyarrow.default_memory_pool().backend_name)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert found.stdout == "system\n"


def test_detector_is_built_and_tried_behind_the_first_page_once(app, store_path, monkeypatch):
    built, warm = [], cache.pictures.warm_detector
    detector = FakeDetector()

    def build() -> FakeDetector:
        built.append(detector)
        return detector

    monkeypatch.setattr(cache.pictures, "_detector", build)
    monkeypatch.setattr(cache, "warm_detector", warm)
    app.run()
    app.run()
    warm().join()
    assert built == [detector]


# Work of half a second that a page's thread does, as Streamlit starts it, while the process ends
ENDING = """
import time
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from dashboard import cache, server_process

class Detector:
    def detect(self, pixels):
        time.sleep(0.5)
        print("looked")

cache.pictures._detector = Detector
runner = object.__new__(ScriptRunner)
runner._script_thread = None
runner._run_script_thread = {run}
runner.start()
"""


@pytest.mark.parametrize(
    "run", ["cache.pictures.warm_detector", "lambda: Detector().detect(None)"], ids=["behind", "in"]
)
def test_a_process_that_ends_lets_a_page_and_what_it_began_end_first(run):
    """TensorFlow aborts the process if Python ends a thread in the middle of it."""
    program = ENDING.format(run=run)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "looked\n"), ended.stderr


def test_a_worker_process_that_imports_the_script_draws_no_page(monkeypatch):
    """A pool's worker would import TensorFlow for its work and for the page at once."""
    drawn = []
    monkeypatch.setattr(cache, "warm_detector", lambda: drawn.append("page"))
    runpy.run_path(str(APP), run_name="__mp_main__")
    assert not drawn


def test_networks_stay_ready_between_two_runs_of_a_page(app, store_path, detect, monkeypatch):
    """Streamlit would clear Keras' session, and with it how TensorFlow runs each function."""
    cleared = []
    monkeypatch.setattr(keras.backend, "clear_session", lambda: cleared.append("session"))
    app.run()
    app.run()
    assert not cleared
