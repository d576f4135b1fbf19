"""The Streamlit pages: choose, compute through `cache`, draw through `views`."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read when TensorFlow is first imported
