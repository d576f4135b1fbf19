"""The dashboard: ``streamlit run dashboard/app.py -- --store DIR``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import traceback
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # `streamlit run` puts dashboard/ there, not the root
    sys.path.insert(0, str(ROOT))

st.set_page_config(page_title="fascore", page_icon=":material/face:", layout="wide")

from dashboard import state, uploads, views  # noqa: E402, F401  (after the page's first call and the path)

DEMO_STORE = ROOT / "assets" / "models" / "demo"
PAGES = [
    st.Page("app_pages/compare.py", title="Compare", icon=":material/compare:", default=True),
    st.Page("app_pages/metrics.py", title="Metrics", icon=":material/monitoring:"),
    st.Page("app_pages/explanations.py", title="Explanations", icon=":material/gavel:"),
    st.Page("app_pages/images.py", title="Images", icon=":material/photo_library:"),
    st.Page("app_pages/about.py", title="About", icon=":material/info:"),
]


def store_path(arguments: list[str]) -> Path:
    """The store to open: ``--store``, else FASCORE_STORE, else the shipped demo store."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--store", type=Path, default=os.environ.get("FASCORE_STORE") or DEMO_STORE)
    known, _ = parser.parse_known_args(arguments)
    return Path(known.store)


def run_page() -> None:
    """Draws the page that was asked for; whatever goes wrong in it ends here, in one sentence."""
    views.style()
    page = st.navigation(PAGES)
    try:
        views.store_note(state.store_path())
        # here and not in the pages: a widget of a page is another one on the next
        state.set_threshold(views.threshold_control())
        page.run()
    except Exception as err:  # the outermost place: a traceback never reaches the page
        place = traceback.extract_tb(err.__traceback__)[-1]
        # no message: it could hold what was in a picture or its file's name
        logging.getLogger("dashboard").error(
            "%s page: %s in %s:%s", page.title, type(err).__name__, place.filename, place.lineno
        )
        st.error(
            f"The page could not be finished ({type(err).__name__}). Reload it or choose another "
            "picture; the server's log says where it happened."
        )


state.open_store(store_path(sys.argv[1:]))
run_page()
