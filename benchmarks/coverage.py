"""How often do intervals hold the truth, and tests reject a true null, where people repeat?

``python -m benchmarks.coverage``: test sets are simulated whose true rates, AUC and equal error
rate are known. Six pictures a person, three live and three attacks; what is left of a score when
its class is known correlates within a person's pictures of a class. Of intervals that are meant to
hold in 95 % of test sets the share that do, beside those that take pictures as independent; of
paired tests on two equally good models the share that reject at 5 %.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import norm
from tqdm import tqdm

from fascore.labels import SPOOF
from fascore.stats.intervals import Interval
from fascore.stats.paired import paired_tests
from fascore.stats.ranking import bootstrap_ranking
from fascore.stats.rates import clustered_rate, mean_rate, rate_interval

PICTURES = 6  # of a person, half of them attacks
SEPARATION = 2.5  # of the classes' means, in standard deviations of a class
BPCER_LIMITS = (0.02, 0.1, 0.3)  # true rates
DRAWS = 400  # of the bootstrap: its standard deviation needs no more
ALPHA = 0.05


def simulated(
    people: int, correlation: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latent scores, labels and owners of one test set, each (people * PICTURES,)."""
    labels = np.tile(np.repeat([0, 1], PICTURES // 2), people)
    owner = np.repeat(np.arange(people), PICTURES)
    shared = rng.normal(0, np.sqrt(correlation), (people, 2))
    own = rng.normal(0, np.sqrt(1 - correlation), len(labels))
    return SEPARATION * labels + shared[owner, labels] + own, labels, owner


def held(
    people: int, correlation: float, rng: np.random.Generator
) -> Iterator[tuple[str, bool, bool]]:
    """What, whether its interval holds the truth, and whether the one over pictures does."""
    latent, labels, owner = simulated(people, correlation, rng)
    live = labels != SPOOF
    for rate in BPCER_LIMITS:
        rejected, whose = latent[live] >= norm.isf(rate), owner[live]
        yield (
            f"rate of {rate:.0%}",
            _holds(clustered_rate(rejected, whose), rate),
            _holds(rate_interval(int(rejected.sum()), len(rejected)), rate),
        )
    wrong = (latent >= SEPARATION / 2) == live
    yield (
        "mean of two rates",
        *(
            _holds(
                mean_rate((wrong[live], whose[live]), (wrong[~live], whose[~live])),
                float(norm.cdf(-SEPARATION / 2)),
            )
            for whose in (owner, np.arange(len(owner)))
        ),
    )
    scores = norm.cdf(latent - SEPARATION / 2)
    truth = {"AUC": norm.cdf(SEPARATION / np.sqrt(2)), "EER": norm.cdf(-SEPARATION / 2)}
    by_person, by_picture = (
        bootstrap_ranking({"m": scores}, labels, subjects, draws=DRAWS)["m"]
        for subjects in ([str(person) for person in owner], None)
    )
    for name in truth:
        part = name.lower()
        yield (
            name,
            _holds(getattr(by_person, part), truth[name]),
            _holds(getattr(by_picture, part), truth[name]),
        )


def _holds(interval: Interval, truth: float) -> bool:
    return interval.low <= truth <= interval.high


def rejected(people: int, correlation: float, rng: np.random.Generator) -> tuple[bool, bool]:
    """Whether two equally good models are told apart: by subject, and by McNemar's test."""
    latent, labels, owner = simulated(people, correlation, rng)
    other, _, _ = simulated(people, correlation, rng)  # its errors are its own
    right = {
        name: pd.Series((scores >= SEPARATION / 2) == (labels == SPOOF))
        for name, scores in (("first", latent), ("second", other))
    }
    (test,) = paired_tests(right, [str(person) for person in owner])
    return test.p < ALPHA, test.mcnemar_holm < ALPHA


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=1000, help="test sets a row; default: 1000")
    parser.add_argument("--people", type=int, nargs="+", default=[30, 120])
    parser.add_argument("--correlations", type=float, nargs="+", default=[0.0, 0.3, 0.6])
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    intervals, tests = [], []
    cases = [(people, share) for people in options.people for share in options.correlations]
    for people, share in tqdm(cases, unit="case"):
        key = {"people": people, "correlation": share}
        for _ in range(options.sets):
            intervals += [
                key | {"of": of, "by person": by_person, "by picture": by_picture}
                for of, by_person, by_picture in held(people, share, rng)
            ]
            flips, mcnemar = rejected(people, share, rng)
            tests.append(key | {"sign flips by subject": flips, "McNemar": mcnemar})
    by = ["people", "correlation"]
    table = pd.DataFrame(intervals).groupby([*by, "of"], sort=False).mean()
    print("\nShare of 95 % intervals that hold the truth, %")
    print((100 * table).round(1).unstack().to_string())
    print("\nShare of true nulls rejected at 5 %, %")
    print((100 * pd.DataFrame(tests).groupby(by).mean()).round(1).to_string())
    error = 100 * np.sqrt(0.05 * 0.95 / options.sets)
    print(f"\nStandard error of a share near 95 or 5 %: {error:.1f}")


if __name__ == "__main__":
    main()
