"""What Streamlit and the C library would cost in time and memory, and need not.

Imported before pages run.
"""

import ctypes
import os
import sys

from streamlit.runtime.scriptrunner import script_runner

# Where Keras is imported Streamlit calls its `clear_session` after each run of a page: TensorFlow
# then forgets how it runs every compiled function, and the next face waits until all of them are
# prepared again (two seconds of processor time); other sessions' work does too. Nothing here builds
# on what it clears.
script_runner._clean_problem_modules = lambda: None

M_ARENA_MAX, ARENAS = -8, 2  # glibc's malloc.h
if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
    # Every visitor's script is a thread of its own, and each would keep a pool of freed memory.
    if "MALLOC_ARENA_MAX" not in os.environ:
        libc.mallopt(M_ARENA_MAX, ARENAS)
