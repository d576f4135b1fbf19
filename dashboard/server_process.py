"""What Streamlit would cost in time, and need not; imported before pages run."""

from streamlit.runtime.scriptrunner import script_runner

# Where Keras is imported Streamlit calls its `clear_session` after each run of a page: TensorFlow
# then forgets how it runs every compiled function, and the next face waits until all of them are
# prepared again (two seconds of processor time); other sessions' work does too. Nothing here builds
# on what it clears.
script_runner._clean_problem_modules = lambda: None
