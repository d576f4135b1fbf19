"""Plans and renders the demo data set: rendered heads and attacks on them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from trainer.simulate.attacks.on_heads import capture_person, print_attack, replay_attack
from trainer.simulate.heads.assets import HeadModel, load_head_model
from trainer.simulate.heads.fetch import fetch_assets
from trainer.simulate.heads.identity import Identity, sample_identity
from trainer.simulate.heads.maskshell import MASK_KINDS
from trainer.simulate.heads.render import Scene, render_scene
from trainer.simulate.layout import Capture, Entry, as_entry, write_archives
from trainer.simulate.scenery import ILLUMINATION_ODDS, ILLUMINATIONS
from trainer.workers import in_order, worker_pool

NAME = "fascore demo faces (simulated)"
SCREENS = ("PC", "pad", "phone")


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
    write_archives(out, entries, name=NAME)


def _make(job: tuple[int, Settings, str]) -> list[Entry]:
    """All pictures of one subject (runs in a worker process)."""
    subject, settings, assets = job
    cv2.setNumThreads(1)
    model = _worker_model(assets)
    split = "test" if subject in settings.test_subjects() else "train"
    captures = make_subject(model, subject, settings)
    return [as_entry(capture, split, subject, number) for number, capture in enumerate(captures)]


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
