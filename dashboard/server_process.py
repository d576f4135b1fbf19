"""What Streamlit would cost the server's process, and need not; imported before pages run."""

import threading
import time

from streamlit.runtime.scriptrunner import script_runner

RUN = "ScriptRunner.scriptThread"  # Streamlit's name of a thread that runs a page
LAST_STEP = 60  # s for the step that a run is in, maps say: it ends at its next element

# Where Keras is imported Streamlit calls its `clear_session` after each run of a page: TensorFlow
# then forgets how it runs every compiled function, and the next face waits until all of them are
# prepared again (two seconds of processor time); other sessions' work does too. Nothing here builds
# on what it clears.
script_runner._clean_problem_modules = lambda: None


def _let_runs_end() -> None:
    """Waits until the server stops, and then for the pages that run: Streamlit asks them to end.

    Python would end their threads (Streamlit's are daemons), and with one in the middle of
    TensorFlow the whole process: an abort, where somebody pressed Ctrl-C. Python waits for this
    thread before TensorFlow's own clearing up; `atexit` would come after it.
    """
    threading.main_thread().join()
    deadline = time.monotonic() + LAST_STEP
    for thread in threading.enumerate():
        if thread.name == RUN:
            thread.join(max(0, deadline - time.monotonic()))


threading.Thread(target=_let_runs_end, name="runs end first", daemon=False).start()
