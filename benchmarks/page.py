"""How long one waits for the pages: `python -m benchmarks.page [--store DIR] [--faces N]`.

Starts servers of the dashboard and opens Compare in Chromium: a cold server, a warm session, faces
that nobody has asked for before, judging the last one's maps, an upload, an export. Floors stand
beside each new face: a picture after a click on a bare Streamlit app and, measured between two
waits in this process, the bare forward passes of the verdicts with their firmness, and the grid of
maps of that very face. Ratios to it hold on a machine that is busy with other things, and so does
the time of the processors that the server took ("CPU"). `benchmarks.start` is of the first page.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from skimage import data as pictures

from benchmarks.memory import resident
from benchmarks.start import PATIENCE, bare_picture, processor_seconds, server, settle
from dashboard.views.style import image_key
from fascore.data import open_data
from fascore.data.sample_table import samples_of
from fascore.evaluation_sets import OWN, open_set
from fascore.explain import default_explainers, explain_grid
from fascore.firmness.trials import trials
from fascore.models.face_model import FaceModel
from fascore.shipped import DEMO_STORE, located
from fascore.store import Store
from tools.browser import CHROMIUM_OPTIONS, chromium_path

TARGETS = {
    "new face: firmness after the crop": "<= 0.4 s idle",
    "new face: first map": "<= 0.3 s idle",
    "new face: last map": "<= 2 s idle",
    "export of a page": "<= 2 s",
    "memory, MB": "<= 1000",
}
# what a face puts on Compare; of the face before are those that were marked
CROP, VERDICT, STRIP, MAP = ".st-key-pictures img", ".fs-verdict", ".fs-strip", ".fs-scale"
JUDGEMENT = '[class*="st-key-curves_"]'  # a button below each map that was judged
MARK = f"""() => document.querySelectorAll('{CROP}, {VERDICT}, {STRIP}, {MAP}')
    .forEach(shown => shown.dataset.before = 'yes')"""
COUNT = """([kind, wanted]) =>
    document.querySelectorAll(kind + ':not([data-before])').length >= wanted"""


@dataclass(frozen=True)
class Waits:
    """Waits for what Compare shows of a face; seconds since `start`."""

    page: Page
    networks: int
    maps: int
    start: float

    def until(self, kind: str, wanted: int) -> float:
        """Until so many of a kind are there."""
        self.page.wait_for_function(COUNT, arg=[kind, wanted], timeout=PATIENCE, polling=20)
        return time.perf_counter() - self.start

    def all(self) -> dict[str, float]:
        """What one waits for after a face was chosen, in its order on the page."""
        crop, verdicts = self.until(CROP, 1), self.until(VERDICT, self.networks)
        firm = self.until(STRIP, 1)
        return {
            "crop": crop,
            "verdicts": verdicts,
            "verdicts and firmness": firm,
            "firmness after the crop": firm - crop,
            "first map": self.until(MAP, 1),
            "last map": self.until(MAP, self.maps),
        }


class Visit:
    """A browser that measures servers of one store."""

    def __init__(self, store: Store, browser: Any) -> None:
        self.store, self.browser = store, browser
        self.process = 0  # of the server that is open
        self.networks = len(store.loadable_names)
        self.maps = self.networks * len(default_explainers())

    def waits(self, page: Page, start: float) -> Waits:
        return Waits(page, self.networks, self.maps, start)

    def open(self, address: str, start: float) -> tuple[Page, dict[str, float]]:
        """A new session on Compare, and what it waited for."""
        page = self.browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        before = processor_seconds(self.process)
        page.goto(f"{address}/compare", timeout=PATIENCE)
        waited = self.waits(page, start).all()
        settle(page)
        return page, waited | {"CPU": processor_seconds(self.process) - before}

    def chosen(self, page: Page, choose: Callable[[], None]) -> dict[str, float]:
        """What one waits for after choosing another face on an open page."""
        page.evaluate(MARK)
        before, start = processor_seconds(self.process), time.perf_counter()
        choose()
        waited = self.waits(page, start).all()
        settle(page)
        return waited | {"CPU": processor_seconds(self.process) - before}


def faces(page: Page, store: Store) -> dict[str, np.ndarray]:
    """The network inputs behind the gallery's buttons on show, by the buttons' classes."""
    card = store.card(store.loadable_names[0])
    source = open_data(located(card.data["root"]))
    table = open_set(store, OWN).samples
    classes = {
        f"st-key-pick_gallery_{image_key(sample.sample_id)}": sample for sample in samples_of(table)
    }
    found = {}
    for button in page.locator('[class*="st-key-pick_"]').all():
        for word in (button.get_attribute("class") or "").split():
            if word in classes:
                found[word] = source.face_input(
                    classes[word], size=card.size, expansion=card.crop_expansion
                )
    return found


class Floor:
    """The computing that a new face needs at least, timed in this process."""

    def __init__(self, store: Store) -> None:
        self.models: Sequence[FaceModel] = [store.load(name) for name in store.loadable_names]
        expansion = store.card(store.loadable_names[0]).crop_expansion
        self.images = 1 + len(trials(expansion))
        self.explainers = [kind() for kind in default_explainers()]

    def measure(self, face: np.ndarray) -> dict[str, float]:
        """Seconds of the forward passes of verdicts and firmness, and of all maps of a face."""
        batch = np.repeat(face[None], self.images, axis=0)
        start = time.perf_counter()
        for model in self.models:
            model.logits(batch)
        passed = time.perf_counter()
        list(explain_grid(self.models, face, self.explainers))
        return {
            "verdicts and firmness": passed - start,
            "last map": time.perf_counter() - passed,
        }


def new_faces(visit: Visit, page: Page, number: int) -> tuple[list[dict], list[dict]]:
    """What new faces were waited for, and the floor of each, measured in turn."""
    floor, inputs = Floor(visit.store), faces(page, visit.store)
    first, *others = inputs  # the first is on show
    floor.measure(inputs[first])  # traces and compiles
    waited, floors = [], []
    for name in others[:number]:
        floors.append(floor.measure(inputs[name]))
        waited.append(visit.chosen(page, page.locator(f".{name} button").click))
        floors.append(floor.measure(inputs[name]))
    return waited, floors


def upload(visit: Visit, page: Page) -> dict[str, float]:
    """What one waits for after an upload."""
    buffer = io.BytesIO()
    Image.fromarray(pictures.astronaut()).save(buffer, "PNG")
    page.get_by_role("radio", name="Upload").click()
    settle(page)
    file = {"name": "face.png", "mimeType": "image/png", "buffer": buffer.getvalue()}
    return visit.chosen(page, lambda: page.locator('input[type="file"]').set_input_files(file))


def judging(visit: Visit, page: Page) -> float:
    """Seconds until all maps on show are judged."""
    start = time.perf_counter()
    page.get_by_text("Judge each map").click()
    return visit.waits(page, start).until(JUDGEMENT, visit.maps)


def export(page: Page) -> float:
    """Seconds until the page of the face on show is saved."""
    page.locator(".st-key-export button").first.click(timeout=PATIENCE)
    button = page.locator(".st-key-export_page button")
    button.wait_for(timeout=PATIENCE)
    start = time.perf_counter()
    with page.expect_download(timeout=PATIENCE) as download:
        button.click()
    download.value.path()
    return time.perf_counter() - start


def median(records: Sequence[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: float(np.median([each[name] for each in records])) for name in records[0]}


def measure(visit: Visit, number: int) -> tuple[dict[str, float], dict[str, float]]:
    """What was waited for, and the floors that there are."""
    floors = {"new face: crop": bare_picture(visit.browser)}
    with server(visit.store.path) as (address, process, start):
        visit.process = process
        page, cold = visit.open(address, start)
        figures = named("cold server", cold)
        figures |= {"export of a page": export(page)}
        page.context.close()
        page, warm = visit.open(address, time.perf_counter())
        figures |= named("warm session", warm)
        waited, passes = new_faces(visit, page, number)
        figures |= named("new face", median(waited))
        figures["judging all maps"] = judging(visit, page)
        page.get_by_text("Judge each map").click()
        settle(page)
        figures |= named("first upload", upload(visit, page))
        figures["memory, MB"] = resident(process)["all"]
    return figures, floors | named("new face", median(passes))


def named(what: str, waited: dict[str, float]) -> dict[str, float]:
    """Figures with what they are of."""
    return {f"{what}: {name}": value for name, value in waited.items()}


def main() -> None:
    """Prints what was waited for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=DEMO_STORE)
    parser.add_argument("--faces", type=int, default=5, help="new faces to look at, 7 at most")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_OPTIONS)
        )
        visit = Visit(Store(options.store.resolve()), chromium)
        figures, floors = measure(visit, options.faces)
    print(f"{'seconds':42}{'waited':>9}{'floor':>9}{'ratio':>8}")
    for name, value in figures.items():
        floor = floors.get(name)
        beside = f"{floor:9.2f}{value / floor:8.2f}" if floor else " " * 17
        target = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:42}{value:9.2f}{beside}{target}")
    if options.json:
        report = {"waited": figures, "floors": floors}
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
