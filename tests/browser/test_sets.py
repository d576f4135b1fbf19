"""Another test set, in a real browser: tables follow, the address names it, Images shows it too."""

import re

import pandas as pd
import pytest

from fascore.evaluation_sets import open_set, set_names
from fascore.shipped import DEMO_STORE
from fascore.store import Store
from tests.browser.test_dashboard import TIMEOUT
from tools.browser import IDLE

pytestmark = pytest.mark.browser


@pytest.fixture
def another():
    """Name, title and number of images of one of the shipped store's other test sets."""
    store = Store(DEMO_STORE)
    name = set_names(store)[-1]
    tested = open_set(store, name)
    return name, tested.title, len(tested.samples)


def open_sidebar(page):
    """A narrow screen has closed it; whether it had to be opened."""
    closed = page.get_by_test_id("stExpandSidebarButton")
    if not closed.count():
        return False
    closed.click(timeout=TIMEOUT)
    return True


def choose(page, title):
    """Chooses a test set in the sidebar, and waits until the tables are of it."""
    opened = open_sidebar(page)
    page.get_by_role("combobox", name="Test set").click(timeout=TIMEOUT)
    page.get_by_role("option", name=title).click(timeout=TIMEOUT)
    page.get_by_text(f"Measured on {title}").first.wait_for(timeout=TIMEOUT)
    if opened:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click(timeout=TIMEOUT)


def test_tables_follow_the_test_set_and_images_goes_along(page, another):
    name, title, count = another
    page.goto(page.url.replace("compare", "metrics"))
    page.get_by_text(re.compile("Measured on .*test split")).first.wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    choose(page, title)
    page.get_by_text(f"Measured on {title}, {count:,} images").first.wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    assert not page.get_by_text(re.compile("Measured on .*test split")).count()
    assert page.get_by_text(f"store's own validation, applied to {title}").count()
    assert f"set={name}" in page.url
    with page.expect_download(timeout=TIMEOUT) as download:
        page.locator(".st-key-pad_csv").get_by_role("button").click(timeout=TIMEOUT)
    named = title.replace(" ", "-")
    assert download.value.suggested_filename.startswith("pad-")
    assert named in download.value.suggested_filename
    assert set(pd.read_csv(download.value.path())["test_set"]) == {title}
    open_sidebar(page)
    page.get_by_role("link", name="Images").click(timeout=TIMEOUT)
    page.get_by_text(f"Test set: {title}, {count:,} images").wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    assert f"set={name}" in page.url
    page.reload()
    page.get_by_text(f"Test set: {title}, {count:,} images").wait_for(timeout=TIMEOUT)


def visit(page, name, sentence):
    """Opens a page by the navigation and waits until it is of the test set."""
    open_sidebar(page)
    page.get_by_role("link", name=name, exact=True).click(timeout=TIMEOUT)
    page.get_by_text(sentence).first.wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)


def test_the_choice_goes_along_to_start_and_to_the_gallery(page, another):
    name, title, count = another
    page.goto(page.url.replace("compare", f"metrics?set={name}"))
    page.get_by_text(f"Measured on {title}").first.wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    visit(page, "Start", f"On {title}, {count:,} images")
    assert not page.get_by_text(re.compile("^On .*test split, .* images")).count()
    visit(page, "Compare", f"The pictures of {title} are not here")
    assert f"set={name}" in page.url
    one = open_set(Store(DEMO_STORE), "astronaut").title
    open_sidebar(page)
    page.get_by_role("combobox", name="Test set").click(timeout=TIMEOUT)
    page.get_by_role("option", name=one).click(timeout=TIMEOUT)
    page.get_by_text(f"Test images of {one}").wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    assert "set=astronaut" in page.url and not page.get_by_text("are not here").count()
