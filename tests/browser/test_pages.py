"""Pages from top to end, and all of a page's numbers as a file."""

import json
import re
import zipfile

import pandas as pd
import pytest
from playwright.sync_api import expect

from fascore.models import VARIANTS
from fascore.store import Store
from tests.browser.test_dashboard import STORE, TIMEOUT, check
from tools.browser import IDLE

pytestmark = pytest.mark.browser

STEPS = ("1. One face", "2. A whole test set", "3. Is the difference", "4. Do the maps deserve")


def test_start_is_read_to_its_end(page):
    page.goto(page.url.removesuffix("compare"))
    page.get_by_text("Not to conclude").wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    for step in STEPS:
        page.get_by_role("heading", name=step).scroll_into_view_if_needed(timeout=TIMEOUT)
    expect(page.locator(".fs-verdict")).to_have_count(len(VARIANTS), timeout=TIMEOUT)
    before = page.get_by_role("img", name="A test face").get_attribute("src")
    page.get_by_role("button", name="Another face").click()
    another = page.get_by_role("img", name="A test face")
    expect(another).not_to_have_attribute("src", before, timeout=TIMEOUT)
    check(page)
    page.get_by_role("link", name="All tables and curves").click()
    page.get_by_role("heading", name="Metrics on a whole test set").wait_for(timeout=TIMEOUT)


def test_all_numbers_of_metrics_come_in_one_zip(page, tmp_path):
    page.goto(page.url.replace("compare", "metrics"))
    button = page.get_by_role("button", name=re.compile("All of this page's numbers"))
    with page.expect_download(timeout=TIMEOUT) as download:
        button.first.click(timeout=TIMEOUT)
    download.value.save_as(tmp_path / "numbers.zip")
    with zipfile.ZipFile(tmp_path / "numbers.zip") as archive:
        about = json.loads(archive.read("about.json"))
        tables = {
            name: pd.read_csv(archive.open(name))
            for name in archive.namelist()
            if name.endswith(".csv")
        }
    metrics = next(table for name, table in tables.items() if "metrics" in name)
    assert set(VARIANTS) <= set(metrics["model"])
    for table in tables.values():
        assert {"data_set", "store", "test_set", "threshold_rule", "made"} <= set(table)
    (rule,) = metrics["threshold_rule"].unique()
    assert rule == Store(STORE).card("cnn").threshold["rule"] and rule in json.dumps(about)
    check(page)
