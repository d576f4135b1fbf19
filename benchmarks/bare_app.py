"""The least that Streamlit does: a line of text, and a picture a click (`benchmarks.start`)."""

import numpy as np
import streamlit as st

st.title("All that there is")
st.button("Another picture")
pixels = np.random.default_rng().integers(0, 256, (64, 64, 3), np.uint8)
with st.container(key="picture"):
    st.image(np.kron(pixels, np.ones((4, 4, 1), np.uint8)), output_format="PNG")
