"""Pictures as CelebA-Spoof stores them: labels, boxes, annotations, and masks of evidence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from fascore.data.celeba_spoof import ABOUT_FILE, BOX_FRAME, LABEL_FILES
from fascore.files import write_whole
from fascore.labels import ENVIRONMENTS, ILLUMINATIONS, SPOOF_TYPES

ANNOTATIONS = "metas/annotations.json"
FACES, EVIDENCE = "faces.zip", "evidence.zip"
SPOOF_CODES = {kind: code for code, kind in SPOOF_TYPES.items()}
ILLUMINATION_CODES = {name: code for code, name in ILLUMINATIONS.items()}
ENVIRONMENT_CODES = {name: code for code, name in ENVIRONMENTS.items()}


@dataclass
class Capture:
    """One finished picture: a JPEG of `size` x `size` px.

    evidence: (size,size) bool, what gives the attack away; box: x,y,w,h and points: (5,2) in px.
    """

    jpeg: bytes
    size: int
    evidence: np.ndarray
    box: tuple[float, float, float, float]
    points: np.ndarray
    kind: str
    material: str
    illumination: str
    outdoor: bool


@dataclass(frozen=True)
class Entry:
    """One picture as it goes into the archives."""

    path: str
    jpeg: bytes
    box_line: str
    evidence_png: bytes | None
    label_row: list[int]
    annotation: dict


def write_archives(out: Path, entries: Iterable[Entry], *, name: str) -> None:
    """Writes faces.zip and evidence.zip to `out`; the same entries give the same bytes."""
    entries = sorted(entries, key=lambda entry: entry.path)
    write_whole(out / FACES, lambda path: _pack(path, _face_files(entries, name)))
    write_whole(out / EVIDENCE, lambda path: _pack(path, _evidence_files(entries)))


def as_entry(capture: Capture, split: str, subject: int, number: int) -> Entry:
    """A picture of a subject, its `number`th, as it goes into the archives."""
    live, place = capture.kind == "live", "outdoor" if capture.outdoor else "indoor"
    path = f"Data/{split}/{subject}/{'live' if live else 'spoof'}/{subject * 100 + number:06d}.jpg"
    box = [round(value * BOX_FRAME / capture.size) for value in capture.box]
    row = [0] * 44
    if not live:
        codes = [SPOOF_CODES[capture.kind], ILLUMINATION_CODES[capture.illumination]]
        row[40:] = [*codes, ENVIRONMENT_CODES[place], 1]
    annotation = {
        "type": capture.kind,
        "material": capture.material,
        "illumination": capture.illumination,
        "environment": place,
        "box": [round(float(value), 1) for value in capture.box],
        "landmarks": np.round(capture.points, 1).tolist(),
    }
    box_line = " ".join(str(value) for value in box) + " 0.99\n"
    evidence = None if live else _bitmap(capture.evidence)
    return Entry(path, capture.jpeg, box_line, evidence, row, annotation)


def _bitmap(mask: np.ndarray) -> bytes:
    """A 1-bit PNG of a boolean mask."""
    buffer = io.BytesIO()
    Image.fromarray(mask).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _face_files(entries: list[Entry], name: str) -> Iterator[tuple[str, bytes]]:
    """Pictures, boxes and metas of the data set."""
    for entry in entries:
        yield entry.path, entry.jpeg
        yield entry.path.removesuffix(".jpg") + "_BB.txt", entry.box_line.encode()
    for split, label_file in LABEL_FILES.items():
        rows = {e.path: e.label_row for e in entries if e.path.startswith(f"Data/{split}/")}
        yield label_file, json.dumps(rows).encode()
    notes = {entry.path: entry.annotation for entry in entries}
    yield ANNOTATIONS, json.dumps(notes).encode()
    yield ABOUT_FILE, json.dumps({"name": name, "simulated": True}).encode()


def _evidence_files(entries: list[Entry]) -> Iterator[tuple[str, bytes]]:
    for entry in entries:
        if entry.evidence_png is not None:
            path = entry.path.replace("Data/", "Evidence/", 1).removesuffix(".jpg")
            yield path + ".png", entry.evidence_png


def _pack(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """A zip whose bytes depend on nothing but its files: fixed dates, given order."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files:
            info = zipfile.ZipInfo(name)  # dated 1980-01-01
            stored = name.endswith((".jpg", ".png"))
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
