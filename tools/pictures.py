"""Takes the pictures of the README from the running dashboard. `make pictures`.

docs/start.png and docs/compare.png are the pages as they are; docs/tour.gif goes through them.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tools.browser import CHROMIUM_OPTIONS, IDLE, ROOT, chromium_path, dashboard_server

DOCS = ROOT / "docs"
WIDTH, HEIGHT = 1440, 900  # px
PATIENCE = 180_000  # ms, for the first maps
TOUR_WIDTH, COLOURS, SHOWN = 960, 96, 2200  # px, of the palette, ms a frame
MOST = 3_000_000  # bytes of the tour
# page, what to press there, and the heading or text to scroll to
TOUR = (
    ("", None, None),
    ("", None, "1. One face"),
    ("", None, "2. A whole test set"),
    ("", None, "3. Is the difference"),
    ("", None, "4. Do the maps"),
    ("compare", "Replay", None),
    ("compare", None, "LIME"),
    ("metrics", None, None),
    ("metrics", "Curves", None),
    ("explanations", None, None),
    ("explanations", "Where it looks", None),
    ("training", None, None),
)
PAGES = {"start.png": "", "compare.png": "compare"}


def main() -> None:
    """Starts a server, takes the pictures and prints what was written."""
    with (
        tempfile.TemporaryDirectory() as folder,
        dashboard_server(Path(folder) / "log.txt") as address,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_OPTIONS)
        )
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, path in PAGES.items():
            _say(_whole(page, f"{address}/{path}", DOCS / name))
        _say(_tour(page, address, DOCS / "tour.gif"))


def _whole(page: Any, address: str, target: Path) -> Path:
    """One page from top to end, without its sidebar."""
    page.goto(address)
    _settle(page)
    page.add_style_tag(content='[data-testid="stSidebar"] { display: none; }')
    height = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": WIDTH, "height": height})
    _settle(page)
    page.screenshot(path=target)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    _reduced(target)
    return target


def _reduced(path: Path) -> None:
    """A picture packed well; a palette would change faces or the colours of lines."""
    Image.open(path).convert("RGB").save(path, optimize=True)


def _tour(page: Any, address: str, target: Path) -> Path:
    """An animated picture that goes through the pages."""
    frames, shown = [], None
    for path, pressed, scrolled in TOUR:
        if path != shown:
            page.goto(f"{address}/{path}")
            _settle(page)
            shown = path
        if pressed:
            page.get_by_role("radio", name=pressed, exact=True).click()
            _settle(page)
        if scrolled:
            page.get_by_text(scrolled).first.evaluate("e => e.scrollIntoView({block: 'start'})")
            page.wait_for_timeout(600)
        frames.append(_frame(page.screenshot()))
    frames[0].save(
        target, save_all=True, append_images=frames[1:], duration=SHOWN, loop=0, optimize=True
    )
    if target.stat().st_size > MOST:
        raise SystemExit(f"{target} has {target.stat().st_size:,} bytes, more than {MOST:,}.")
    return target


def _frame(screenshot: bytes) -> Image.Image:
    whole = Image.open(io.BytesIO(screenshot)).convert("RGB")
    size = TOUR_WIDTH, round(TOUR_WIDTH * HEIGHT / WIDTH)
    small = whole.resize(size, Image.Resampling.LANCZOS)
    return small.quantize(COLOURS, dither=Image.Dither.NONE)


def _settle(page: Any) -> None:
    """Waits until the page has been drawn, twice: a map that is done starts no new run."""
    for _ in range(2):
        page.wait_for_timeout(1500)
        page.wait_for_function(IDLE, timeout=PATIENCE)


def _say(path: Path) -> None:
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
