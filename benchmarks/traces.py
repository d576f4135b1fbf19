"""What is left of an upload: `python -m benchmarks.traces [--store DIR] [--json FILE]`.

Starts a server whose home, temporary and working folders are new, and one visitor in Chromium who
gives a picture that no one else has, looks at verdicts and maps, hides regions, saves the page,
gives the same picture to *Many pictures*, and leaves. While the visitor is there, and once the
session is over, these are searched for 64-byte pieces of the picture in each form that the server
gives it: files the server could have written, its log, and its memory. The table says how many of
the pieces were found, and in how many places.

The server overwrites memory that is freed (`dashboard/privacy.py`), but not each small block. Where
something is left, a second server that does so for every block tells what is kept by somebody from
what was only freed. Linux alone. Exits with 1 if something was found in a file or a log, or in
memory after the end of the session.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import Page, Response, sync_playwright

from benchmarks.users import picture
from dashboard.privacy import LATER, SENT
from fascore.faces import FaceDetector
from fascore.images import face_input
from fascore.shipped import DEMO_STORE
from fascore.store import Store
from tools.browser import CHROMIUM_OPTIONS, IDLE, ROOT, chromium_path, dashboard_process

PIECE, PIECES = 64, 4  # bytes of a piece, and pieces of each form
BLOCK = 2**20  # bytes read at a time
NOTHING = bytes(BLOCK + PIECE)
MAPPING = r"^(\w+)-(\w+) (\S+) \S+ \S+ \S+ *(.*)$"  # of /proc/PID/maps
PATIENCE = 600_000  # ms
KEPT = 5  # s; how long the server waits for a visitor to come back (Streamlit's default: 120)
SHARED = tuple(map(Path, ("/tmp", "/var/tmp", "/dev/shm")))  # files newer than the server's start
OF_BROWSER = re.compile("playwright|chromium", re.IGNORECASE)
EVERY_BLOCK = {  # is overwritten when it is freed, also those that glibc and Python keep at hand
    "MALLOC_PERTURB_": "165",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
    "PYTHONMALLOC": "malloc",
}
Pieces = Mapping[str, Sequence[bytes]]


@dataclass
class Found:
    """What was found of one form: which pieces, in how many places."""

    pieces: set[int]
    places: int = 0

    def __str__(self) -> str:
        return f"{len(self.pieces)} of {PIECES} ({self.places})" if self.places else "none"


def pieces_of(data: bytes) -> list[bytes]:
    """Pieces of some bytes, spread over all of them."""
    starts = np.linspace(len(data) // 10, len(data) - PIECE - len(data) // 10, PIECES).astype(int)
    return [data[start : start + PIECE] for start in starts]


def forms(data: bytes, store: Store) -> dict[str, list[bytes]]:
    """Pieces of a picture's file, its pixels, and what the store's first network sees of it."""
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    card = store.card(store.loadable_names[0])
    box = FaceDetector().detect(pixels)[0].box
    seen = face_input(pixels, box, size=card.size, expansion=card.crop_expansion)
    arrays = {
        "pixels": pixels,
        "network input, uint8": seen,
        "network input, float32": seen.astype(np.float32),
        "network input, 0 to 1": seen.astype(np.float32) / 255,
        "network input, -1 to 1": seen.astype(np.float32) / np.float32(127.5) - 1,
    }
    return {
        "the file": pieces_of(data),
        "the file in base64": pieces_of(base64.b64encode(data)),
        **{name: pieces_of(array.tobytes()) for name, array in arrays.items()},
    }


def search(blocks: Iterator[bytes], pieces: Pieces) -> tuple[int, dict[str, Found]]:
    """How many bytes were searched, and what was found of each form."""
    size, found = 0, {name: Found(set()) for name in pieces}
    for block in blocks:
        size += len(block)
        for name, each in pieces.items():
            for number, piece in enumerate(each):
                if count := block.count(piece):
                    found[name].pieces.add(number)
                    found[name].places += count
    return size, found


def memory(process: int) -> Iterator[bytes]:
    """All memory of a process, but for what it maps from files without changing it: libraries."""
    maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8")
    with open(f"/proc/{process}/mem", "rb", buffering=0) as held:
        for low, high, may, path in re.findall(MAPPING, maps, re.MULTILINE):
            if may[0] == "r" and (may[1] == "w" or not path.startswith("/")):
                yield from _blocks(held, int(low, 16), int(high, 16))


def _blocks(held: io.FileIO, start: int, end: int) -> Iterator[bytes]:
    """A mapping's memory but for what was never written; what lies across two blocks is in both."""
    for place in range(start, end, BLOCK):
        try:
            held.seek(place)
            block = held.read(min(BLOCK + PIECE - 1, end - place))
        except (OSError, OverflowError):  # the kernel's own, or gone meanwhile
            return
        if block != NOTHING[: len(block)]:
            yield block


def processes(server: int) -> list[int]:
    """The server and what it has started."""
    return [server, *(child.pid for child in psutil.Process(server).children(recursive=True))]


