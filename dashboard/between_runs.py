"""What Streamlit would undo after each run of a page, and must not; imported before pages run."""

from streamlit.runtime.scriptrunner import script_runner

# Where Keras is imported Streamlit calls its `clear_session` after each run: TensorFlow then
# forgets how it runs every compiled function, and the next face waits until all of them are
# prepared again (a second of processor time for the maps); other sessions' work does too. Nothing
# here builds on what it clears.
script_runner._clean_problem_modules = lambda: None
