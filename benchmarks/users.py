"""Many visitors at once: `python -m benchmarks.users [--users N] [--pictures M] [--hurried]`.

Starts a server as `fascore` does, and one Chromium with a session for each visitor. First each
first picture is explained alone, then on a fresh server all visitors give theirs at the same
moment, M times one after the other. Printed are the seconds from giving a picture to the verdicts
and to the last map, errors, answers that are not those of the picture alone, who saw a place in the
queue, how long the health address took meanwhile, and the memory of the server. With `--hurried`
pictures are left at their first map, all but each visitor's first and last: many pictures in less
time, for the memory. With `--batch B` one more visitor gives so many to *Many pictures* before, and
how many of them are judged at the end is printed. The browsers share the cores with the server,
which alone is faster.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import math
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image
from playwright.async_api import async_playwright
from tqdm import tqdm

from tools.browser import CHROMIUM_OPTIONS, FASCORE, IDLE, chromium_path, dashboard_process

TIMEOUT = 300  # s
LOOK = 0.1  # s; between two looks at a page
# what a visitor has before him: verdicts, whether anything is still to come, and what went wrong
SEEN = f"""() => {{
    const texts = (selector) => [...document.querySelectorAll(selector)].map(e => e.innerText);
    const maps = [...document.querySelectorAll('img[alt*=" map of "]')];
    return {{
        file: document.body.innerText.includes('found by MTCNN'),
        verdicts: texts('.fs-verdict'),
        next: !!document.querySelector('.fs-verdict:not([data-before])'),
        mapped: !!document.querySelector('.fs-scale:not([data-before])'),
        maps: maps.map(e => e.alt + ' ' + e.src.split('/').pop()),
        done: ({IDLE})() && !document.querySelector('.fs-wait'),
        queued: /others? before you/.test(document.body.innerText),
        errors: texts('[data-testid="stAlertContentError"], [data-testid="stException"]'),
    }};
}}"""
# two pictures may have the same verdicts: what is of the one before is marked
MARK = """() => document.querySelectorAll('.fs-verdict, .fs-scale')
    .forEach(shown => shown.dataset.before = 'yes')"""
# why nothing more may come: what the uploader says, and whether the server is reached
SAID = """() => [...document.querySelectorAll(
    '[data-testid="stFileUploader"], [data-testid="stStatusWidget"], [role="dialog"]'
)].map(e => e.innerText).join(' | ')"""
JUDGED = r"""() =>
    document.body.innerText.match(/^[\d,]+ (of .* files judged|faces? in ).*/m)?.[0] ?? 'unknown'"""


@dataclass
class Visit:
    """One picture of one visitor."""

    verdict: float = 0.0  # s
    last_map: float = 0.0  # s
    queued: bool = False
    answer: tuple[str, ...] = ()
    errors: list[str] = field(default_factory=list)


def picture(number: int) -> bytes:
    """A PNG of a face, another one for each number."""
    from skimage import data

    rng = np.random.default_rng(number)
    face = data.astronaut()[:256, 90:346] * rng.uniform(0.6, 1.0) + rng.normal(0, 4, (256, 256, 3))
    buffer = io.BytesIO()
    Image.fromarray(face.clip(0, 255).astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


async def open_upload(browser: Any, address: str) -> Any:
    """A new visitor's page where a picture can be given."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(1000 * TIMEOUT)
    await page.goto(f"{address}/compare")
    await page.get_by_role("radio", name="Upload").click()
    await page.locator('input[type="file"]').wait_for(state="attached")
    await page.wait_for_function(IDLE)
    return page


async def give(page: Any, data: bytes, *, hurried: bool = False) -> Visit:
    """Gives a picture and waits for all that the page says of it, or for its first map."""
    await page.evaluate(MARK)
    visit, start = Visit(), time.monotonic()
    file = {"name": f"{start}.png", "mimeType": "image/png", "buffer": data}
    await page.locator('input[type="file"]').set_input_files(file)
    while time.monotonic() - start < TIMEOUT:
        await asyncio.sleep(LOOK)
        seen = await page.evaluate(SEEN)
        visit.queued |= seen["queued"]
        if seen["file"] and seen["next"] and not visit.verdict:
            visit.verdict = time.monotonic() - start
        if hurried and visit.verdict and seen["mapped"] and not seen["errors"]:
            return visit
        if seen["errors"] or (visit.verdict and seen["done"] and seen["mapped"]):
            visit.last_map, visit.errors = time.monotonic() - start, seen["errors"]
            visit.answer = (*seen["verdicts"], *sorted(seen["maps"]))
            return visit
    said = await page.evaluate(SAID)
    visit.errors = [f"not all came in {TIMEOUT} s: {said!r}, {seen}"]
    return visit


