"""NumPy's linear algebra keeps to one thread: TensorFlow's would wait for its."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ASK = """
import fascore, numpy, threadpoolctl
print({found["num_threads"] for found in threadpoolctl.threadpool_info()})
"""


@pytest.mark.parametrize(("given", "threads"), [(None, "{1}"), ("2", "{2}")])
def test_one_thread_unless_the_user_says_otherwise(given, threads):
    own = {k: v for k, v in os.environ.items() if k != "OPENBLAS_NUM_THREADS"}
    if given is not None:
        own["OPENBLAS_NUM_THREADS"] = given
    asked = subprocess.run([sys.executable, "-c", ASK], env=own, capture_output=True, text=True)
    assert asked.stdout.strip() == threads, asked.stderr
