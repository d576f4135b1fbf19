"""Speed of the metrics: `python -m benchmarks.metrics [--json FILE]`.

On generated scores of ten models for 67,170 test images of 1,000 subjects: every number of the
Metrics page after the threshold has moved, what the page takes beyond a rerun without a move, and
the bootstrap against scikit-learn's functions called once a draw and model. Everything is measured
in one run.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score, roc_curve
from streamlit.testing.v1 import AppTest

from fascore.data.sample_table import fingerprint
from fascore.labels import pai_species
from fascore.models import MODELS
from fascore.scores.comparison import ScoredModel, compare_models, rank_models
from fascore.scores.definitions import metric_table
from fascore.scores.evaluation import score_quality
from fascore.scores.thresholds import ThresholdChoice
from fascore.stats.intervals import BOOTSTRAP_DRAWS
from fascore.store import PREDICTIONS, SAMPLES, Card, write_card

IMAGES, SUBJECTS = 67_170, 1_000
OBVIOUS_DRAWS = 10  # scikit-learn's cost a draw is the same for all
TARGETS = {
    "move beyond rerun, ms": "< 300",
    "numbers after a move, ms": "< 300",
    "obvious / bootstrap": ">= 10",
}
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Measures, prints a table, and writes JSON if asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(generated_models())
    with tempfile.TemporaryDirectory() as folder:
        figures |= page_figures(Path(folder))
    for name, value in figures.items():
        target = f"   target {TARGETS[name]}" if name in TARGETS else ""
        print(f"{name:32}{value:12.2f}{target}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def generated_samples() -> pd.DataFrame:
    """A samples.csv of CelebA-Spoof's test size, of test images alone."""
    rng = np.random.default_rng(0)
    types = np.where(rng.random(IMAGES) < 0.3, 0, rng.integers(1, 11, IMAGES))
    return pd.DataFrame(
        {
            "split": "test",
            "label": (types > 0).astype(int),
            "spoof_type": types,
            "pai_species": [pai_species(int(code)) for code in types],
            "subject": rng.integers(0, SUBJECTS, IMAGES).astype(str),
            "illumination": 0,
            "environment": 0,
        },
        index=pd.Index([f"Data/test/{number}.jpg" for number in range(IMAGES)], name="sample_id"),
    )


def generated_scores(samples: pd.DataFrame, number: int) -> np.ndarray:
    """P(spoof) of a model that errs the more the higher its number."""
    rng = np.random.default_rng(number)
    centre = 0.3 + 0.4 * samples["label"].to_numpy()
    return np.clip(rng.normal(centre, 0.1 + 0.01 * number), 0, 1)


def generated_card(name: str, samples: pd.DataFrame) -> Card:
    """A card that fits the samples."""
    data = {"name": "generated", "root": "", "fingerprint": fingerprint(samples), "counts": {}}
    data["protocol"] = "official"
    config = {"epochs": 1, "learning_rate": 1e-4}
    training = {"recipe": "paper", "config": config, "initial_weights": "random", "epochs": 1}
    return Card(name, 64, 1.5, ["last_conv"], "", data, training, {})


def generated_models() -> dict[str, ScoredModel]:
    """What `fascore.scores.comparison.read_scored` gives for ten models."""
    samples, models = generated_samples(), {}
    for number, name in enumerate(MODELS):
        scored = samples.assign(spoof_score=generated_scores(samples, number))
        card = generated_card(name, samples)
        models[name] = ScoredModel(card, scored, None, score_quality(scored))
    return models


def measure(models: dict[str, ScoredModel]) -> dict[str, float]:
    """The figures of one run."""
    first = next(iter(models.values())).test
    labels = first["label"].to_numpy()
    scores = {name: model.test["spoof_score"].to_numpy() for name, model in models.items()}
    moves = iter(np.linspace(0.3, 0.7, 99))
    rankings = rank_models(models)

    def after_a_move() -> None:
        comparison = compare_models(models, ThresholdChoice(value=float(next(moves))))
        metric_table(comparison.measured, rankings)
        comparison.paired_tests()

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
        "bootstrap, s": _seconds(lambda: rank_models(models)),
        "obvious, s": _seconds(obvious) * BOOTSTRAP_DRAWS / OBVIOUS_DRAWS,
    }
    figures["obvious / bootstrap"] = figures["obvious, s"] / figures["bootstrap, s"]
    return figures


def page_figures(path: Path) -> dict[str, float]:
    """The Metrics page on a store of these scores after the slider moved, and where nothing did."""
    samples = generated_samples()
    samples.to_csv(path / SAMPLES)
    for number, name in enumerate(MODELS):
        (path / name).mkdir()
        write_card(path / name, generated_card(name, samples))
        scores = pd.DataFrame({"spoof_score": generated_scores(samples, number)}, samples.index)
        scores.to_csv(path / name / PREDICTIONS)
    os.environ["FASCORE_STORE"] = str(path)
    app = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=600).run()
    app.switch_page("app_pages/metrics.py").run()
    app.selectbox(key="threshold_rule").set_value("hand").run()

    def move(value: float) -> float:
        app.number_input(key="threshold_value").set_value(value)
        return _seconds(app.run)

    times = {
        "page after a move, ms": [move(value) for value in np.linspace(0.3, 0.7, 6)[1:]],
        "page unmoved, ms": [_seconds(app.run) for _ in range(5)],
    }
    figures = {name: 1000 * float(np.median(each)) for name, each in times.items()}
    moved, unmoved = (figures[f"page {state}, ms"] for state in ("after a move", "unmoved"))
    return figures | {"move beyond rerun, ms": moved - unmoved}


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