async def give_batch(browser: Any, address: str, number: int) -> Any:
    """The page of a visitor whose many pictures are being judged."""
    page = await (await browser.new_context()).new_page()
    page.set_default_timeout(1000 * TIMEOUT)
    await page.goto(f"{address}/many")
    files = [
        {"name": f"{each}.png", "mimeType": "image/png", "buffer": picture(10**6 + each)}
        for each in range(number)
    ]
    await page.locator('input[type="file"]').set_input_files(files)
    await page.get_by_text(f"of {number:,} files judged").first.wait_for()
    return page


async def alone(browser: Any, address: str, pictures: Sequence[bytes]) -> list[Visit]:
    """Each picture given when nobody else is there."""
    visits = []
    for data in pictures:
        page = await open_upload(browser, address)
        visits.append(await give(page, data))
        await page.context.close()
    return visits


async def together(
    browser: Any, address: str, server: int, rounds: Sequence[Sequence[bytes]], *, hurried: bool
) -> tuple[list[list[Visit]], list[float]]:
    """Rounds of pictures, one for each visitor, and MB of the server after each round.

    `server` is the number of its process.
    """
    pages = [await open_upload(browser, address) for _ in rounds[0]]
    visits: list[list[Visit]] = []
    memory = []
    for number, pictures in enumerate(progress := tqdm(rounds, unit="round")):
        leave = partial(give, hurried=hurried and 0 < number < len(rounds) - 1)
        visits.append(await asyncio.gather(*map(leave, pages, pictures)))
        memory.append(megabytes(server))
        progress.set_postfix(MB=[round(each) for each in (memory[0], memory[-1])])
    for page in pages:
        await page.context.close()
    return visits, memory


async def health(address: str, slowest: list[float]) -> None:
    """Asks the health address once a second, and keeps how long it took at most."""
    while True:
        start = time.monotonic()
        await asyncio.to_thread(
            lambda: urllib.request.urlopen(f"{address}/_stcore/health", timeout=60).read()
        )
        slowest[0] = max(slowest[0], time.monotonic() - start)
        await asyncio.sleep(1)


def megabytes(server: int) -> float:
    """Memory the server holds now, by the number of its process."""
    return float(psutil.Process(server).memory_info().rss / 2**20)


async def measure(options: argparse.Namespace, log: Path) -> dict[str, Any]:
    """The figures by name."""
    rounds = [
        [picture(turn * options.users + user) for user in range(options.users)]
        for turn in range(options.pictures)
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_OPTIONS)
        )
        with dashboard_process(log, command=FASCORE) as (address, _):
            expected = await alone(browser, address, rounds[0])
        with dashboard_process(log, command=FASCORE) as (address, server):
            await alone(browser, address, [picture(-1 % 2**32)])  # loads the models
            batch = await give_batch(browser, address, options.batch) if options.batch else None
            slowest = [0.0]
            asked = asyncio.create_task(health(address, slowest))
            visits, memory = await together(
                browser, address, server, rounds, hurried=options.hurried
            )
            asked.cancel()
            judged = await batch.evaluate(JUDGED) if batch else ""
        await browser.close()
    every = [visit for turn in visits for visit in turn]
    first = zip(visits[0], expected, strict=True)
    return {
        "alone: to the verdicts, s": spread([visit.verdict for visit in expected]),
        "alone: to the last map, s": spread([visit.last_map for visit in expected]),
        "together: to the verdicts, s": spread([visit.verdict for visit in every]),
        "together: to the last map, s": spread([v.last_map for v in every if v.last_map]),
        "pictures left at their first map": sum(not (v.last_map or v.errors) for v in every),
        "errors": [error for visit in [*expected, *every] for error in visit.errors],
        "wrong answers": sum(seen.answer != own.answer for seen, own in first),
        "saw a place in the queue": sum(visit.queued for visit in every),
        **({"the batch beside": judged} if options.batch else {}),
        "health address, slowest, s": round(slowest[0], 2),
        "memory, MB": [round(each) for each in memory],
        "growth after the first round, MB": round(memory[-1] - memory[0]),
    }


def spread(seconds: Sequence[float]) -> str:
    """Median and worst, of at least one."""
    seconds = seconds or [math.nan]
    return f"median {statistics.median(seconds):.1f}, worst {max(seconds):.1f}"


def main() -> int:
    """Prints the table; exits with 1 if there were errors or wrong answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--pictures", type=int, default=1, help="of each visitor; default: 1")
    parser.add_argument("--hurried", action="store_true", help="leaves pictures at their first map")
    parser.add_argument("--batch", type=int, default=0, help="pictures of one more; default: none")
    parser.add_argument("--store", type=Path)
    options = parser.parse_args()
    if options.store:
        os.environ["FASCORE_STORE"] = str(options.store.resolve())
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(options, Path(folder) / "log.txt"))
    print(f"{options.users} visitors, {options.pictures} pictures each, {os.cpu_count()} cores")
    for name, value in figures.items():
        print(f"{name:36}{value}")
    return int(bool(figures["errors"] or figures["wrong answers"]))


if __name__ == "__main__":
    sys.exit(main())
