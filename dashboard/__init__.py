"""The Streamlit pages: choose, compute through `cache`, draw through `views`."""

import logging
import os

from dashboard import memory  # noqa: F401  (before there are threads)

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # read when TensorFlow is first imported
# `fascore` declares the caches before its server runs, which Streamlit would say once for each
logging.getLogger("streamlit.runtime.caching.cache_data_api").addFilter(
    lambda record: not record.getMessage().startswith("No runtime found")
)
