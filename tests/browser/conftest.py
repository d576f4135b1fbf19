"""A real server on the shipped store and a real Chromium; skipped where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tools import browser as real

LOCAL = ("data:", "blob:", "about:")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Chromium's path; without it the tests are skipped, or fail where they are required."""
    try:
        return real.chromium_path()
    except real.BrowserError as err:
        if os.environ.get("FASCORE_REQUIRE_BROWSER") == "1":
            pytest.fail(f"FASCORE_REQUIRE_BROWSER is 1, but there is {err}")
        pytest.skip(str(err))


@pytest.fixture(scope="package")
def server(chromium_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a server of the dashboard on the default store, or on FASCORE_STORE."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with real.dashboard_server(log) as address:
        yield address
    assert "Traceback" not in log.read_text("utf-8"), log.read_text("utf-8")


@pytest.fixture(scope="package")
def browser(chromium_path: str):
    """Chromium, started once; each test gets its own context and so its own session.

    It ends with this package: while Playwright runs, other tests cannot use asyncio.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, args=list(real.CHROMIUM_OPTIONS)
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
