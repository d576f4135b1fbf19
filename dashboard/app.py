"""The dashboard: ``streamlit run dashboard/app.py -- --store DIR [--store DIR ...]``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # `streamlit run` puts dashboard/ there, not the root
    sys.path.insert(0, str(ROOT))

from fascore.shipped import DEMO_STORE, ICON  # noqa: E402  (after the path)

# a picture of our own: the browser asks fonts.gstatic.com for one of Material's icons
st.set_page_config(page_title="fascore", page_icon=ICON, layout="wide")

from dashboard import address, cache, privacy, server_process, state, views  # noqa: E402, F401  (after the page's first call and the path)
from dashboard.limits import limits  # noqa: E402
from fascore.errors import FascoreError  # noqa: E402
from fascore.store import Store  # noqa: E402
from fascore.stores import find_stores  # noqa: E402

ROOMS = ("dashboard", "fascore")  # and not .venv, which may lie beside them
PAGES = [
    st.Page("app_pages/start.py", title="Start", icon=":material/flag:", default=True),
    st.Page("app_pages/compare.py", title="Compare", icon=":material/compare:"),
    st.Page("app_pages/many.py", title="Many pictures", icon=":material/photo_camera:"),
    st.Page("app_pages/metrics.py", title="Metrics", icon=":material/monitoring:"),
    st.Page("app_pages/explanations.py", title="Explanations", icon=":material/gavel:"),
    st.Page("app_pages/images.py", title="Images", icon=":material/photo_library:"),
    st.Page("app_pages/training.py", title="Training", icon=":material/show_chart:"),
    st.Page("app_pages/stores.py", title="Stores", icon=":material/folder_open:"),
    st.Page("app_pages/about.py", title="About", icon=":material/info:"),
]
OF_A_TEST_SET = ("", "compare", "metrics", "images", "explanations", "stores")
WITHOUT_THRESHOLD = ("explanations", "training", "about")  # a control would have no effect


def store_paths(arguments: list[str]) -> list[Path]:
    """The stores to offer: each ``--store``, else FASCORE_STORE, else the shipped demo store."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--store", type=Path, action="append")
    known, _ = parser.parse_known_args(arguments)
    given = known.store or [Path(os.environ.get("FASCORE_STORE") or DEMO_STORE)]
    return find_stores(given)


def require_sign_in() -> None:
    """Ends the page for whoever has not signed in, where Streamlit's secrets have an [auth]."""
    signed_in = st.user.get("is_logged_in", False)
    if st.secrets.load_if_toml_exists() and "auth" in st.secrets and not signed_in:
        st.button("Sign in", on_click=st.login, type="primary")
        st.stop()


def last_own_place(err: Exception) -> str:
    """The file and line of the last call in our code: a library's own line tells nobody where."""
    frames = traceback.extract_tb(err.__traceback__)
    own = [
        frame
        for frame in frames
        if any(Path(frame.filename).is_relative_to(ROOT / room) for room in ROOMS)
    ]
    place = own[-1] if own else frames[-1]
    return f"{place.filename}:{place.lineno}"


def choose_test_set(store: Store) -> list[address.Part]:
    """Draws the control of the test set that pages share; what the address names of it."""
    link = [views.set_part(store)]
    for sentence in address.follow(link):
        st.error(sentence)
    views.test_set_control(store)
    return link


def page_links(parts: list[address.Part]) -> None:
    """Draws the navigation; each page is opened under the address that it will write.

    Streamlit's own opens a page without one, and the page's would be a second step of the way back.
    """
    for page in PAGES:
        path = page.url_path
        own = [name for name in address.COMMON if name != "set" or path in OF_A_TEST_SET]
        names = address.of_page(path, parts, own=own)
        if path == "compare" and parts and not address.was_on(path):
            first = views.first_in_gallery(state.store_path())
            names |= {"sample": first.sample_id} if first else {}
        st.page_link(page, query_params=names)


def draw_controls(page: st.Page) -> list[address.Part]:
    """Draws the controls that pages share; what the address names of them."""
    limits()  # a page without them would fail at the first click
    link = views.common_parts(state.store_paths())
    for sentence in address.follow(link):
        st.error(sentence)
    state.open_store(views.store_control(state.store_paths()))
    views.store_note(state.store_path())
    alone = page.url_path == "stores" and len(state.store_paths()) < 2  # nothing to compare
    if page.url_path in OF_A_TEST_SET and not alone:
        link += choose_test_set(Store(state.store_path()))
    # here and not in the pages: a widget of a page is another one on the next
    if page.url_path not in WITHOUT_THRESHOLD and not alone:
        state.set_threshold(views.threshold_control(Store(state.store_path())))
    return link


def run_page() -> None:
    """Draws the page that was asked for, and whatever happens the way to the others."""
    views.style()
    require_sign_in()
    page = st.navigation(PAGES, position="hidden")
    address.on_page(page.url_path)
    navigation, link = st.sidebar.container(key="navigation"), list[address.Part]()
    with told(page):
        link = draw_controls(page)
    with navigation:
        page_links(link)
    if not link:  # it was told why
        return
    with told(page):
        if page.url_path != "compare":  # whose address names more, written at once
            address.keep(link)
        page.run()


@contextmanager
def told(page: st.Page) -> Iterator[None]:
    """Whatever goes wrong in the block ends here, in one sentence."""
    try:
        yield
    except FascoreError as err:  # bad input: its sentence says what to do
        st.error(str(err))
    except Exception as err:  # the outermost place: a traceback never reaches the page
        # no message: it could hold what was in a picture or its file's name
        logging.getLogger("dashboard").error(
            "%s page: %s in %s", page.title, type(err).__name__, last_own_place(err)
        )
        st.error(
            f"The page could not be finished ({type(err).__name__}). Reload it or choose another "
            "picture; the server's log says where it happened."
        )


if __name__ == "__main__":  # a worker process imports the script that its parent runs
    state.offer_stores(store_paths(sys.argv[1:]))
    run_page()
    cache.warm_detector()  # behind the page: an upload that comes next finds it there
