"""A data set and a store as small as they go, and the app opened on them without a browser."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard import cache
from fascore import store
from fascore.data import open_data
from fascore.data.sample_table import evaluation_samples, fingerprint, samples_table
from fascore.faces import Face
from fascore.files import sha256
from fascore.findings.results import write_results
from fascore.images import Box
from fascore.labels import pai_species
from fascore.models import VARIANTS
from tests.conftest import SIZE, tiny_network
from tests.findings_results import findings_results

APP = Path(__file__).parents[2] / "dashboard" / "app.py"
SIDE = 96
TYPES = {"live": 0, "photo": 1, "phone": 9, "mask": 10}
# P(spoof) of the test images, as of each type; at threshold 0.5 one live image and one attack err
SCORES = {0: (0.1, 0.6), 1: (0.9, 0.8), 9: (0.7, 0.3), 10: (0.95, 0.55)}
THRESHOLD = 0.5


def picture(seed: int = 0, side: int = SIDE) -> Image.Image:
    """A picture of random texture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    """The bytes of an image file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def go_back(monkeypatch):
    """Runs an app as the browser's Back does, under an address that it had."""

    def run(app: AppTest, address: Mapping[str, str]) -> None:
        app.query_params.clear()
        app.query_params.update(address)
        with monkeypatch.context() as back:
            back.setattr("dashboard.address.came_back", lambda: True)
            app.run()

    return run


def _write_faces(path: Path) -> None:
    """A .zip in CelebA-Spoof's layout: two test images a type, and one training subject."""
    labels: dict[str, dict[str, list[int]]] = {"train": {}, "test": {}}
    with zipfile.ZipFile(path, "w") as archive:
        for split, subjects in (("train", ("1",)), ("test", ("2", "3"))):
            for subject in subjects:
                for name, code in TYPES.items():
                    kind = "spoof" if code else "live"
                    stem = f"Data/{split}/{subject}/{kind}/{name}"
                    labels[split][f"{stem}.jpg"] = [0] * 40 + [code, 0, 0, int(code > 0)]
                    archive.writestr(f"{stem}.jpg", encoded(picture(code), "JPEG"))
                    archive.writestr(f"{stem}_BB.txt", "60 60 100 110 0.99\n")
            archive.writestr(f"metas/intra_test/{split}_label.json", json.dumps(labels[split]))
        about = {"name": "tiny faces", "simulated": True}
        archive.writestr("metas/dataset.json", json.dumps(about))


def _write_model(folder: Path, name: str, seed: int, data: dict) -> None:
    target = folder / name
    target.mkdir()
    tiny_network(seed=seed).save(target / store.WEIGHTS)
    card = store.Card(
        model=name,
        size=SIZE,
        crop_expansion=1.5,
        feature_layers=["last_conv", "feature_map"],
        weights_sha256=sha256(target / store.WEIGHTS),
        data=data,
        training={"recipe": "tiny", "seed": seed, "epochs": 1, "initial_weights": "random"},
        software={"keras": "3"},
        threshold={"value": THRESHOLD, "rule": "equal error rate", "split": "validation"},
    )
    store.write_card(target, card)


def check_clean(app: AppTest) -> None:
    """Checks that a page has neither an exception nor an error on it."""
    assert not app.exception
    assert not app.error, [error.value for error in app.error]


@pytest.fixture
def store_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of every model's name with tiny untrained networks, set as the store to open."""
    faces, folder = tmp_path / "faces.zip", tmp_path / "store"
    _write_faces(faces)
    folder.mkdir()
    samples = evaluation_samples(samples_table(open_data(faces).samples()))
    samples.to_csv(folder / store.SAMPLES)
    counts = {"test": {pai_species(code): 2 for code in TYPES.values()}}
    data = {
        "name": "tiny faces",
        "simulated": True,
        "root": str(faces),
        "fingerprint": fingerprint(samples),
        "protocol": "official",
        "counts": counts,
    }
    background = np.random.default_rng(2).integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8)
    store.write_background(folder, background, [str(i) for i in range(6)])
    scores = {code: list(values) for code, values in SCORES.items()}
    samples["spoof_score"] = [scores[code].pop(0) for code in samples["spoof_type"]]
    for seed, name in enumerate(VARIANTS):
        _write_model(folder, name, seed, data)
        samples[["spoof_score"]].to_csv(folder / name / store.PREDICTIONS)
    monkeypatch.setenv("FASCORE_STORE", str(folder))
    return folder


@pytest.fixture
def studied_path(store_path: Path) -> Path:
    """The store with a study: two runs of each variant, all alike."""
    for seed, name in product((0, 1), VARIANTS):
        folder = store.study_run(store_path, seed) / name
        folder.mkdir(parents=True)
        for file in (store.CARD, store.PREDICTIONS):
            shutil.copy(store_path / name / file, folder / file)
    return store_path


@pytest.fixture
def judged_path(store_path: Path) -> Path:
    """The store with judged explanations."""
    opened = store.Store(store_path)
    write_results(opened, findings_results(opened))
    return store_path


@pytest.fixture
def second_path(store_path: Path) -> Path:
    """Another store beside the first, in which the plain CNN calls everything an attack."""
    path = store_path.parent / "second"
    shutil.copytree(store_path, path)
    scores = path / "cnn" / store.PREDICTIONS
    table = pd.read_csv(scores, index_col="sample_id").assign(spoof_score=1.0)
    table.to_csv(scores)
    return path


@pytest.fixture(autouse=True)
def cold_detector(monkeypatch: pytest.MonkeyPatch):
    """No test waits for a face detector that it does not ask for."""
    monkeypatch.setattr(cache, "warm_detector", lambda: None)


@pytest.fixture(autouse=True)
def empty_caches():
    """No test sees another's results."""
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


class FakeDetector:
    """Finds the faces it was given."""

    def __init__(self, *boxes: Box) -> None:
        self._faces = [Face(box, np.zeros((5, 2), np.float32), 0.99) for box in boxes]

    def detect(self, image: np.ndarray) -> list[Face]:
        return self._faces


@pytest.fixture
def detect(monkeypatch: pytest.MonkeyPatch):
    """Sets what the face detector finds; it loads no network."""

    def set_faces(*boxes: Box) -> None:
        monkeypatch.setattr(cache.pictures, "_detector", lambda: FakeDetector(*boxes))

    set_faces(Box(10, 10, 70, 80))
    return set_faces


@pytest.fixture
def app() -> AppTest:
    """The app on its Compare page, not yet run."""
    return AppTest.from_file(str(APP), default_timeout=120).switch_page("app_pages/compare.py")


def text_of(app: AppTest) -> str:
    """All text the page shows, HTML included."""
    kinds = ("title", "header", "markdown", "caption", "error", "warning", "info")
    parts = [element.value for kind in kinds for element in app.get(kind)]
    return "\n".join([*parts, *(element.proto.body for element in app.get("html"))])
