import io
import os
import re
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import expect

from dashboard.views import cell_words
from fascore.explain import default_explainers
from fascore.labels import PAI_SPECIES, SPOOF, SPOOF_TYPES
from fascore.models import VARIANTS
from fascore.report import store_report
from fascore.scores.evaluation import evaluate_scores, score_quality
from fascore.scores.thresholds import ThresholdChoice
from fascore.store import Store
from tools.browser import IDLE, ROOT

pytestmark = pytest.mark.browser

STORE = os.environ.get("FASCORE_STORE") or ROOT / "assets" / "models" / "demo"

CELLS = len(VARIANTS) * len(default_explainers())
SPECIES = {
    "Live": (0,),
    "Print": PAI_SPECIES["print"],
    "Replay": PAI_SPECIES["replay"],
    "3D mask": PAI_SPECIES["3d_mask"],
}
TIMEOUT = 180_000  # ms, for the first face after the server's start


def wait_for_grid(page) -> None:
    """Waits until all cells hold their maps, and checks that nothing went wrong."""
    page.wait_for_function(
        f"""() => !document.querySelector('[data-test-script-state="running"]')
            && document.querySelectorAll('.fs-verdict').length === {len(VARIANTS)}
            && document.querySelectorAll('.fs-scale').length === {CELLS}""",
        timeout=TIMEOUT,
    )
    check(page)


def check(page) -> None:
    """No error or exception is on the page, and it does not scroll sideways."""
    for kind in ("stException", "stAlertContentError"):
        found = page.get_by_test_id(kind)
        assert found.count() == 0, found.first.inner_text()
    wide = page.evaluate(
        "() => document.querySelector('[data-testid=\"stMain\"]').scrollWidth - innerWidth"
    )
    assert wide <= 0


def open_sidebar(page) -> None:
    """Opens the sidebar where a narrow screen hides it."""
    button = page.get_by_test_id("stExpandSidebarButton")
    if button.count() and button.is_visible():
        button.click()
        page.wait_for_function(
            "() => document.querySelector('[data-testid=\"stSidebar\"]')"
            ".getBoundingClientRect().left >= 0",
            timeout=TIMEOUT,
        )  # it slides in, and a list opened meanwhile closes


def close_sidebar(page) -> None:
    """Closes the sidebar where it covers a narrow screen."""
    if page.viewport_size["width"] < 768:
        page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()


def test_face_of_every_class_gets_its_maps(page):
    wait_for_grid(page)
    for species, types in SPECIES.items():
        page.get_by_role("radio", name=species, exact=True).click()
        names = re.compile("^(" + "|".join(SPOOF_TYPES[code] for code in types) + ")$")
        pick = page.locator('[class*="st-key-pick_"] button').filter(has_text=names)
        pick.last.click(timeout=TIMEOUT)
        label = "live" if species == "Live" else "spoof"
        page.get_by_text(f"True label: {label}").wait_for(timeout=TIMEOUT)
        if species != "Live":
            page.get_by_text(re.compile(f"^True label: spoof .*{species}")).wait_for(
                timeout=TIMEOUT
            )
        wait_for_grid(page)


def test_each_map_is_judged_and_shows_its_curves(page):
    wait_for_grid(page)
    page.get_by_text("Judge each map").click()
    page.wait_for_function(
        f"() => document.querySelectorAll('[class*=\"st-key-curves_\"]').length === {CELLS}",
        timeout=4 * TIMEOUT,
    )
    page.get_by_text("Fidelity over chance").first.wait_for(timeout=TIMEOUT)
    page.get_by_text("Stability (1 is unchanged)").first.wait_for(timeout=TIMEOUT)
    page.locator('[class*="st-key-curves_"] button').first.click()
    page.get_by_text("Against a blurred picture").first.wait_for(timeout=TIMEOUT)
    check(page)


def test_attention_shows_its_gates_and_the_verdict_without_them(page):
    wait_for_grid(page)
    page.get_by_text("Attention itself").click()
    spatial = page.get_by_text(re.compile("Spatial gate .* weight of each place"))
    spatial.first.wait_for(timeout=TIMEOUT)
    assert page.get_by_text("With the gate switched off").count() == 4
    check(page)


