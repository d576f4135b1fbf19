"""The paper's claims about its explanations, in our words, and what is compared to answer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from fascore.explain import EXPLAINERS
from fascore.findings.measures import MEASURES
from fascore.findings.summary import by_image, select
from fascore.judging.judge import PAIR
from fascore.models import MODELS, VARIANTS

MARGIN = 0.1  # rank correlation
PLAIN, *ATTENTION = VARIANTS
COMBINED = "cnn_channel_spatial"
LIME_MEASURES = ("insertion_gain", "deletion_gain", "r2")

Columns = dict[tuple[str, str], pd.Series]  # by group and what: values by sample_id


class Measures:
    """Values by image, of measures of `join_samples`."""

    def __init__(self, joined: pd.DataFrame) -> None:
        self._joined = joined
        self._wide: dict[str, pd.DataFrame] = {}
        self._images = pd.Index(joined["sample_id"].unique(), name="sample_id")

    def values(self, metric: str, model: str, method: str) -> pd.Series:
        """A metric's values by sample_id; all NaN where it was not measured."""
        if metric not in self._wide:
            self._wide[metric] = by_image(self._joined, metric).reindex(self._images)
        wide = self._wide[metric]
        return wide[model, method] if (model, method) in wide else pd.Series(np.nan, self._images)

    def of_species(self, species: str) -> Measures:
        """Those of one species alone."""
        return Measures(select(self._joined, species=species))


@dataclass(frozen=True)
class Question:
    """A claim and how it is asked.

    `above` and `below` are the words for what a row then says; `axis` says what its mean is, and
    `instruments` what its groups are.
    """

    claim: str
    measure: str
    axis: str
    instruments: str
    null: float
    above: str
    below: str
    columns: Callable[[Measures], Columns]


def _title(model: str) -> str:
    return MODELS[model].title


def _features(measures: Measures) -> Columns:
    """Weight on eyes, nose and mouth: each attention variant minus the plain CNN."""
    return {
        (explainer.title, f"{_title(model)} minus {_title(PLAIN)}"): measures.values(
            "region_features", model, method
        )
        - measures.values("region_features", PLAIN, method)
        for method, explainer in EXPLAINERS.items()
        for model in ATTENTION
    }


def _lime(measures: Measures) -> Columns:
    """LIME's faithfulness and fit: the combined variant minus each other."""
    return {
        (MEASURES[metric].title, f"{_title(COMBINED)} minus {_title(model)}"): measures.values(
            metric, COMBINED, "lime"
        )
        - measures.values(metric, model, "lime")
        for metric in LIME_MEASURES
        for model in VARIANTS
        if model != COMBINED
    }


def _device(measures: Measures) -> Columns:
    """Weight on the attack medium's edges in replay images."""
    replay = measures.of_species("replay")
    return {
        (explainer.title, _title(model)): replay.values("region_evidence", model, method)
        for method, explainer in EXPLAINERS.items()
        for model in VARIANTS
    }


def _grad_cam(measures: Measures) -> Columns:
    """Agreement of two models' maps minus the mean of each one's with itself under noise."""
    columns = {}
    for pair in combinations(VARIANTS, 2):
        between = measures.values("rank_models", PAIR.join(pair), "grad_cam")
        first, second = (measures.values("stability_noise", each, "grad_cam") for each in pair)
        what = " and ".join(map(_title, pair))
        columns[EXPLAINERS["grad_cam"].title, what] = between - (first + second) / 2
    return columns


QUESTIONS = {
    "features": Question(
        "With attention, the networks look more at the face's features.",
        "Weight on eyes, nose and mouth (share of positive attribution over share of the picture): "
        "each attention variant minus the plain CNN, image by image.",
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
        "those for each of the three others, image by image.",
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
        "Grad-CAM does not differ between the four networks.",
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
