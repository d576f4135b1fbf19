"""Many pictures against their bare cost: `python -m benchmarks.batch [--pictures N]`.

Bare is what no batch can do without: MTCNN on decoded pictures, and one forward pass a network over
all their faces. Against it stand `judge_batch`, which also decodes, crops and asks whether a
picture is familiar, and the page itself, from the upload to the last row. Each is done in turns, as
other work on the machine weighs on all of them; the ratio is that of the medians, in seconds passed
and in seconds of processor.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from streamlit.testing.v1 import AppTest

from benchmarks.timing import in_turns
from fascore.batch.files import BatchFile
from fascore.batch.judging import Network, judge_batch
from fascore.data import open_data
from fascore.decoding import decode
from fascore.faces import FaceDetector
from fascore.images import face_input
from fascore.shipped import DEMO_STORE, located
from fascore.store import Store

APP = Path(__file__).parents[1] / "dashboard" / "app.py"
TOGETHER = 4  # files, as the page takes them


def read_pictures(store: Store, number: int) -> dict[str, bytes]:
    """Files of the store's own test split, spread over it."""
    data = open_data(located(store.card(store.loadable_names[0]).data["root"]))
    samples = store.samples()
    names = samples.index[samples["split"] == "test"]
    return {
        names[at]: data.read(names[at]) for at in np.linspace(0, len(names) - 1, number, dtype=int)
    }


def bare(
    networks: dict[str, Network], detector: FaceDetector, pictures: list[np.ndarray]
) -> Callable[[], None]:
    """Detection in decoded pictures, then one batch of cropped faces a network."""
    inputs = {
        network.cut: np.stack(
            [
                face_input(pixels, face.box, size=network.cut[0], expansion=network.cut[1])
                for pixels in pictures
                for face in detector.detect(pixels)
            ]
        )
        for network in {each.cut: each for each in networks.values()}.values()
    }

    def run() -> None:
        for pixels in pictures:
            detector.detect(pixels)
        for network in networks.values():
            network.model.spoof_scores(inputs[network.cut])

    return run


def batch(
    networks: dict[str, Network], detector: FaceDetector, files: list[BatchFile]
) -> Callable[[], None]:
    """The batch as the page judges it, a few files at a time."""

    def run() -> None:
        for start in range(0, len(files), TOGETHER):
            judge_batch(files[start : start + TOGETHER], networks, detector.detect, first=start)

    return run


def page(store: Path, files: dict[str, bytes]) -> Callable[[], None]:
    """The page, opened once; a run gives it the files and waits for the last row."""
    os.environ["FASCORE_STORE"] = str(store)
    os.environ["FASCORE_MAX_PICTURES_A_MINUTE"] = os.environ["FASCORE_MAX_BATCH_FILES"] = "100000"
    app = AppTest.from_file(str(APP), default_timeout=3600).switch_page("app_pages/many.py").run()
    given = [(name, data, "image/jpeg") for name, data in files.items()]

    def run() -> None:
        app.file_uploader[0].set_value(given).run()
        if app.exception or app.error:
            raise RuntimeError(f"The page failed: {[each.value for each in app.error]}")

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=DEMO_STORE)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    store, detector = Store(options.store), FaceDetector()
    networks = {
        name: Network(store.load(name), store.card(name).crop_expansion, store.familiarity(name))
        for name in store.loadable_names
    }
    read = read_pictures(store, options.pictures)
    files = [BatchFile(name, lambda data=data: data) for name, data in read.items()]
    pictures = [decode(data, max_bytes=None).pixels for data in read.values()]
    tasks = {
        "bare": bare(networks, detector, pictures),
        "judge_batch": batch(networks, detector, files),
        "page": page(options.store.resolve(), read),
    }
    print(f"{len(files)} pictures, {len(networks)} networks")
    table = in_turns(tasks, rounds=options.rounds)
    table = table.join((table / table.iloc[0]).add_suffix(", times bare"))
    print(table.to_string(float_format="{:.2f}".format))


if __name__ == "__main__":
    main()
