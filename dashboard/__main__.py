"""`fascore` and `python -m dashboard`: open the dashboard."""

from __future__ import annotations

import argparse
import inspect
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from fascore.errors import FascoreError

APP = Path(__file__).with_name("app.py")
# s after which a server without visitors imports TensorFlow; one who comes at once has Start's text
# the sooner for it
QUIET = 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves the dashboard until it is stopped.

    Returns the exit code: 0 stopped, 2 bad input.
    """
    parser = _parser()
    given, streamlit_options = parser.parse_known_args(arguments)
    if stray := [each for each in streamlit_options if not each.startswith("--")]:
        parser.error(f"expected --store DIR, or Streamlit's options as --name=value: {stray[0]}")
    # slow to import, so after the help
    from streamlit.web import cli

    from dashboard import privacy  # noqa: F401  (before the server starts)
    from dashboard.limits import limits
    from fascore.store import Store
    from fascore.stores import find_stores

    try:
        limits()
        for path in find_stores(given.store):
            Store(path)
    except FascoreError as err:
        print(f"fascore: {err}", file=sys.stderr)
        return 2
    ended = threading.Event()
    ready = threading.Thread(target=_get_ready, args=(ended,))
    ready.start()
    port = [f"--server.port={given.port}"] if given.port else []
    options = [*port, "--server.fileWatcherType=none", *streamlit_options]
    stores = [f"--store={path}" for path in given.store]
    try:
        cli.main(["run", str(APP), *options, "--", *stores], prog_name="fascore")
    finally:
        ended.set()
        ready.join()  # libraries cannot be imported while Python ends
    return 0


def _get_ready(ended: threading.Event) -> None:
    """Imports what pages need while the first visitor's browser loads, and then TensorFlow."""
    from streamlit import runtime

    while not runtime.exists():
        if ended.wait(0.02):
            return
    from dashboard import cache, views  # noqa: F401

    # Streamlit asks for it at a page's first element; what modules it looks up are then known
    inspect.stack()
    if not ended.wait(QUIET):
        cache.import_tensorflow()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fascore",
        description="Opens the dashboard in a browser.",
        epilog="All other options go to Streamlit. Example: fascore --store runs/celeba "
        "--server.address=0.0.0.0. FASCORE_MAX_... sets limits: docs/serving.md.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--store",
        type=Path,
        action="append",
        default=[],
        help="folder of trained models, or of several such folders; may be given more than once; "
        "default: FASCORE_STORE, or the demo store that ships with fascore",
    )
    parser.add_argument(
        "--port", type=port_number, help="default: Streamlit's, STREAMLIT_SERVER_PORT or 8501"
    )
    return parser


def port_number(text: str) -> int:
    """An argument type: a port."""
    port = int(text)
    if not 0 < port < 2**16:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, received {text}")
    return port


if __name__ == "__main__":
    sys.exit(main())
