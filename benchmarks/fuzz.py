"""Damaged pictures: `python -m benchmarks.fuzz [--count N] [--seed S] [--jobs J] [--json FILE]`.

Small pictures of eleven formats are damaged at random and decoded. The table says how many were
tried, still read, refused with one sentence, and got past that sentence, the slowest one and the
most memory a process took. The same seed makes the same pictures; what escaped is named by its
number. Exits with 1 if anything did. `--heic` tries HEIC alone, which takes a process a picture.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from fascore.decoding import ImageError, decode
from trainer.workers import in_order, worker_pool

PIECE = 500  # pictures a process is given at a time
EDGES = (0, 1, 0x7F, 0x80, 0xFF)  # bytes where sizes and counts turn over


def pictures() -> dict[str, bytes]:
    """A small picture of each format, by the format's name."""
    gradient = np.stack(np.broadcast_arrays(*np.ogrid[0:200:40j, 0:200:60j], 90), -1)
    colour = Image.fromarray(gradient.astype(np.uint8))
    deep = Image.fromarray((gradient[:, :, 0] * 257).astype(np.uint16))
    light = Image.fromarray((gradient[:, :, 0] / 255).astype(np.float32))
    turned = Image.Exif()
    turned[0x0112] = 6
    frames: dict[str, Any] = {"save_all": True, "append_images": [colour.rotate(90)]}
    return {
        "JPEG": _saved(colour, "JPEG", exif=turned),
        "progressive JPEG": _saved(colour, "JPEG", progressive=True),
        "MPO": _saved(colour, "MPO", **frames),
        "PNG": _saved(colour, "PNG", exif=turned),
        "16-bit PNG": _saved(deep, "PNG"),
        "palette PNG": _saved(colour.quantize(16), "PNG", transparency=3),
        "WebP": _saved(colour, "WEBP", exif=turned),
        "BMP": _saved(colour, "BMP"),
        "TIFF": _saved(colour, "TIFF", compression="tiff_lzw"),
        "float TIFF": _saved(light, "TIFF"),
        "GIF": _saved(colour, "GIF", **frames),
    }


def heic_picture() -> dict[str, bytes]:
    """A small HEIC picture, by its format's name; Pillow alone can make none."""
    return {"HEIC": (Path(__file__).parent / "picture.heic").read_bytes()}


def damaged(number: int, originals: dict[str, bytes], *, seed: int = 0) -> tuple[str, bytes]:
    """The format and the bytes of one damaged picture; the same number, the same bytes."""
    rng = np.random.default_rng([seed, number])
    name = list(originals)[number % len(originals)]
    data = bytearray(originals[name])
    for _ in range(rng.integers(1, 5)):
        _damage(data, rng)
    return name, bytes(data)


def _damage(data: bytearray, rng: np.random.Generator) -> None:
    """One change; half of them near the beginning, where headers are."""
    end = min(len(data), 128) if rng.random() < 0.5 else len(data)
    place = int(rng.integers(end)) if end else 0
    length = int(rng.integers(1, 9))
    match rng.integers(6):
        case 0:
            data[place : place + 1] = bytes(
                [data[place] ^ 1 << int(rng.integers(8))] if end else []
            )
        case 1:
            data[place : place + length] = bytes([int(rng.choice(EDGES))]) * length
        case 2:
            data[place : place + length] = rng.bytes(length)
        case 3:
            del data[place : place + length]
        case 4:
            data[place:place] = data[place // 2 : place // 2 + 4 * length]
        case 5:
            del data[max(place, 1) :]


@dataclass
class Outcome:
    """What became of some damaged pictures."""

    read: int = 0
    refused: int = 0
    escaped: list[str] = field(default_factory=list)
    slowest_ms: float = 0.0
    slowest: str = ""
    memory_mb: float = 0.0  # the most that a process has taken so far

    def add(self, other: Outcome) -> None:
        """Takes in what became of others."""
        self.read += other.read
        self.refused += other.refused
        self.escaped += other.escaped
        self.memory_mb = max(self.memory_mb, other.memory_mb)
        if other.slowest_ms > self.slowest_ms:
            self.slowest_ms, self.slowest = other.slowest_ms, other.slowest


def try_pictures(numbers: Iterable[int], originals: dict[str, bytes], *, seed: int = 0) -> Outcome:
    """Decodes damaged pictures, as uploads are."""
    outcome = Outcome()
    for number in numbers:
        name, data = damaged(number, originals, seed=seed)
        start = time.perf_counter()
        try:
            decode(data)
            outcome.read += 1
        except ImageError:
            outcome.refused += 1
        except Exception as err:  # what this looks for
            outcome.escaped.append(f"{number} ({name}): {type(err).__name__}: {err}")
        spent = 1000 * (time.perf_counter() - start)
        if spent > outcome.slowest_ms:
            outcome.slowest_ms, outcome.slowest = spent, f"{number} ({name})"
    outcome.memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return outcome


@dataclass(frozen=True)
class _Piece:
    """`try_pictures`, as worker processes are given it."""

    originals: dict[str, bytes]
    seed: int

    def __call__(self, numbers: range) -> Outcome:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libtiff writes there what it thinks of them
        warnings.simplefilter("ignore")  # Pillow warns of damaged metadata
        return try_pictures(numbers, self.originals, seed=self.seed)


def main() -> int:
    """Tries, prints a table, and writes JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--heic", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    total, originals = Outcome(), heic_picture() if options.heic else pictures()
    pieces = [
        range(start, min(start + PIECE, options.count)) for start in range(0, options.count, PIECE)
    ]
    with worker_pool(options.jobs) as pool, tqdm(total=options.count, unit="picture") as bar:
        done = in_order(pool, _Piece(originals, options.seed), pieces, jobs=options.jobs)
        for piece, outcome in zip(pieces, done, strict=True):
            total.add(outcome)
            bar.update(len(piece))
    figures = {
        "tried": options.count,
        "formats": len(originals),
        "read": total.read,
        "refused": total.refused,
        "escaped": len(total.escaped),
        "slowest, ms": round(total.slowest_ms, 1),
        "memory of a process, MB": round(total.memory_mb, 1),
    }
    for name, value in figures.items():
        print(f"{name:26}{value:>12,}")
    print(f"slowest: {total.slowest}; formats: {', '.join(originals)}")
    kinds = Counter(each.split(": ", 1)[1] for each in total.escaped)
    print("\n".join(f"{count:6} x {kind}" for kind, count in kinds.most_common()), end="")
    print("\n".join(total.escaped[:20]))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 1 if total.escaped else 0


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
