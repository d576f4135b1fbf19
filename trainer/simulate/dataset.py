"""Plans, renders and packs the demo data set in CelebA-Spoof's layout."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from fascore.data.celeba_spoof import ABOUT_FILE, BOX_FRAME, LABEL_FILES
from fascore.files import write_whole
from trainer.simulate.attacks.on_heads import (
    OUT,
    Capture,
    capture_person,
    print_attack,
    replay_attack,
)
from trainer.simulate.heads.assets import HeadModel, load_head_model
from trainer.simulate.heads.fetch import fetch_assets
from trainer.simulate.heads.identity import Identity, sample_identity
from trainer.simulate.heads.maskshell import MASK_KINDS
from trainer.simulate.heads.render import Scene, render_scene
from trainer.simulate.scenery import ILLUMINATION_ODDS, ILLUMINATIONS
from trainer.workers import in_order, worker_pool

NAME = "fascore demo faces (simulated)"
SPOOF_CODES = {"live": 0, "photo": 1, "A4": 3, "PC": 7, "pad": 8, "phone": 9, "3D mask": 10}
ILLUMINATION_CODES = {"normal": 1, "strong": 2, "back": 3, "dark": 4}
SCREENS = ("PC", "pad", "phone")
ANNOTATIONS = "metas/annotations.json"
FACES, EVIDENCE = "faces.zip", "evidence.zip"


@dataclass(frozen=True)
class Settings:
    """What the data set is made of; the same settings make the same bytes."""

    identities: int = 600
    seed: int = 1
    live_per_identity: int = 6
    test_share: float = 0.2
    outdoor_share: float = 0.25

    def attacks_on(self, subject: int) -> list[str]:
        """The six attacks on a subject: two prints, two of the three screens, two masks."""
        screens = [kind for i, kind in enumerate(SCREENS) if i != subject % 3]
        return ["photo", "A4", *screens, "3D mask", "3D mask"]

    def test_subjects(self) -> set[int]:
        """Subjects of the test split."""
        order = np.random.default_rng([self.seed, 4]).permutation(self.identities)
        return set(order[: round(self.identities * self.test_share)].tolist())


@dataclass(frozen=True)
class Entry:
    """One picture as it goes into the archives."""

    path: str
    jpeg: bytes
    box_line: str
    evidence_png: bytes | None
    label_row: list[int]
    annotation: dict


def simulate(
    out: Path,
    settings: Settings | None = None,
    *,
    jobs: int | None = None,
    assets: Path | None = None,
    progress: Callable[[Iterable, int], Iterable] = lambda items, total: items,
) -> None:
    """Writes faces.zip and evidence.zip to `out`; the same settings give the same bytes.

    Parameters
    ----------
    jobs : int, optional
        Worker processes; default one a core.
    assets : path, optional
        Where the MakeHuman assets are or go; default the user's cache.
    progress : callable
        Wraps the iteration over subjects, given it and their number.

    Raises
    ------
    AssetError
        If the assets cannot be fetched.
    """
    settings = settings or Settings()
    folder = str(fetch_assets(assets) if assets else fetch_assets())
    out.mkdir(parents=True, exist_ok=True)
    people = [(n, settings, folder) for n in range(settings.identities)]
    with worker_pool(jobs) as pool:
        work = in_order(pool, _make, people, jobs=jobs)
        entries = [e for subject in progress(work, settings.identities) for e in subject]
    entries.sort(key=lambda entry: entry.path)
    write_whole(out / FACES, lambda path: _pack(path, _face_files(entries)))
    write_whole(out / EVIDENCE, lambda path: _pack(path, _evidence_files(entries)))


def _make(job: tuple[int, Settings, str]) -> list[Entry]:
    """All pictures of one subject (runs in a worker process)."""
    subject, settings, assets = job
    cv2.setNumThreads(1)
    model = _worker_model(assets)
    split = "test" if subject in settings.test_subjects() else "train"
    captures = make_subject(model, subject, settings)
    return [_entry(capture, split, subject, number) for number, capture in enumerate(captures)]


@lru_cache(maxsize=1)
def _worker_model(assets: str) -> HeadModel:
    """The head model, parsed once a process."""
    return load_head_model(Path(assets))


def make_subject(model: HeadModel, subject: int, settings: Settings) -> list[Capture]:
    """All pictures of one subject, live first; attacks start from the subject's own scenes."""
    person = sample_identity(model, settings.seed * 1_000_003 + subject)
    key = [settings.seed, subject]
    live, scenes = [], []
    for shot in range(settings.live_per_identity):
        rng = np.random.default_rng([*key, 1, shot])
        scenes.append(render_scene(model, person, rng, *_conditions(rng, settings)))
        live.append(capture_person(scenes[-1], rng, "live"))
    # an attacker takes a well-lit picture of the victim, if there is one
    usable = [scene for scene in scenes if scene.illumination in ("normal", "strong")] or scenes
    spoofs = []
    for number, kind in enumerate(settings.attacks_on(subject)):
        rng = np.random.default_rng([*key, 2, number])
        scene = usable[number % len(usable)]
        spoofs.append(_attack(model, person, scene, kind, number, rng, settings))
    return live + spoofs


