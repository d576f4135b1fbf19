"""What Compare shows of one face beside verdicts and maps: changes, faces, a second picture."""

import io
import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from skimage import data
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from fascore.models import VARIANTS, model_title
from tests.browser.test_dashboard import CELLS, TIMEOUT, check, wait_for_grid
from tools.browser import IDLE

pytestmark = pytest.mark.browser

FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def compared(page):
    """Compare with all its maps."""
    wait_for_grid(page)
    return page


def test_a_point_of_the_strip_shows_the_picture_that_was_scored(compared):
    panel = compared.locator(".st-key-firmness_panel")
    points = panel.locator("[data-trial] > :last-child")
    card = compared.locator(".st-key-firmness_pictures .card")
    expect(card).to_be_hidden()
    shown = []
    for number in (0, points.count() - 1):
        points.nth(number).scroll_into_view_if_needed(timeout=TIMEOUT)
        compared.evaluate(FRAMES)  # a picture is hidden while the page scrolls
        box = points.nth(number).bounding_box()
        compared.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(card).to_be_visible(timeout=TIMEOUT)
        shown.append(card.inner_text())
        of = card.locator(".picture").evaluate("of => of.style.backgroundPositionY")
        assert of == f"{-160 * (1 + number % 39)}px"
        place = card.bounding_box()
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= compared.viewport_size["width"]
    assert len(set(shown)) == 2
    compared.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    picture = panel.get_by_role("img", name="What the networks see: a crop of 16 px")
    expect(picture).to_be_visible(timeout=TIMEOUT)
    assert shown[1].startswith("a crop of 16 px: ")
    compared.mouse.move(1, 1)
    expect(card).to_be_hidden(timeout=TIMEOUT)
    check(compared)


def test_the_strip_is_saved_with_what_it_is_of(compared):
    buttons = compared.locator(".st-key-firmness_panel").get_by_role("button")
    saved = {}
    for kind in ("PNG", "SVG"):
        with compared.expect_download(timeout=TIMEOUT) as download:
            buttons.filter(has_text=kind).click()
        saved[kind] = download.value
        assert saved[kind].suggested_filename.startswith("firmness-demo-")
    svg = ElementTree.parse(saved["SVG"].path()).getroot()
    said = " ".join(line.text for line in svg.findall("{*}text"))
    for words in ("How firm is each verdict?", "test split", "Threshold", "Store", "Saved 20"):
        assert words in said
    with Image.open(saved["PNG"].path()) as picture:
        assert picture.size == (2 * round(float(svg.get("width"))), 2 * int(svg.get("height")))
        assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 50


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


# how far below the note of what is going on the maps begin, in each frame from the first in which
# it is said how firm the verdicts on another face are
WATCH = """() => {
  const before = document.querySelector('.fs-firm');
  window.heights = new Set();
  const top = of => document.querySelector(of)?.getBoundingClientRect().top;
  const look = () => {
    const firm = document.querySelector('.fs-firm');
    const height = top('.st-key-grid .fs-method') - top('.st-key-progress');
    if (firm && firm !== before && height) window.heights.add(Math.round(height));
    requestAnimationFrame(look);
  };
  look();
}"""


def test_maps_stay_where_they_are_while_a_face_is_explained(compared):
    compared.evaluate(WATCH)
    compared.locator('[class*="st-key-pick_gallery"] button').nth(1).click()
    compared.wait_for_function("() => window.heights.size", timeout=TIMEOUT)
    wait_for_grid(compared)
    heights = compared.evaluate("() => [...window.heights]")
    assert max(heights) - min(heights) <= 2, heights


def said(page) -> list[str]:
    """What each network says, in order: LIVE or SPOOF."""
    return [words.split()[1] for words in page.locator(".fs-verdict .fs-word").all_inner_texts()]


def wait_idle(page) -> None:
    """Waits until the change just made has been drawn."""
    page.wait_for_function(IDLE, timeout=TIMEOUT)


def test_sliders_change_the_picture_until_a_verdict_turns_and_take_it_back(compared):
    given = said(compared)
    compared.locator(".st-key-what_if summary").click()
    sliders = compared.locator(".st-key-what_if").get_by_role("slider")
    changed = compared.get_by_text("The picture is changed by the sliders")
    expect(sliders.first).to_be_visible(timeout=TIMEOUT)  # the panel unfolds
    for number in range(sliders.count()):
        for key in ("Home", "End"):  # its smallest value, and its largest
            sliders.nth(number).focus()
            compared.keyboard.press(key)
            wait_idle(compared)
            if said(compared) != given:
                break
        if said(compared) != given:
            break
    expect(changed).to_be_visible(timeout=TIMEOUT)
    assert len(said(compared)) == len(given) and said(compared) != given
    compared.locator(".st-key-as_given button").click()
    expect(changed).to_have_count(0, timeout=TIMEOUT)
    wait_for_grid(compared)
    assert said(compared) == given


def test_the_way_back_shows_the_face_before(compared):
    before = compared.url
    compared.get_by_role("radio", name="Replay", exact=True).click()
    compared.get_by_text("True label: spoof").wait_for(timeout=TIMEOUT)
    wait_for_grid(compared)
    assert compared.url != before
    compared.go_back()
    compared.get_by_text("True label: live").wait_for(timeout=TIMEOUT)
    wait_for_grid(compared)
    assert compared.url == before