def files(server: int, own: Sequence[Path], since: float) -> Iterator[bytes]:
    """Files in the server's folders, newer ones in shared folders, and those it holds open."""
    folders = [*own, *SHARED]
    walked = (walk for folder in folders for walk in os.walk(folder))
    paths = {Path(folder, name) for folder, _, names in walked for name in names}
    paths = {path for path in paths if not OF_BROWSER.search(str(path))}
    paths |= {path for each in processes(server) for path in Path(f"/proc/{each}/fd").iterdir()}
    for path in paths:
        try:
            if path.is_file() and path.stat().st_mtime >= since:
                yield path.read_bytes()
        except OSError:  # gone meanwhile, or somebody else's
            continue


class Visitor:
    """One visitor, who notes what the server has drawn and made of the picture."""

    def __init__(self, browser: Any, address: str, data: bytes) -> None:
        self.address, self.drawn, self.exported = address, [], b""
        self.file = {"name": "face.png", "mimeType": "image/png", "buffer": data}
        self.page: Page = browser.new_context(accept_downloads=True).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if "/media/" in response.url and response.ok:
            self.drawn.append(response.body())

    def idle(self) -> None:
        """Waits until the page has been drawn."""
        self.page.wait_for_timeout(1000)
        self.page.wait_for_function(IDLE)

    def look(self) -> None:
        """Verdicts, maps, hidden regions, the saved page, and *Many pictures*."""
        page = self.page
        page.goto(f"{self.address}/compare")
        page.get_by_role("radio", name="Upload").click()
        self.idle()
        self.drawn.clear()  # a face of the gallery
        page.locator('input[type="file"]').first.set_input_files(self.file)
        page.get_by_text("found by MTCNN").first.wait_for()
        page.locator(".st-key-export button").first.wait_for()
        self.idle()
        page.get_by_text("What if regions were hidden?").click()
        self.idle()
        page.locator(".st-key-export button").first.click()
        with page.expect_download() as download:
            page.locator(".st-key-export_page button").click()
        self.exported = Path(download.value.path()).read_bytes()
        page.get_by_role("link", name="Many pictures").click()
        page.locator('input[type="file"]').first.set_input_files(self.file)
        page.get_by_text("1 face in 1 file").wait_for()
        self.idle()

    def pieces(self) -> dict[str, list[bytes]]:
        """Pieces of the largest pictures on the page and in the saved page."""
        inside = re.findall(rb"base64,([A-Za-z0-9+/]{2000,})", self.exported)
        return {
            "drawn on the page": pieces_of(max(self.drawn, key=len)),
            "in the saved page": pieces_of(max(inside, key=len)),
        }


def visit(browser: Any, store: Store, environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What was found where: by moment, then by place and form."""
    data = picture(secrets.randbits(32))
    pieces, since = forms(data, store), time.time()
    with tempfile.TemporaryDirectory(prefix="fascore-traces-") as place:
        own = [Path(place, name) for name in ("home", "temporary", "work")]
        for folder in own:
            folder.mkdir()
        given = {"HOME": str(own[0]), "TMPDIR": str(own[1]), "FASCORE_STORE": str(store.path)}
        log = Path(place, "log.txt")
        with dashboard_process(
            log,
            folder=own[2],
            environment=given | dict(environment),
            options=[f"--server.disconnectedSessionTTL={KEPT}"],
        ) as (address, server):
            visitor = Visitor(browser, address, data)
            visitor.look()
            pieces |= visitor.pieces()
            written = [*own, ROOT, store.path]
            there = everywhere(server, written, log, pieces, since)
            visitor.page.context.close()
            time.sleep(KEPT + LATER + SENT + 5)
            return {"there": there, "gone": everywhere(server, written, log, pieces, since)}


def everywhere(
    server: int, written: Sequence[Path], log: Path, pieces: Pieces, since: float
) -> dict[str, tuple[int, dict[str, Found]]]:
    """What is found in files, log and memory of a server."""
    held = (block for process in processes(server) for block in memory(process))
    return {
        "files": search(files(server, written, since), pieces),
        "log": search(iter([log.read_bytes()]), pieces),
        "memory": search(held, pieces),
    }


def show(moments: Mapping[str, Mapping[str, tuple[int, Mapping[str, Found]]]]) -> None:
    """Prints the table of one server."""
    print(f"{'':36}{'visitor there':>18}{'session gone':>18}")
    for where, (size, found) in moments["there"].items():
        print(f"{where}, bytes searched{'':12}"[:36] + f"{size:18,}{moments['gone'][where][0]:18,}")
        for name, seen in found.items():
            print(f"  {name:34}{seen!s:>18}{moments['gone'][where][1][name]!s:>18}")


def main() -> int:
    """Prints a table for each server; exits with 1 if a trace is kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=DEMO_STORE)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    store, bad = Store(options.store.resolve()), False
    servers = {"as it runs": {}, "every block that is freed is overwritten": EVERY_BLOCK}
    figures = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=list(CHROMIUM_OPTIONS)
        )
        for title, environment in servers.items():
            moments = figures[title] = visit(browser, store, environment)
            print(f"\n{title}")
            show(moments)
            places = [moments["there"]["files"], moments["there"]["log"], *moments["gone"].values()]
            if not any(each.places for _, found in places for each in found.values()):
                break
            bad = True
    if options.json:
        options.json.write_text(json.dumps(figures, default=str, indent=2) + "\n", encoding="utf-8")
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
