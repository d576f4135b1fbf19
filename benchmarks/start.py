"""How long a new server takes to its first page: `python -m benchmarks.start [--store DIR]`.

Starts servers by both commands, opens them in Chromium, and waits for Start's title, its text and
tables, and its networks. Beside them stands the first line of a bare Streamlit app (`bare_app.py`),
started in turns with them: of what is waited for, that much is Python, Streamlit and the browser.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Browser, Page, sync_playwright

from fascore.shipped import DEMO_STORE
from tools.browser import (
    CHROMIUM_OPTIONS,
    FASCORE,
    IDLE,
    STREAMLIT,
    chromium_path,
    dashboard_process,
)

PATIENCE = 600_000  # ms
BARE = ("-m", "streamlit", "run", str(Path(__file__).with_name("bare_app.py")))
CLICKS = 10  # on the bare app
TARGET = "text and tables: <= 3 s on an idle machine"
PICTURE = ".st-key-picture img"
ANOTHER = f"""before => {{
    const picture = document.querySelector('{PICTURE}');
    return picture && picture.complete && picture.src !== before
}}"""


@contextmanager
def server(store: Path, command: Sequence[str] = STREAMLIT) -> Iterator[tuple[str, int, float]]:
    """A new server's address and process, and when it was started."""
    os.environ["FASCORE_STORE"] = str(store)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with dashboard_process(Path(folder) / "log.txt", command=command) as (address, process):
            yield address, process, start


def processor_seconds(process: int) -> float:
    """What a process has taken of the processors so far (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def settle(page: Page) -> None:
    """Waits until the page has been drawn and its script has ended."""
    page.wait_for_timeout(500)
    page.wait_for_function(IDLE, timeout=PATIENCE)


def cold_start(browser: Browser, store: Path, command: Sequence[str]) -> dict[str, float]:
    """Seconds until a new server has drawn its first page, to the end."""
    with server(store, command) as (address, process, start):
        page = browser.new_context().new_page()
        page.goto(address, timeout=PATIENCE)
        page.locator("h1").first.wait_for(timeout=PATIENCE)
        title = time.perf_counter() - start
        page.get_by_text("What to conclude").first.wait_for(timeout=PATIENCE)
        read = time.perf_counter() - start
        settle(page)
        whole = time.perf_counter() - start
        taken = processor_seconds(process)
        page.context.close()
    return {"title": title, "text and tables": read, "with networks": whole, "CPU": taken}


def bare_start(browser: Browser) -> float:
    """Seconds until a new server of the bare app has drawn its text."""
    with server(DEMO_STORE, BARE) as (address, _, start):
        page = browser.new_context().new_page()
        page.goto(address, timeout=PATIENCE)
        page.locator("h1").first.wait_for(timeout=PATIENCE)
        read = time.perf_counter() - start
        page.context.close()
    return read


def bare_picture(browser: Browser) -> float:
    """Seconds from a click on the bare app to its next picture, median of CLICKS."""
    clicks = []
    with server(DEMO_STORE, BARE) as (address, _, _):
        page = browser.new_context().new_page()
        page.goto(address, timeout=PATIENCE)
        for _ in range(1 + CLICKS):
            page.locator(PICTURE).wait_for(timeout=PATIENCE)
            settle(page)
            before = page.locator(PICTURE).get_attribute("src")
            clicked = time.perf_counter()
            page.locator(".stButton button").click()
            page.wait_for_function(ANOTHER, arg=before, timeout=PATIENCE, polling=20)
            clicks.append(time.perf_counter() - clicked)
        page.context.close()
    return float(np.median(clicks[1:]))  # the first loads what shows pictures


def main() -> None:
    """Prints what was waited for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=DEMO_STORE)
    parser.add_argument("--rounds", type=int, default=5, help="servers of each kind")
    options = parser.parse_args()
    rounds = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_OPTIONS)
        )
        for _ in range(options.rounds):
            bare = bare_start(browser)
            for name, command in (("fascore", FASCORE), ("streamlit run", STREAMLIT)):
                waited = cold_start(browser, options.store.resolve(), command)
                rounds.append({"command": name, "bare app": bare, **waited})
    medians = pd.DataFrame(rounds).groupby("command", sort=False).median()
    medians["text / bare"] = medians["text and tables"] / medians["bare app"]
    print(f"Seconds, medians of {options.rounds} servers; {TARGET}")
    print(medians.round(2).to_string())


if __name__ == "__main__":
    main()