def hide(page, count: int, network: str) -> str:
    """Hides so many regions by keyboard; what the network then says."""
    slider = page.locator(".st-key-hide_count").get_by_role("slider")
    slider.focus(timeout=TIMEOUT)
    for key in ("Home", *["ArrowRight"] * count):
        page.keyboard.press(key)
    picture = f"What {network} sees with {count} regions hidden"
    page.get_by_role("img", name=picture, exact=True).wait_for(timeout=TIMEOUT)
    wait_idle(page)
    line = page.get_by_text(re.compile(rf"^{re.escape(network)}: [●▲] (LIVE|SPOOF), P\(spoof\)"))
    return re.search("LIVE|SPOOF", line.inner_text())[0]


def test_regions_of_an_attack_are_hidden_until_a_verdict_turns(compared):
    compared.get_by_role("radio", name="Replay", exact=True).click()
    compared.get_by_text("True label: spoof").wait_for(timeout=TIMEOUT)
    wait_for_grid(compared)
    given = dict(zip(map(model_title, VARIANTS), said(compared), strict=True))
    compared.get_by_text("What if regions were hidden?").click()
    told = compared.get_by_text(re.compile("regions? turns the verdict; as many at random"))
    told.first.wait_for(timeout=TIMEOUT)
    words = re.search(r"(.+?): [●▲].*?(\d+) regions? turn", told.first.inner_text(), re.DOTALL)
    network, count = words[1].strip(), int(words[2])
    assert hide(compared, count - 1, network) == given[network]
    assert hide(compared, count, network) != given[network]
    check(compared)


def test_a_second_picture_is_set_beside_the_first_and_compared(compared):
    compared.get_by_text("A second picture beside this one").click()
    rows = compared.locator(".st-key-second_rows")
    difference = rows.get_by_role("img", name="First minus second: ")
    expect(difference).to_have_count(len(VARIANTS), timeout=TIMEOUT)
    wait_idle(compared)
    heads = rows.locator('[data-testid="stImageCaption"]', has_text="True label:").all_inner_texts()
    labels = [re.search("True label: (live|spoof)", words)[1] for words in heads]
    assert labels == ["live", "spoof"]  # of one person, as the shipped test set has them
    assert "beside=" in compared.url
    check(compared)


def two_people() -> bytes:
    """A picture with two faces: a photograph and its mirror image, side by side."""
    pixels = data.astronaut()
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate([pixels, pixels[:, ::-1]], axis=1)).save(buffer, "PNG")
    return buffer.getvalue()


def test_one_of_several_faces_is_chosen_by_keyboard(page):
    page.get_by_role("radio", name="Upload").click(timeout=TIMEOUT)
    page.locator('input[type="file"]').set_input_files(
        {"name": "two.png", "mimeType": "image/png", "buffer": two_people()}
    )
    page.get_by_text("Which face?").wait_for(timeout=TIMEOUT)
    wait_for_grid(page)
    crop = page.get_by_role("img", name="The square crop around the face")
    before = crop.get_attribute("src")
    page.get_by_role("button", name="Face 2", exact=True).focus()
    page.keyboard.press("Enter")
    expect(crop).not_to_have_attribute("src", before, timeout=TIMEOUT)
    expect(page.locator('.st-key-pick_face_2 button[kind="primary"]')).not_to_have_count(0)
    wait_for_grid(page)


def runs_of(page) -> list[str]:
    """How each run of the page's script from now on ends."""
    runs: list[str] = []

    def take(frame: bytes | str) -> None:
        message = ForwardMsg()
        message.ParseFromString(frame if isinstance(frame, bytes) else frame.encode())
        if message.WhichOneof("type") == "script_finished":
            runs.append(ForwardMsg.ScriptFinishedStatus.Name(message.script_finished))

    page.on("websocket", lambda socket: socket.on("framereceived", take))
    return runs


def drawn_maps(page) -> list[str]:
    """Where each map's picture is, once none is waited for."""
    wait_for_grid(page)
    maps = page.get_by_role("img", name=re.compile(" map of "))
    expect(maps).to_have_count(CELLS, timeout=TIMEOUT)  # what draws pictures is loaded late
    return maps.evaluate_all("maps => maps.map(map => map.src)")


def test_opacity_draws_the_maps_again_and_runs_nothing_else(page, tmp_path):
    runs = runs_of(page)
    page.reload()  # its socket is listened to from the start
    before = drawn_maps(page)
    page.evaluate(FRAMES)
    runs.clear()
    slider = page.get_by_role("slider", name="Opacity")
    slider.focus(timeout=TIMEOUT)
    page.keyboard.press("Home")
    last = page.get_by_role("img", name="SHAP map of ").last
    expect(last).not_to_have_attribute("src", before[-1], timeout=TIMEOUT)
    wait_idle(page)  # a run ends after its last picture is there
    assert len(drawn_maps(page)) == len(before)
    assert set(runs) == {"FINISHED_FRAGMENT_RUN_SUCCESSFULLY"}
    page.locator(".st-key-export button").first.click(timeout=TIMEOUT)
    with page.expect_download(timeout=TIMEOUT) as download:
        page.locator(".st-key-export_values button").click(timeout=TIMEOUT)
    with np.load(download.value.path()) as values:
        assert json.loads(str(values["about"]))["drawn"]["opacity"] == 0
    check(page)


def test_opacity_is_that_of_a_second_pictures_maps_too(compared):
    compared.get_by_text("A second picture beside this one").click()
    difference = compared.get_by_role("img", name="First minus second: ").first
    difference.wait_for(timeout=TIMEOUT)
    wait_idle(compared)
    before = difference.get_attribute("src")
    compared.get_by_role("slider", name="Opacity").focus()
    compared.keyboard.press("Home")
    expect(difference).not_to_have_attribute("src", before, timeout=TIMEOUT)
    check(compared)
