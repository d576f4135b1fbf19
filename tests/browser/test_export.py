"""What is taken home opens in a browser without a network, and nothing of it is kept here."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from fascore.explain import default_explainers
from fascore.models import VARIANTS
from tests.browser.test_dashboard import CELLS, TIMEOUT, check, wait_for_grid

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
    opened.wait_for_function("() => document.querySelectorAll('.main-svg').length > 0")
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
