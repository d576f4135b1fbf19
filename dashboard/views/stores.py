"""The stores there are, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dashboard.views.store_info import cards_or_errors, store_place
from dashboard.views.style import model_title
from dashboard.views.tables import data_table
from fascore.evaluation_sets import set_names
from fascore.scores.across_stores import StoreDifference
from fascore.stats.intervals import CONFIDENCE, interval_text, p_text
from fascore.stats.paired import PairedTest
from fascore.store import Store, StoreError

STORE = "Store"
COLUMNS = ("Networks", "Test images", "Other test sets", "Trained")  # after the data set


def stores_table(paths: Sequence[Path], *, opened: Path) -> None:
    """Each store: its data set, its networks, its test images; the open one is named."""
    rows = {store_place(path): _about(path) for path in paths}
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis(STORE)
    shown.insert(0, "Open", ["✓" if path == opened else "" for path in paths])
    data = shown.rename(columns=lambda name: name.lower().replace(" ", "_")).rename_axis("store")
    data_table(shown, data, key="stores")


def _about(path: Path) -> dict[str, str]:
    try:
        store = Store(path)
        cards, _ = cards_or_errors(store)
        samples = store.samples()
        images = f"{int((samples['split'] == 'test').sum()):,}"
    except StoreError as err:
        return {"Data set": str(err)} | dict.fromkeys(COLUMNS, "")
    finished = sorted(str(c.training.get("finished", ""))[:10] for c in cards.values())
    return {
        "Data set": ", ".join(sorted({card.data["name"] for card in cards.values()})),
        "Networks": f"{len(store.names)} ({len(store.loadable_names)} with weights)",
        "Test images": images,
        "Other test sets": ", ".join(set_names(store)[1:]) or "none",
        "Trained": finished[-1] if finished and finished[-1] else "not recorded",
    }


def differences_between(differences: Sequence[StoreDifference], places: tuple[str, str]) -> None:
    """Accuracy of each network in two stores, and whether the paired test tells them apart."""
    first, second = (f"{n}: {place}" for n, place in zip(("First", "Second"), places, strict=True))
    rows = {
        model_title(of_model.model): {
            first: interval_text(of_model.first),
            second: interval_text(of_model.second),
            "Difference": f"{of_model.test.difference:+.4f}".replace("-", "−"),
            "p (Holm)": p_text(of_model.test.p_holm),
            "McNemar (Holm)": p_text(of_model.test.mcnemar_holm),
            "In words": _words(of_model.test),
        }
        for of_model in differences
    }
    shown = pd.DataFrame.from_dict(rows, orient="index").rename_axis("Network")
    data = pd.DataFrame(
        [{"model": of_model.model, **vars(of_model.test)} for of_model in differences]
    )
    meanings = {
        "Difference": "Accuracy in the second store minus that in the first.",
        "p (Holm)": f"On the same images ({differences[0].test.test}), two-sided, corrected for "
        "all networks here.",
        "McNemar (Holm)": "McNemar's exact test, corrected alike; it takes images as independent.",
    }
    data_table(shown, data, key="stores_compared", meanings=meanings)


def _words(test: PairedTest, *, alpha: float = 1 - CONFIDENCE) -> str:
    """What the test says of one network in two stores."""
    if test.p_holm >= alpha:
        return "cannot be told apart"
    return f"fewer errors in the {'second' if test.difference > 0 else 'first'}"
