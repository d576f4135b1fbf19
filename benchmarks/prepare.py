"""Preparing and feeding data: `python -m benchmarks.prepare [--only NAME] [--json FILE]`.

Ratios measured in one run each. scan: a tree with CelebA-Spoof's full number of label entries.
crops: 5,000 pictures of 450 x 500 pixels against what one core does when it only decodes, crops
and resizes, times the cores. `python -m benchmarks.fit` measures training on a build.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import numpy as np

from fascore.data import open_data
from fascore.data.celeba_spoof import LABEL_FILES, box_path
from fascore.images import CROP_EXPANSION, INPUT_SIZE

ROOT = Path(__file__).parents[1]
ENTRIES = {"train": 494_405, "test": 67_170}  # CelebA-Spoof's, as published
SUBJECTS = 10_177
LINKS = 30_000  # to one file; file systems allow no more than some 65,000
PICTURES, WIDTH, HEIGHT = 5_000, 450, 500
TARGETS = {
    "scan, MB": "< 3000",
    "prepare / (cores x one core)": ">= 0.8",
}


def main() -> None:
    """Measures, prints a table, and writes JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MEASURES, help="default: all")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--scan-child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.scan_child:
        return _scan_child(options.scan_child)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in [options.only] if options.only else MEASURES:
            figures |= MEASURES[name](Path(folder) / name)
    for name, value in figures.items():
        target = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:32}{value:12.2f}{target}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def scan(folder: Path) -> dict[str, float]:
    """Seconds and peak memory of scanning and splitting a full-size tree, in a fresh process."""
    _make_tree(folder, ENTRIES, _jpeg(64, 64))
    command = [sys.executable, "-m", "benchmarks.prepare", "--scan-child", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _scan_child(folder: Path) -> None:
    from fascore.data.protocols import PROTOCOLS

    start = time.perf_counter()
    samples = open_data(folder).samples()
    scanned = time.perf_counter()
    kept = {name: len(split(samples, seed=0)) for name, split in PROTOCOLS.items()}
    assert kept["subject"] == kept["paper"] == 200_000, kept
    figures = {
        "scan, entries": len(samples),
        "scan, s": scanned - start,
        "three splits, s": time.perf_counter() - scanned,
        "scan, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(figures))


def crops(folder: Path) -> dict[str, float]:
    """Pictures a second of `prepare`, and of one core that only makes the crops."""
    from trainer.prepare import prepare

    _make_tree(folder / "tree", {"train": PICTURES - 500, "test": 500}, _jpeg(WIDTH, HEIGHT))
    source = open_data(folder / "tree")
    some = source.samples()[:1000]
    cv2.setNumThreads(1)

    def bare() -> None:
        for sample in some:
            source.face_input(sample, size=INPUT_SIZE, expansion=CROP_EXPANSION)

    before = _seconds(bare)
    whole = PICTURES / _seconds(
        lambda: prepare(folder / "tree", folder / "build", protocol="official")
    )
    one = len(some) / ((before + _seconds(bare)) / 2)  # a machine's speed drifts
    cores = len(os.sched_getaffinity(0))
    return {
        "prepare, images/s": whole,
        "one core bare, images/s": one,
        "prepare / (cores x one core)": whole / (cores * one),
    }


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _jpeg(width: int, height: int) -> bytes:
    """A picture with structure at all scales, as large in bytes as a photograph."""
    rng = np.random.default_rng(0)
    picture = np.zeros((height, width, 3), np.float32)
    for side in (4, 16, 64, 256):
        noise = rng.normal(0, 24, (side, side, 3)).astype(np.float32)
        picture += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    picture = np.clip(picture + 128, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return data.tobytes()


def _make_tree(root: Path, entries: dict[str, int], jpeg: bytes) -> None:
    """A tree in CelebA-Spoof's layout, its files hard links to few; a third of it live."""
    numbers, share = count(), max(1, SUBJECTS * sum(entries.values()) // sum(ENTRIES.values()))
    for split, total in entries.items():
        rows = {}
        for _ in range(total):
            number = next(numbers)
            live = number % 3 == 0
            # subjects of the two splits are apart
            subject = f"{number % share}" if split == "train" else f"{SUBJECTS + number % share}"
            path = f"Data/{split}/{subject}/{'live' if live else 'spoof'}/{number:06}.jpg"
            codes = [0, 0, 0, 0] if live else [1 + number % 10, 1, 1, 1]
            rows[path] = [number % 2 if live else 0] * 40 + codes
            for file, content in ((path, jpeg), (box_path(path), b"60 60 100 110 0.99")):
                _link(root, file, content, number)
        labels = root / LABEL_FILES[split]
        labels.parent.mkdir(parents=True, exist_ok=True)
        labels.write_text(json.dumps(rows), encoding="utf-8")


def _link(root: Path, path: str, content: bytes, number: int) -> None:
    source = root / "sources" / f"{number // LINKS}{path[-4:]}"
    target = root / path
    if not source.exists():
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_bytes(content)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


MEASURES = {"scan": scan, "crops": crops}

if __name__ == "__main__":
    main()
