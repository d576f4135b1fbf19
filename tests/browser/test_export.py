"""What is taken home opens in a browser without a network, and nothing of it is kept here."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from fascore.explain import default_explainers
from fascore.models import VARIANTS
from fascore.store import Store
from tests.browser.test_dashboard import CELLS, STORE, TIMEOUT, check, wait_for_grid

pytestmark = pytest.mark.browser


def saved(page, name: str, folder):
    """The file that a button of Export gives."""
    with page.expect_download(timeout=TIMEOUT) as download:
        page.locator(f".st-key-export_{name} button").click(timeout=TIMEOUT)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_export_opens_offline_with_verdicts_and_maps(page, browser, tmp_path):
    wait_for_grid(page)
    page.locator(".st-key-export button").first.click(timeout=TIMEOUT)
    file = saved(page, "page", tmp_path)
    with np.load(saved(page, "values", tmp_path), allow_pickle=False) as values:
        about = json.loads(str(values["about"]))
        assert all(f"shap/{name}/values" in values for name in VARIANTS)
    grid = Image.open(io.BytesIO(saved(page, "grid", tmp_path).read_bytes()))
    assert grid.width > 1000
    check(page)

    context = browser.new_context(offline=True, viewport=page.viewport_size)
    opened, asked = context.new_page(), []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(file.as_uri())
    opened.wait_for_function("() => document.querySelectorAll('.fs-strip [data-trial]').length > 0")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert opened.locator(".verdict").count() == len(VARIANTS)
    assert opened.locator(".scale").count() == CELLS
    whole = "() => [...document.images].every(image => image.naturalWidth > 0)"
    assert opened.evaluate(whole)
    text = opened.inner_text("body")
    for explainer in default_explainers():
        assert explainer.title in text
    known = [about[name] for name in ("sample_id", "fingerprint", "threshold_rule")]
    for words in (*known, *about["answer"], about["software"]["tensorflow"], *about["warnings"]):
        assert words in text
    assert opened.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    context.close()


def test_a_chart_is_saved_by_keyboard_with_what_it_is_of(page, tmp_path):
    page.goto(page.url.replace("compare", "metrics"))
    page.get_by_role("radio", name="Curves").click(timeout=TIMEOUT)
    chart = page.locator(".st-key-roc_corner .main-svg").first
    chart.wait_for(timeout=TIMEOUT)
    saved_as = {}
    for kind in ("PNG", "SVG"):
        button = page.locator(".st-key-roc_corner_save").get_by_role("button", name=kind)
        button.focus(timeout=TIMEOUT)
        with page.expect_download(timeout=TIMEOUT) as download:
            page.keyboard.press("Enter")
        name = download.value.suggested_filename
        assert name.startswith("roc_corner-") and name.endswith(f".{kind.lower()}")
        download.value.save_as(tmp_path / name)
        saved_as[kind] = (tmp_path / name).read_bytes()
    assert Image.open(io.BytesIO(saved_as["PNG"])).width >= 1000
    written = saved_as["SVG"].decode()
    known = Store(STORE)
    card = known.card(known.names[0])
    rule = f"Threshold: {card.threshold['rule']} (CNN 0."
    for words in (f"On {card.data['name']}, test split", rule, "Saved 20"):
        assert words in written
    assert chart.evaluate("svg => !svg.textContent.includes('Saved')")  # the page's is as it was
    check(page)