def _conditions(rng: np.random.Generator, settings: Settings) -> tuple[str, bool]:
    """Illumination and whether outdoors: drawn alike for live and spoof."""
    illumination = str(rng.choice(ILLUMINATIONS, p=ILLUMINATION_ODDS))
    return illumination, bool(rng.random() < settings.outdoor_share)


def _attack(
    model: HeadModel,
    person: Identity,
    scene: Scene,
    kind: str,
    number: int,
    rng: np.random.Generator,
    settings: Settings,
) -> Capture:
    """One attack; `scene` is the attacker's source picture for prints and replays."""
    illumination, outdoor = _conditions(rng, settings)
    if kind in SCREENS:
        return replay_attack(scene, rng, kind, illumination, outdoor)
    if kind != "3D mask":
        return print_attack(scene, rng, kind, illumination, outdoor)
    # the last two attacks are masks: one of paper or plastic, one of resin or silicone
    material = MASK_KINDS[2 * (number % 2) + int(rng.integers(2))]
    donor = sample_identity(model, int(rng.integers(1 << 40, 1 << 41)))
    worn = render_scene(model, person, rng, illumination, outdoor, (material, donor))
    return capture_person(worn, rng, kind, material)


def _entry(capture: Capture, split: str, subject: int, number: int) -> Entry:
    live = capture.kind == "live"
    path = f"Data/{split}/{subject}/{'live' if live else 'spoof'}/{subject * 100 + number:06d}.jpg"
    box = [round(value * BOX_FRAME / OUT) for value in capture.box]
    row = [0] * 44
    if not live:
        codes = [SPOOF_CODES[capture.kind], ILLUMINATION_CODES[capture.illumination]]
        row[40:] = [*codes, 2 if capture.outdoor else 1, 1]
    annotation = {
        "type": capture.kind,
        "material": capture.material,
        "illumination": capture.illumination,
        "environment": "outdoor" if capture.outdoor else "indoor",
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


def _face_files(entries: list[Entry]) -> Iterator[tuple[str, bytes]]:
    """Pictures, boxes and metas of the data set."""
    for entry in entries:
        yield entry.path, entry.jpeg
        yield entry.path.removesuffix(".jpg") + "_BB.txt", entry.box_line.encode()
    for split, label_file in LABEL_FILES.items():
        rows = {e.path: e.label_row for e in entries if e.path.startswith(f"Data/{split}/")}
        yield label_file, json.dumps(rows).encode()
    notes = {entry.path: entry.annotation for entry in entries}
    yield ANNOTATIONS, json.dumps(notes).encode()
    yield ABOUT_FILE, json.dumps({"name": NAME, "simulated": True}).encode()


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
