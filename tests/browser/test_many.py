"""A visit's pictures: given together, filtered, taken home, and one of them opened in Compare."""

import re

import pandas as pd
import pytest

from fascore.data import open_data
from fascore.labels import LIVE, SPOOF
from fascore.models import VARIANTS
from fascore.shipped import located
from fascore.store import Store
from tests.browser.test_dashboard import STORE, TIMEOUT, check, wait_for_grid
from tools.browser import IDLE

pytestmark = pytest.mark.browser

BAD = "notes.txt"


@pytest.fixture(scope="module")
def five() -> list[dict]:
    """Two live faces, two attacks and a file that is no picture."""
    store = Store(STORE)
    data = open_data(located(store.card(next(iter(VARIANTS))).data["root"]))
    samples = store.samples()
    test = samples[samples["split"] == "test"]
    chosen = [*test.index[test["label"] == LIVE][:2], *test.index[test["label"] == SPOOF][:2]]
    files = [
        {"name": f"{at}.jpg", "mimeType": "image/jpeg", "buffer": data.read(sample_id)}
        for at, sample_id in enumerate(chosen)
    ]
    return [*files[:2], {"name": BAD, "mimeType": "text/plain", "buffer": b"hello"}, *files[2:]]


@pytest.fixture
def many(page, five):
    """The page with all five judged."""
    page.goto(page.url.replace("compare", "many"))
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    page.locator('input[type="file"]').set_input_files(five)
    page.get_by_text("in 5 files:").wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    return page


def saved_table(page) -> pd.DataFrame:
    with page.expect_download(timeout=TIMEOUT) as download:
        page.get_by_role("button", name=re.compile("CSV of these")).click()
    return pd.read_csv(download.value.path())


def show(page, kind: str) -> int:
    """Shows the rows of a kind; how many the page says there are."""
    choice = page.get_by_role("radio", name=re.compile(f"^{kind} "))
    number = int(re.search(r"\((\d+)\)", choice.inner_text())[1])
    choice.click()
    return number


def test_five_pictures_are_judged_filtered_and_taken_home(many):
    table = saved_table(many)
    bad = table[table["picture"] == BAD]
    assert len(bad) == 1 and "a text file" in bad["note"].iloc[0]
    faces = table.drop(index=bad.index)
    assert set(faces["picture"]) == {"0.jpg", "1.jpg", "2.jpg", "3.jpg"}
    assert set(faces["model"]) == set(VARIANTS)
    assert faces["spoof_score"].between(0, 1).all()
    assert ((faces["spoof_score"] >= faces["threshold"]) == (faces["verdict"] == "spoof")).all()
    for column in ("data_set", "threshold_rule", "made"):
        assert table[column].notna().all() and table[column].nunique() == 1
    assert show(many, "Not judged") == 1
    many.get_by_role("button", name="CSV of these 1 rows").wait_for(timeout=TIMEOUT)
    assert list(saved_table(many)["picture"]) == [BAD]
    everything = faces.drop_duplicates(["picture", "face"])["says_spoof"]
    assert show(many, "Networks disagree") == everything.between(1, len(VARIANTS) - 1).sum()
    check(many)


def test_a_row_opens_compare_with_that_face_and_the_table_stays(many):
    table = saved_table(many)
    check(many)
    frame = many.get_by_test_id("stDataFrame")
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    many.mouse.click(box["x"] + 16, box["y"] + 48 * 1.5)  # the box of the first row
    many.get_by_role("button", name="Open in Compare").click(timeout=TIMEOUT)
    many.get_by_role("heading", name="Compare networks").wait_for(timeout=TIMEOUT)
    wait_for_grid(many)
    first = table[(table["picture"] == "0.jpg") & (table["face"] == 1)]
    shown = [float(each) for each in many.locator(".fs-verdict b").all_inner_texts()]
    assert shown == pytest.approx(list(first["spoof_score"]), abs=6e-4)
    many.go_back()
    many.get_by_text("in 5 files:").wait_for(timeout=TIMEOUT)


def test_pictures_that_are_forgotten_are_gone(many):
    many.get_by_role("button", name="Forget these 5 files").click()
    many.get_by_text("in 5 files:").wait_for(state="detached", timeout=TIMEOUT)
    assert many.get_by_test_id("stDataFrame").count() == 0
