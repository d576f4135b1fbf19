"""What Streamlit would do with pictures and visitors, and must not; imported before both."""

from starlette.formparsers import MultiPartParser
from streamlit import net_util

# An upload above 1 MB would go into a temporary file; 0 is "never". Streamlit's own limit on its
# size (dashboard/.streamlit/config.toml) bounds the memory.
MultiPartParser.spool_max_size = 0

# The server asks a host on the internet for its own address, to print it and to recognise it in a
# visitor's Origin header. Without an answer it does neither.
net_util.get_external_ip = lambda: None
