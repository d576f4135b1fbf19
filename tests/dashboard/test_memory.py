"""How little memory the process keeps: of many threads, and of libraries once they are loaded."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other C libraries have no pools")
FIRST = "import dashboard\nimport threading"  # as `fascore` does
LATE = """
import threading
done = threading.Event()
threading.Thread(target=done.wait).start()
import dashboard
done.set()
"""
THREADS = """
import ctypes, tempfile
there = threading.Barrier(25)

def work():
    for _ in range(3):
        bytearray(16 * 2**20)
    there.wait()
    there.wait()

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

before = resident()
for _ in range(24):
    threading.Thread(target=work).start()
there.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as told:
    stream = ctypes.c_void_p(libc.fopen(told.name.encode(), b"w"))
    libc.malloc_info(0, stream)
    libc.fclose(stream)
    pools = told.read().count(b"<heap nr=") - 1  # the first is the main thread's
print(pools, (resident() - before) // 2**20)
there.wait()
"""


def printed(script, environment):
    """The two numbers that a script prints in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(map(int, run.stdout.split()))


def pools_and_growth(start, environment):
    """How many pools 24 threads have, and MB kept after each had 16 MB three times."""
    return printed(start + THREADS, environment)


@pytest.mark.parametrize(("environment", "number"), [({}, 1), ({"MALLOC_ARENA_MAX": "5"}, 4)])
def test_many_threads_share_few_pools_beside_the_first_ones(environment, number):
    assert pools_and_growth(FIRST, environment)[0] == number


def test_where_threads_came_first_pools_are_many_and_keep_little():
    pools, growth = pools_and_growth(LATE, {"MALLOC_ARENA_MAX": "12"})
    assert pools >= 8 and growth < pools * 8  # MB; each has had 16


LEAVE = """
import cv2, numpy, scipy.linalg, sklearn.linear_model
from dashboard.memory import leave_what_loading_took

def of_files():
    line = next(line for line in open("/proc/self/status") if line.startswith("RssFile"))
    return int(line.split()[1])

def work():
    image = cv2.GaussianBlur(numpy.arange(3e4, dtype="f4").reshape(100, 300), (0, 0), 3)
    return scipy.linalg.svdvals(image)[:3].round(3).tolist()

first, before = work(), of_files()
leave_what_loading_took()
after = of_files()
assert work() == first
print(before, after)
"""


def test_libraries_work_on_without_what_their_loading_took():
    before, after = printed(LEAVE, {})
    assert after < 2 / 3 * before