def test_photograph_is_found_and_judged(page):
    from skimage import data

    buffer = io.BytesIO()
    Image.fromarray(data.astronaut()).save(buffer, "PNG")
    page.get_by_role("radio", name="Upload").click(timeout=TIMEOUT)
    page.locator('input[type="file"]').set_input_files(
        {"name": "astronaut.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    )
    page.get_by_text("found by MTCNN").wait_for(timeout=TIMEOUT)
    wait_for_grid(page)
    assert page.locator(".fs-chip.fs-live").count() >= 3


@pytest.mark.parametrize("number", [9, 13], ids=["print", "replay"])
def test_attack_on_a_photograph_is_told(page, number):
    """Made of the same photograph by the simulator; no network was trained on it."""
    with zipfile.ZipFile(ROOT / "assets/demo/astronaut/faces.zip") as archive:
        picture = archive.read(f"Data/test/0/spoof/{number:06d}.jpg")
    page.get_by_role("radio", name="Upload").click(timeout=TIMEOUT)
    page.locator('input[type="file"]').set_input_files(
        {"name": "attack.jpg", "mimeType": "image/jpeg", "buffer": picture}
    )
    page.get_by_text("found by MTCNN").wait_for(timeout=TIMEOUT)
    wait_for_grid(page)
    assert page.locator(".fs-chip.fs-spoof").count() >= 3


def test_bad_file_gets_one_sentence(page):
    page.get_by_role("radio", name="Upload").click(timeout=TIMEOUT)
    page.locator('input[type="file"]').set_input_files(
        {"name": "face.png", "mimeType": "image/png", "buffer": b"no picture at all"}
    )
    page.get_by_text("Received: a text file").wait_for(timeout=TIMEOUT)
    # what the face before had on the page goes once the run has ended
    expect(page.locator(".fs-verdict")).to_have_count(0, timeout=TIMEOUT)
    assert page.get_by_test_id("stException").count() == 0


def test_pages_open_and_come_back(page):
    wait_for_grid(page)
    pages = {
        "Metrics": ("Metrics on a whole", "Paired tests"),
        "Images": ("Faces behind", "the most wrong first"),
        "About": ("About fascore", "Licences"),
    }
    for name, (heading, last) in pages.items():
        open_sidebar(page)
        page.locator(".st-key-navigation a").filter(has_text=name).click()
        page.get_by_role("heading", name=heading).wait_for(timeout=TIMEOUT)
        page.get_by_text(last).first.wait_for(timeout=TIMEOUT)
        page.wait_for_timeout(300)
        check(page)
    open_sidebar(page)
    page.locator(".st-key-navigation a").filter(has_text="Compare").click()
    wait_for_grid(page)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    for heading in ("About fascore", "Faces behind", "Metrics on a whole"):  # one press a page
        page.go_back()
        page.get_by_role("heading", name=heading).wait_for(timeout=TIMEOUT)
        page.wait_for_function(IDLE, timeout=TIMEOUT)


def test_threshold_set_by_hand_is_the_same_on_both_pages(page):
    wait_for_grid(page)
    open_sidebar(page)
    page.locator(".st-key-threshold_rule input").click()
    page.get_by_role("option", name="by hand").click(timeout=TIMEOUT)
    field = page.locator(".st-key-threshold_value input")
    field.focus()
    for _ in range(10):
        page.keyboard.press("ArrowDown")
    page.get_by_text("Threshold 0.400 (set by hand)").first.wait_for(
        state="attached", timeout=TIMEOUT
    )
    page.get_by_role("link", name="Metrics").click()
    words = "Threshold: set by hand to 0.4. Set by hand while the test"
    page.get_by_text(words).wait_for(timeout=TIMEOUT)
    close_sidebar(page)
    page.get_by_role("radio", name="More rates").click(timeout=TIMEOUT)
    table = page.get_by_test_id("stDataFrame").filter(has_text="set by hand")
    table.first.wait_for(state="attached", timeout=TIMEOUT)
    rows = [row for row in table.locator("tr").all_text_contents() if "set by hand" in row]
    assert rows and all("0.400" in row for row in rows)
    # as many attacks accepted in the matrix as faces behind it
    page.get_by_role("radio", name="Confusion matrices").click()
    cell = page.locator(".st-key-cell_cnn_1_False button")
    cell.wait_for(timeout=TIMEOUT)
    label = cell.inner_text()
    expected = evaluate_scores(score_quality(Store(STORE).scored("cnn")), threshold=0.4)
    assert label == cell_words(int(expected.rates.confusion[1, 0]), SPOOF, False)
    steps = page.evaluate("() => history.length")
    cell.click()
    page.get_by_text(f"{label} by CNN").wait_for(timeout=TIMEOUT)
    page.wait_for_function(IDLE, timeout=TIMEOUT)
    assert page.evaluate("() => history.length") == steps + 1  # one press of Back
    check(page)


def test_report_opens_without_a_network(browser, tmp_path):
    report, _ = store_report(Store(STORE), ThresholdChoice())
    (tmp_path / "report.html").write_text(report)
    context = browser.new_context(offline=True, viewport={"width": 420, "height": 900})
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "report.html").as_uri())
    page.wait_for_function("() => document.querySelectorAll('.main-svg').length >= 4")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    context.close()


def test_cell_of_a_matrix_leads_to_a_face_and_to_its_explanations(page):
    page.goto(page.url.replace("compare", "metrics"))
    page.get_by_role("radio", name="Confusion matrices").click(timeout=TIMEOUT)
    cell = page.locator(".st-key-cell_cnn_1_False button")
    cell.wait_for(timeout=TIMEOUT)
    label = cell.inner_text()
    cell.click()
    page.get_by_role("heading", name="Faces behind").wait_for(timeout=TIMEOUT)
    page.get_by_text(f"{label} by CNN").wait_for(timeout=TIMEOUT)
    page.get_by_role("button", name="Compare").first.click()
    page.get_by_text("True label: spoof").wait_for(timeout=TIMEOUT)
    wait_for_grid(page)
    page.go_back()  # one step, whatever the address came to say
    page.get_by_role("heading", name="Faces behind").wait_for(timeout=TIMEOUT)
