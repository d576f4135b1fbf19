"""A real server on the shipped store and a real Chromium; skipped where there is none."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APP = ROOT / "dashboard" / "app.py"
LOCAL = ("data:", "blob:", "about:")
START = 60  # s a server may take to answer
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _chromium() -> str:
    """Chromium's path; without it the tests are skipped, or fail where they are required."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path:
        return path
    if os.environ.get("FASCORE_REQUIRE_BROWSER") == "1":
        pytest.fail("FASCORE_REQUIRE_BROWSER is 1, but there is no Chromium. Install chromium.")
    pytest.skip("no Chromium on this machine")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    return _chromium()


@pytest.fixture(scope="package")
def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server of the dashboard on the default store, or on FASCORE_STORE."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", str(APP), "--server.headless=true"]
    options = [f"--server.port={port}", "--server.address=127.0.0.1"]
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, *options, "--server.fileWatcherType=none"],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert "Traceback" not in log.read_text(), log.read_text()


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"The server did not start:\n{log.read_text()}")


@pytest.fixture(scope="package")
def browser(chromium_path: str):
    """Chromium, started once; each test gets its own context and so its own session.

    It ends with this package: while Playwright runs, other tests cannot use asyncio.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=list(CHROMIUM_OPTIONS)
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=[1440, 420], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, browser, server: str):
    """The Compare page just opened, on a wide and on a narrow screen.

    Whatever a test does with it, nothing may be asked of another host.
    """
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    elsewhere: list[str] = []
    context.on(
        "request",
        lambda asked: asked.url.startswith(LOCAL + (server,)) or elsewhere.append(asked.url),
    )
    opened = context.new_page()
    opened.goto(f"{server}/compare")
    yield opened
    context.close()
    assert elsewhere == [], "asked of another host"
