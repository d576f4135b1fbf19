"""Speed of the metrics: `python -m benchmarks.metrics [--json FILE]`.

On generated scores of ten models for 67,170 test images of 1,000 subjects: every number of the
Metrics page after the threshold has moved, and the bootstrap against scikit-learn's functions
called once a draw and model. Everything is measured in one run.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score, roc_curve

from fascore.evaluation import evaluate_scores, judged_rightly
from fascore.labels import pai_species
from fascore.paired import paired_tests
from fascore.statistics import DRAWS, bootstrap_ranking

MODELS, IMAGES, SUBJECTS = 10, 67_170, 1_000
OBVIOUS_DRAWS = 10  # scikit-learn's cost a draw is the same for all
TARGETS = {"numbers after a move, ms": "< 300", "obvious / bootstrap": ">= 10"}


def main() -> None:
    """Measures, prints a table, and writes JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(tables())
    for name, value in figures.items():
        target = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:32}{value:12.2f}{target}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def tables() -> dict[str, pd.DataFrame]:
    """What `Store.scored` would give for ten models."""
    rng = np.random.default_rng(0)
    types = np.where(rng.random(IMAGES) < 0.3, 0, rng.integers(1, 11, IMAGES))
    samples = pd.DataFrame(
        {
            "label": (types > 0).astype(int),
            "spoof_type": types,
            "pai_species": [pai_species(int(code)) for code in types],
            "subject": rng.integers(0, SUBJECTS, IMAGES).astype(str),
        }
    )
    centre = 0.3 + 0.4 * samples["label"].to_numpy()
    return {
        f"model {number}": samples.assign(
            spoof_score=np.clip(rng.normal(centre, 0.1 + 0.01 * number), 0, 1)
        )
        for number in range(MODELS)
    }


def measure(scored: dict[str, pd.DataFrame]) -> dict[str, float]:
    """The figures of one run."""
    first = next(iter(scored.values()))
    labels, subjects = first["label"].to_numpy(), first["subject"].to_list()
    scores = {name: table["spoof_score"].to_numpy() for name, table in scored.items()}
    moves = iter(np.linspace(0.3, 0.7, 99))

    def after_a_move() -> None:
        threshold = float(next(moves))
        for table in scored.values():
            evaluate_scores(table, threshold=threshold)
        paired_tests(
            {name: judged_rightly(each, threshold=threshold) for name, each in scored.items()}
        )

    def obvious() -> None:
        rng = np.random.default_rng(0)
        for each in scores.values():
            for _ in range(OBVIOUS_DRAWS):
                drawn = rng.integers(0, IMAGES, IMAGES)
                roc_auc_score(labels[drawn], each[drawn])
                roc_curve(labels[drawn], each[drawn])

    after_a_move()
    moved = float(np.median([_seconds(after_a_move) for _ in range(5)]))
    figures = {
        "numbers after a move, ms": 1000 * moved,
        "bootstrap, s": _seconds(lambda: bootstrap_ranking(scores, labels, subjects)),
        "obvious, s": _seconds(obvious) * DRAWS / OBVIOUS_DRAWS,
    }
    figures["obvious / bootstrap"] = figures["obvious, s"] / figures["bootstrap, s"]
    return figures


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
