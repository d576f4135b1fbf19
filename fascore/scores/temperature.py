"""Calibration by one temperature: P(spoof) made a probability without turning any verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit

from fascore.errors import FascoreError
from fascore.scores.classification import calibration
from fascore.scores.error_rates import checked

if TYPE_CHECKING:  # slow to import
    import pandas as pd

    from fascore.scores.comparison import ScoredModel

LEAST, MOST = 0.01, 100.0  # of a temperature
SATURATED = 1 - 2**-53  # the double below 1; where a score is 1, its logit is at least this one's
RULE = "maximum likelihood"
SEPARATED = "maximum likelihood on softened labels, for validation is told apart without an error"
AT_ITS_LIMIT = ", at its limit"


def fit_temperature(live_scores: np.ndarray, spoof_scores: np.ndarray) -> tuple[float, str]:
    """The temperature under which the labels are likeliest, and the rule that gave it.

    P(spoof) becomes ``sigmoid(logit(P(spoof)) / temperature)`` (Guo et al. 2017, "On Calibration of
    Modern Neural Networks"): above 1 the network was too sure, below 1 not sure enough. Where 0.5
    tells all images apart the likelihood rises for ever as the temperature falls to 0; then the
    labels are softened to what so many images can show, 1 / (n + 2) off the truth for the n images
    of a class (Platt 1999), and the rule says so. It stays between 0.01 and 100 in any case.

    Parameters
    ----------
    live_scores, spoof_scores : arrays of shape (n_live,) and (n_spoof,)
        P(spoof) in [0, 1] of the validation images of a class.

    Raises
    ------
    FascoreError
        If a class has no images or a score is outside [0, 1].

    Examples
    --------
    >>> temperature, rule = fit_temperature(np.array([0.1, 0.1, 0.9]), np.array([0.9, 0.9, 0.1]))
    >>> round(temperature, 2), rule  # right two times in three, sure as nine times in ten
    (3.17, 'maximum likelihood')
    """
    logits = _logits(checked(live_scores, spoof_scores))
    apart = bool((live_scores < 0.5).all() and (spoof_scores > 0.5).all())
    sizes = np.array([len(live_scores), len(spoof_scores)])
    off = 1 / (sizes + 2) if apart else np.zeros(2)
    spoof = np.repeat([off[0], 1 - off[1]], sizes)

    def surprise(log_temperature: float) -> float:
        scaled = logits * np.exp(-log_temperature)
        # -log sigmoid(x) is log(1 + exp(-x)): exact where the sigmoid itself rounds to 1
        return float(np.mean(np.logaddexp(0, scaled) - spoof * scaled))

    found = minimize_scalar(surprise, bounds=np.log([LEAST, MOST]), method="bounded")
    temperature = float(np.exp(found.x))
    at_limit = not 1.001 * LEAST < temperature < MOST / 1.001
    rule = SEPARATED if apart else RULE
    return temperature, rule + (AT_ITS_LIMIT if at_limit else "")


def calibrated(scores: np.ndarray | float, temperature: float) -> np.ndarray:
    """P(spoof) at a temperature: float64 in [0, 1], the shape of `scores`.

    It rises with the score, so that a verdict is the same on either scale if the threshold is
    taken along.

    Raises
    ------
    FascoreError
        If the temperature is not above 0.

    Examples
    --------
    >>> calibrated(np.array([0.1, 0.5, 0.9]), 2.0).round(3).tolist()
    [0.25, 0.5, 0.75]
    """
    if not temperature > 0:
        raise FascoreError(
            f"Expected a temperature above 0. Received: {temperature}. "
            "Run `python -m trainer evaluate` for this store."
        )
    return np.asarray(expit(_logits(scores) / temperature))


def calibration_table(models: Mapping[str, ScoredModel]) -> pd.DataFrame:
    """Expected calibration error on a test set before and after each model's temperature.

    A row a model that has one: `temperature`, `rule`, `error_before`, `error_after`. None where the
    images are of one class.
    """
    import pandas as pd

    rows = {}
    for name, model in models.items():
        before = model.quality.calibration
        if (temperature := model.card.temperature) is None or before is None:
            continue
        scores, spoof = model.quality.scores, model.quality.labels == 1
        after = calibrated(scores, temperature)
        rows[name] = {
            "temperature": temperature,
            "rule": model.card.calibration["rule"],
            "error_before": before.error,
            "error_after": calibration(after[~spoof], after[spoof]).error,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _logits(scores: np.ndarray | float) -> np.ndarray:
    """Log-odds of P(spoof). Scores are float64 made of logits, exact up to log-odds of 36."""
    return np.asarray(logit(np.clip(np.asarray(scores, float), 1 - SATURATED, SATURATED)))
