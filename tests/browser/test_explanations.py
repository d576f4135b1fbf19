import re

import pytest

from tests.browser.test_dashboard import TIMEOUT, check, wait_for_grid

pytestmark = pytest.mark.browser

SECTIONS = {
    "Claims": "Replay attacks are recognised by the device.",
    "Measures": "Paired tests between networks",
    "Where it looks": "Mean maps",
    "Agreement": "Rank correlation between",
    "Trust": "does the map depend on what was learnt?",
    "Images": "Select a point to see its image",
}


@pytest.fixture
def explanations(page):
    """The page on explanations, just opened; skipped where the store has none judged."""
    page.goto(page.url.replace("compare", "explanations"))
    page.get_by_role("heading", name="Explanations judged").wait_for(timeout=TIMEOUT)
    either = re.compile("have not been judged|Insertion and deletion in")
    page.get_by_text(either).first.wait_for(timeout=TIMEOUT)
    if page.get_by_text("have not been judged").count():
        pytest.skip("the store's explanations have not been judged")
    return page


def open_section(page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click(timeout=TIMEOUT)
    page.get_by_text(SECTIONS[name]).first.wait_for(timeout=TIMEOUT)
    page.wait_for_function(
        """() => !document.querySelector(
            '[data-testid="stApp"][data-test-script-state="running"]')""",
        timeout=TIMEOUT,
    )


def test_every_section_fits_the_screen(explanations):
    for name in SECTIONS:
        open_section(explanations, name)
        check(explanations)


def test_point_leads_to_its_face_and_its_explanations(explanations):
    open_section(explanations, "Images")
    point = explanations.locator(".scatterlayer .point").first
    point.scroll_into_view_if_needed(timeout=TIMEOUT)
    box = point.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    explanations.mouse.move(*middle)
    explanations.locator(".hoverlayer .hovertext").wait_for(timeout=TIMEOUT)
    explanations.mouse.click(*middle)
    explanations.locator(".st-key-picked").get_by_role("button").click(timeout=TIMEOUT)
    explanations.get_by_text("True label:").wait_for(timeout=TIMEOUT)
    wait_for_grid(explanations)


def test_listed_image_leads_to_compare_by_keyboard(explanations):
    open_section(explanations, "Images")
    button = explanations.locator(".st-key-tiles").get_by_role("button").first
    button.focus(timeout=TIMEOUT)
    explanations.keyboard.press("Enter")
    explanations.get_by_text("True label:").wait_for(timeout=TIMEOUT)
