"""The dashboard's real server and a real Chromium, for the browser tests and the docs' pictures."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
APP = ROOT / "dashboard" / "app.py"
START = 60  # s a server may take to answer
END = 120  # s it may take to end: 0.7 s of processor, which took a minute at a load of 30
# what serves the dashboard, after Python's name
STREAMLIT = ("-m", "streamlit", "run", str(APP))
FASCORE = ("-m", "dashboard")  # as `fascore`, from the checkout
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# in a page: it has been drawn, and its script does not run
IDLE = """() => document.querySelector('h1')
    && !document.querySelector('[data-test-script-state="running"]')"""


class BrowserError(RuntimeError):
    """No Chromium, or a server that does not start."""


def chromium_path() -> str:
    """Where Chromium is; BrowserError without one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise BrowserError("no Chromium on this machine: install chromium")
    return path


@contextmanager
def dashboard_server(log: Path) -> Iterator[str]:
    """Address of a server of the dashboard, on the default store or on FASCORE_STORE.

    It ends with the block. What it says goes to `log`.
    """
    with dashboard_process(log) as (address, _):
        yield address


@contextmanager
def dashboard_process(
    log: Path,
    *,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    command: Sequence[str] = STREAMLIT,
) -> Iterator[tuple[str, int]]:
    """The address of `dashboard_server`, and the number of its process.

    It runs in a folder, with more environment variables and options of Streamlit. `command` is
    STREAMLIT or FASCORE, which has to run in ROOT.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--server.port={port}", "--server.address=127.0.0.1", *options]
    options += ["--server.headless=true", "--server.fileWatcherType=none"]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, *command, *options],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process, log)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(timeout=END)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise BrowserError(f"the server did not start:\n{log.read_text('utf-8')}")
