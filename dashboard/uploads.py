"""Keeps uploaded files in memory: imported once, before the first upload."""

from starlette.formparsers import MultiPartParser

# Streamlit's server would put a file above 1 MB into a temporary file; 0 is "never".
# Its own limit on an upload's size (dashboard/.streamlit/config.toml) bounds the memory.
MultiPartParser.spool_max_size = 0
