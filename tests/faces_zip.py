"""A made-up data set in CelebA-Spoof's layout."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image


def write_faces_zip(path: Path, *, subjects: int = 30, brighter: int = 0) -> Path:
    """Noise pictures of 64 px, one live and one replay a subject; spoofs are `brighter`."""
    rng = np.random.default_rng(0)
    labels: dict[str, dict[str, list[int]]] = {"train": {}, "test": {}}
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2 * subjects):
            subject, label = divmod(number, 2)
            split = "test" if subject % 3 == 0 else "train"
            name = f"Data/{split}/{subject}/{('live', 'spoof')[label]}/{number:06d}.png"
            pixels = rng.integers(0, 200, (64, 64, 3)) * rng.uniform(0.8, 1.0) + brighter * label
            buffer = io.BytesIO()
            Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG")
            archive.writestr(name, buffer.getvalue())
            archive.writestr(name.replace(".png", "_BB.txt"), "60 60 100 100 0.99")
            labels[split][name] = [0] * 40 + [label * 9, label, label, label]
        for split, rows in labels.items():
            archive.writestr(f"metas/intra_test/{split}_label.json", json.dumps(rows))
    return path
