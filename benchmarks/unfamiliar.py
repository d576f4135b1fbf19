"""Unfamiliar pictures: `python -m benchmarks.unfamiliar [--store S] [--root SET]`.

How often each network calls pictures unfamiliar: its own test split (false alarms), another data
set, and what is no face at all. Pictures that are no data set are cut as an upload without a face
is: the largest centred square.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import skimage.data

from fascore.data import open_data
from fascore.data.sample_table import samples_of
from fascore.data.samples import EntryError, FaceData, Sample
from fascore.evaluation_sets import open_set
from fascore.images import face_input
from fascore.models.familiarity import features
from fascore.shipped import DEMO_STORE, located
from fascore.store import Card, Store

COUNT = 200  # pictures of a kind
TIGHT = 0.5  # side of an over-tight crop, of a right one's


def no_faces(size: int) -> Iterator[tuple[str, np.ndarray]]:
    """Kinds of pictures without a face, cut for a network: uint8 (n, size, size, 3) each."""
    rng = np.random.default_rng(0)
    yield "noise", rng.integers(0, 256, (COUNT, size, size, 3), np.uint8)
    flat = np.repeat(rng.integers(0, 256, (COUNT, 1, 1, 3), np.uint8), size, axis=1)
    yield "one colour", np.repeat(flat, size, axis=2)
    yield "line drawings", np.stack([_drawing(rng, size) for _ in range(COUNT)])
    yield "a cat", _windows(skimage.data.chelsea(), rng, size)
    yield (
        "a rocket, a cup",
        np.concatenate(
            [_windows(skimage.data.rocket(), rng, size), _windows(skimage.data.coffee(), rng, size)]
        ),
    )
    for names in (("grass", "gravel"), ("text", "page"), ("coins", "clock")):
        yield ", ".join(names), np.concatenate([_windows(_grey(n), rng, size) for n in names])


def _drawing(rng: np.random.Generator, size: int) -> np.ndarray:
    page = np.full((size, size, 3), 255, np.uint8)
    for _ in range(int(rng.integers(3, 10))):
        start, end = rng.integers(0, size, (2, 2)).tolist()
        cv2.line(page, start, end, (0, 0, 0), 1, cv2.LINE_AA)
    return page


def _grey(name: str) -> np.ndarray:
    """A grey picture of scikit-image's as RGB."""
    return np.repeat(getattr(skimage.data, name)()[..., None], 3, 2)


def _windows(picture: np.ndarray, rng: np.random.Generator, size: int) -> np.ndarray:
    """Squares of a picture, each a fifth of it wide to all of it."""
    short, cut = min(picture.shape[:2]), []
    for side in rng.integers(short // 5, short + 1, COUNT // 4):
        y, x = (int(rng.integers(0, length - side + 1)) for length in picture.shape[:2])
        square = picture[y : y + side, x : x + side]
        cut.append(face_input(square, None, size=size, expansion=1.5))
    return np.stack(cut)


def faces(
    source: FaceData, samples: Sequence[Sample], card: Card, *, tight: float = 1.0
) -> np.ndarray:
    """At most `COUNT` of these faces, evenly picked; crops `tight` times the right side."""
    step, cut = max(len(samples) // COUNT, 1), []
    for sample in samples[::step]:
        try:
            expansion = card.crop_expansion * tight
            cut.append(source.face_input(sample, size=card.size, expansion=expansion))
        except EntryError:
            continue
    return np.stack(cut)


def alarms(store: Store, others: list[Path]) -> pd.DataFrame:
    """The share of unfamiliar pictures: a row a kind, a column a network."""
    table: dict[str, dict[str, float]] = {}
    for name in store.loadable_names:
        card, model, known = store.card(name), store.load(name), store.familiarity(name)
        if known is None:
            continue
        # the store's list: parts of its data set may not be here
        listed = open_set(store).samples
        tests = samples_of(listed)
        own = open_data(located(card.data["root"]))
        kinds = {"own test faces": faces(own, tests, card)}
        kinds["own test faces, cut too tight"] = faces(own, tests, card, tight=TIGHT)
        for root in others:
            other = open_data(root)
            kinds[str(root)] = faces(other, other.samples(), card)
            kinds[f"{root}, cut too tight"] = faces(other, other.samples(), card, tight=TIGHT)
        kinds |= dict(no_faces(card.size))
        table[name] = {
            kind: float(known.is_unfamiliar(features(model, images)).mean())
            for kind, images in kinds.items()
        }
    return pd.DataFrame(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=DEMO_STORE)
    parser.add_argument("--root", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    print(alarms(Store(options.store), options.root).to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
