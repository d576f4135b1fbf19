"""What every page owes everyone: nothing asked of another host, readable, usable by keyboard."""

import os
from pathlib import Path

import pytest

from tests.browser.test_dashboard import TIMEOUT, check
from tools.browser import IDLE

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
STOPS = (
    ("", None), ("compare", None), ("many", None),
    ("metrics", None), ("metrics", "Curves"), ("metrics", "Confusion matrices"),
    ("metrics", "Slices"), ("metrics", "More rates"), ("metrics", "Other test sets"),
    ("explanations", None), ("explanations", "Where it looks"),
    ("explanations", "Trust"), ("images", None), ("training", None), ("stores", None),
    ("about", None),
)  # fmt: skip
BAD = ("serious", "critical")
# the element in focus: its name, whether a line is drawn around it, and how much it shows
FOCUS = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const drawn = element.closest('label') ?? element;
    let opacity = 1;
    for (let e = drawn; e; e = e.parentElement) opacity *= +getComputedStyle(e).opacity;
    const outlines = [element, drawn].map(e => getComputedStyle(e).outlineStyle);
    return {
        name: element.ariaLabel || element.innerText.slice(-40) || element.tagName,
        outlined: outlines.some(style => style !== 'none'), opacity,
    };
}"""

# nothing fades or changes its colour any more; what turns for ever is let turn
STILL = """() => document.getAnimations().every(animation =>
    animation.playState !== 'running'
    || animation.effect.getComputedTiming().iterations === Infinity)"""


@pytest.fixture(scope="module")
def axe() -> Path:
    """axe-core's script; without it the test is skipped, or fails where browsers are required."""
    if AXE.exists():
        return AXE
    missing = "axe-core is not installed: npm ci --prefix tests/browser"
    if os.environ.get("FASCORE_REQUIRE_BROWSER") == "1":
        pytest.fail(missing)
    pytest.skip(missing)


def settle(page) -> None:
    """Waits until the page has been drawn, and its elements have their colours."""
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    page.wait_for_timeout(800)
    page.wait_for_function(STILL, timeout=TIMEOUT)


def violations(page, axe: Path) -> list[str]:
    """What axe-core finds on the page as it is that is serious or critical."""
    page.add_script_tag(path=axe)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{rule['id']} at {rule['nodes'][0]['target']}: {rule['nodes'][0]['failureSummary']}"
        for rule in found
        if rule["impact"] in BAD
    ]


def test_every_page_can_be_read_by_everyone(page, axe):
    home, found = page.url.removesuffix("compare"), {}
    for path, section in STOPS:
        page.goto(f"{home}{path}")
        settle(page)
        if section:
            page.get_by_role("radio", name=section, exact=True).click(timeout=TIMEOUT)
            settle(page)
        check(page)
        found[path, section, "light"] = violations(page, axe)
        if page.viewport_size["width"] > 1000:  # colours are the same on every width
            page.emulate_media(color_scheme="dark")
            settle(page)
            found[path, section, "dark"] = violations(page, axe)
            page.emulate_media(color_scheme="light")
    assert {stop: rules for stop, rules in found.items() if rules} == {}


def test_start_leads_to_the_explanations_by_keyboard_alone(page):
    page.goto(page.url.removesuffix("compare"))
    page.get_by_text("Not to conclude").wait_for(timeout=TIMEOUT)
    settle(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        page.wait_for_timeout(120)
        page.wait_for_function(STILL, timeout=TIMEOUT)
        focus = page.evaluate(FOCUS)
        if focus is None:
            continue
        assert focus["outlined"], f"no focus is seen on {focus['name']}"
        assert focus["opacity"] > 0 or "Link to heading" in focus["name"], focus
        if focus["name"].endswith("Why? Compare the explanations"):
            break
    else:
        pytest.fail("60 times Tab do not lead from the top to the explanations")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Compare networks").wait_for(timeout=TIMEOUT)
    page.get_by_text("True label: spoof").wait_for(timeout=TIMEOUT)
