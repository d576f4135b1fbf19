"""Verdicts that turn: `python -m benchmarks.firm --store S [--root SET ...] [--limit N]`.

The share of pictures whose verdict turns, by network, when the picture changes in a way that
should not matter: noise of 4 grey levels, a shift of 2 pixels of the network's input, JPEG of
quality 70. On the store's own test split, or on other data sets.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import pandas as pd
from tqdm import tqdm

from fascore.data import open_data
from fascore.data.samples import EntryError, FaceData
from fascore.firmness.changes import AS_GIVEN, Change, changed_input
from fascore.shipped import DEMO_STORE, located
from fascore.store import Card, Store

SHIFT = 2  # px of the network's input


def changes(card: Card) -> dict[str, Change]:
    """What is done to the pictures; first nothing."""
    return {
        "as given": AS_GIVEN,
        "noise of 4": Change(noise=4),
        "shift of 2 px": Change(right=SHIFT / card.size),
        "JPEG 70": Change(jpeg=70),
    }


def turned(store: Store, source: FaceData, *, limit: int) -> pd.DataFrame:
    """A row a change, a column a network: the share of verdicts that turn."""
    samples = [each for each in source.samples() if each.split == "test"]
    samples = samples[:: max(len(samples) // limit, 1)]
    found: dict[str, dict[str, float]] = {}
    inputs: dict[tuple[int, float], dict[str, np.ndarray]] = {}
    for name in store.loadable_names:
        card, model = store.card(name), store.load(name)
        cut = (card.size, card.crop_expansion)
        if cut not in inputs:
            inputs[cut] = changed_inputs(source, samples, card)
        verdicts = {
            words: model.spoof_scores(images) >= card.threshold_value
            for words, images in inputs[cut].items()
        }
        given = verdicts.pop("as given")
        found[name] = {words: float((now != given).mean()) for words, now in verdicts.items()}
    return pd.DataFrame(found)


def changed_inputs(source: FaceData, samples: list, card: Card) -> dict[str, np.ndarray]:
    """What a network sees of all pictures after each change."""
    seen: dict[str, list[np.ndarray]] = {words: [] for words in changes(card)}
    for sample in tqdm(samples, unit="picture"):
        try:
            picture = source.picture(sample)
            box = source.box(sample, picture)
        except EntryError:
            continue
        for words, change in changes(card).items():
            seen[words].append(
                changed_input(picture, box, change, size=card.size, expansion=card.crop_expansion)
            )
    return {words: np.stack(images) for words, images in seen.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=DEMO_STORE)
    parser.add_argument("--root", type=Path, nargs="*", default=[])
    parser.add_argument("--limit", type=int, default=400, help="pictures of a set, at most")
    options = parser.parse_args()
    store = Store(options.store)
    own = located(store.card(store.loadable_names[0]).data["root"])
    for root in options.root or [own]:
        print(f"\n{root.name}")
        table = turned(store, open_data(root), limit=options.limit)
        print(table.to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
