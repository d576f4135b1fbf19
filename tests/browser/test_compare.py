"""What Compare shows of one face beside verdicts and maps: changes, faces, a second picture."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_dashboard import TIMEOUT, check, wait_for_grid

pytestmark = pytest.mark.browser

FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def compared(page):
    """Compare with all its maps."""
    wait_for_grid(page)
    return page


def test_a_point_of_the_strip_shows_the_picture_that_was_scored(compared):
    panel = compared.locator(".st-key-firmness_panel")
    points = panel.locator(".scatterlayer .point")
    card = compared.locator(".st-key-firmness_pictures .card")
    expect(card).to_be_hidden()
    shown = []
    for number in (0, points.count() - 1):
        points.nth(number).scroll_into_view_if_needed(timeout=TIMEOUT)
        compared.evaluate(FRAMES)  # a picture is hidden while the page scrolls
        box = points.nth(number).bounding_box()
        compared.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(card).to_be_visible(timeout=TIMEOUT)
        shown.append(card.evaluate("card => card.style.backgroundPositionY"))
        place = card.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= compared.viewport_size["width"]
    assert len(set(shown)) == 2
    compared.mouse.move(1, 1)
    expect(card).to_be_hidden(timeout=TIMEOUT)
    check(compared)


def test_the_picture_that_was_scored_is_chosen_by_keyboard(compared):
    panel = compared.locator(".st-key-firmness_panel")
    picture = panel.get_by_role("img", name="What the networks see")
    before = picture.get_attribute("alt")
    choice = panel.get_by_role("combobox")
    choice.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        compared.keyboard.press(key)
    expect(picture).not_to_have_attribute("alt", before, timeout=TIMEOUT)
    check(compared)
