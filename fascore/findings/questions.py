"""The paper's claims about its explanations, in our words, and what is compared to answer them.

What is compared are the networks and methods that were measured, whatever is registered: another
network or method changes an answer only once it has been measured too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fascore.explain import method_title
from fascore.findings.measures import GATE_OFF, MEASURES
from fascore.findings.summary import in_order, select
from fascore.judging.judge import PAIR
from fascore.models import model_title

MARGIN = 0.1  # of rank correlation: a smaller difference is none that an eye could see
PLAIN, COMBINED = "cnn", "cnn_channel_spatial"  # the paper's networks with none and both
LIME_MEASURES = ("insertion_gain", "deletion_gain", "r2")

Columns = dict[tuple[str, str], pd.Series]  # by group and what: values by sample_id


class Measures:
    """What was measured of each image, from measures of `join_samples`."""

    def __init__(self, joined: pd.DataFrame) -> None:
        self._joined = joined
        self._images = pd.Index(joined["sample_id"].unique(), name="sample_id")
        columns = ["metric", "model", "method"]
        wide = joined.pivot(index="sample_id", columns=columns, values="value")
        self._columns: dict[str, dict[tuple[str, str], pd.Series]] = {}
        for (metric, model, method), values in wide.reindex(self._images).items():
            self._columns.setdefault(metric, {})[model, method] = values

    def measured(self, metric: str) -> list[tuple[str, str]]:
        """The models and methods of which a metric was measured, in order."""
        measured = self._columns.get(metric, {})
        return sorted(measured, key=lambda of: (in_order(of[0]), in_order(of[1])))

    def values(self, metric: str, model: str, method: str) -> pd.Series:
        """A metric's values by sample_id; all NaN where it was not measured."""
        measured = self._columns.get(metric, {})
        return measured.get((model, method), pd.Series(np.nan, self._images))

    def of_species(self, species: str) -> Measures:
        """Those of one species alone."""
        return Measures(select(self._joined, species=species))

    def attention(self) -> list[str]:
        """The networks with attention: those on which a gate was measured, in order."""
        gated = {model for metric in GATE_OFF.values() for model, _ in self.measured(metric)}
        return sorted(gated, key=in_order)

    def compared(self) -> list[str]:
        """The networks that the claims are about: the plain CNN and those with attention."""
        return [PLAIN, *self.attention()]


@dataclass(frozen=True)
class Question:
    """A claim and how it is asked.

    Attributes
    ----------
    claim, measure : str
        The claim, and what is measured to answer it.
    axis : str
        What the mean of a row is.
    instruments : str
        What its groups are: "methods" or "measures".
    null : float
        The value that every row is held against.
    above, below : str
        What a row says whose interval lies above or below it.
    columns : callable
        The rows: values by image, by group and by what is compared.
    """

    claim: str
    measure: str
    axis: str
    instruments: str
    null: float
    above: str
    below: str
    columns: Callable[[Measures], Columns]


def _minus(first: str, second: str) -> str:
    return f"{model_title(first)} minus {model_title(second)}"


def _features(measures: Measures) -> Columns:
    """Weight on eyes, nose and mouth: each network with attention minus the plain CNN."""
    metric, attention = "region_features", measures.attention()
    measured = measures.measured(metric)
    methods = [method for model, method in measured if model == PLAIN]
    return {
        (method_title(method), _minus(model, PLAIN)): measures.values(metric, model, method)
        - measures.values(metric, PLAIN, method)
        for method in methods
        for model in attention
        if (model, method) in measured
    }


def _lime(measures: Measures) -> Columns:
    """LIME's faithfulness and fit: the network with both attentions minus each of the others."""
    others = [model for model in measures.compared() if model != COMBINED]
    return {
        (MEASURES[metric].title, _minus(COMBINED, model)): measures.values(metric, COMBINED, "lime")
        - measures.values(metric, model, "lime")
        for metric in LIME_MEASURES
        for model in others
        if {(COMBINED, "lime"), (model, "lime")} <= set(measures.measured(metric))
    }


def _device(measures: Measures) -> Columns:
    """Weight on the attack medium's edges in replay images."""
    metric, networks = "region_evidence", measures.compared()
    measured = measures.measured(metric)
    replay = measures.of_species("replay")
    return {
        (method_title(method), model_title(model)): replay.values(metric, model, method)
        for method in dict.fromkeys(method for _, method in measured)
        for model in networks
        if (model, method) in measured
    }


def _grad_cam(measures: Measures) -> Columns:
    """Agreement of two models' maps minus the mean of their agreement with themselves, in noise."""
    columns, networks = {}, set(measures.compared())
    for pair, method in measures.measured("rank_models"):
        first, second = pair.split(PAIR)
        if method == "grad_cam" and {first, second} <= networks:
            own = [measures.values("stability_noise", name, method) for name in (first, second)]
            what = f"{model_title(first)} and {model_title(second)}"
            between = measures.values("rank_models", pair, method)
            columns[method_title(method), what] = between - (own[0] + own[1]) / 2
    return columns


QUESTIONS = {
    "features": Question(
        "With attention, the networks look more at the face's features.",
        "Weight on eyes, nose and mouth (share of positive attribution over share of the picture): "
        "each network with attention minus the plain CNN, image by image.",
        "difference in weight on features",
        "methods",
        0.0,
        "more",
        "less",
        _features,
    ),
    "lime": Question(
        "LIME explains the variant with both attentions more accurately than the others.",
        "LIME's insertion gain, deletion gain and R² for the variant with both attentions minus "
        "those for each of the others, image by image.",
        "difference",
        "measures",
        0.0,
        "better",
        "worse",
        _lime,
    ),
    "device": Question(
        "Replay attacks are recognised by the device.",
        "Weight on the attack medium's visible edges in replay images: share of positive "
        "attribution over share of the picture, 1 being no preference.",
        "weight on the medium's edges",
        "methods",
        1.0,
        "more than its share",
        "less than its share",
        _device,
    ),
    "grad_cam": Question(
        "Grad-CAM does not differ between the networks.",
        "Rank correlation of two networks' Grad-CAM maps of one image, minus that of each "
        f"network's map with its own under noise. Down to −{MARGIN:g} counts as no difference.",
        "difference in rank correlation",
        "methods",
        -MARGIN,
        "as alike as one network's own maps",
        "less alike",
        _grad_cam,
    ),
}
