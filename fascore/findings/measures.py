"""What is measured of explanations: names, titles, and what each number means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fascore.judging.regions import EVIDENCE, REGIONS
from fascore.judging.sanity import STAGES
from fascore.labels import CLASS_NAMES, LIVE, SPOOF


@dataclass(frozen=True)
class Definition:
    """One measure of explanations.

    Attributes
    ----------
    title, sentence : str
        Its name, and what it is.
    unit : str
        What it is measured in, where that is not obvious.
    chance : float, optional
        The value of a map that says nothing, where there is one.
    better : {"high", "low", ""}
        Which end is the good one, where there is one.
    of : {"map", "model", "methods", "models"}
        What it is measured on: a model's map by a method, a model alone, or a pair of methods or
        models.
    undefined : str
        When it has no value.
    """

    title: str
    sentence: str
    unit: str = ""
    chance: float | None = None
    better: Literal["high", "low", ""] = ""
    of: Literal["map", "model", "methods", "models"] = "map"
    undefined: str = "a map is constant"


_NO_ORDER = "the score stays the same whatever is hidden, or the map gives no order"
_FAITHFULNESS = {
    "insertion_gain": Definition(
        "Insertion gain",
        "Area under the target's probability as the map's pixels are put into a blank picture, "
        "best first, minus that of a random order of the same granularity; mean over a blurred and "
        "a mean-coloured blank.",
        "area, probability x share of pixels",
        chance=0.0,
        better="high",
        undefined=_NO_ORDER,
    ),
    "deletion_gain": Definition(
        "Deletion gain",
        "Area under the target's probability as a random order is taken out of the picture, minus "
        "that of the map's own order, best first.",
        "area, probability x share of pixels",
        chance=0.0,
        better="high",
        undefined=_NO_ORDER,
    ),
    "r2": Definition("LIME's R²", "How well its linear model fits: 1 is exact.", better="high"),
    "repeatability": Definition(
        "LIME's repeatability",
        "Rank correlation that its weights are expected to have with those of as many other "
        "perturbed pictures, from two halves of these: 1 is the same ranking.",
        chance=0.0,
        better="high",
        undefined="there are too few pictures to tell",
    ),
    "residual_share": Definition(
        "SHAP's residual as a share",
        "How far the sum of the values misses f(x) − E f, as a share of it.",
        better="low",
        undefined="f(x) − E f is below one logit, and a share of so little says nothing",
    ),
    "residual": Definition(
        "SHAP's residual",
        "The sum of the values minus f(x) − E f, in logits: 0 is exact. Misses above and below it "
        "cancel in the mean; the images show their size.",
        "logits",
    ),
    "difference": Definition(
        "What SHAP shares out",
        "f(x) − E f: the explained logit minus its mean over the background images.",
        "logits",
    ),
}
_STABILITY = {
    "stability_noise": Definition(
        "Stability under noise",
        "Rank correlation of the map with that of the same picture with noise of 4 grey levels, "
        "where the verdict stays.",
        chance=0.0,
        better="high",
        undefined="the change turned the verdict, or a map is constant",
    ),
    "stability_shift": Definition(
        "Stability under a shift",
        "The same for the picture shifted by 2 pixels.",
        chance=0.0,
        better="high",
        undefined="the change turned the verdict, or a map is constant",
    ),
    "seed_agreement": Definition(
        "Agreement over seeds",
        "Rank correlation of the map with that from another seed; methods without "
        "chance have none.",
        chance=0.0,
        better="high",
    ),
    "r2_spread": Definition(
        "Spread of R²", "Difference of LIME's R² between two seeds.", better="low"
    ),
}
# Grad-CAM is empty far more often for one verdict than for the other, so a mean over both would say
# how many attacks there are among the images.
BY_VERDICT = {"all_zero": {label: f"all_zero_{CLASS_NAMES[label]}" for label in (LIVE, SPOOF)}}
_COST = {
    "seconds": Definition("Time", "Seconds that a map took.", "s", better="low"),
    "samples": Definition("Samples", "Perturbed pictures or points that a map is made from."),
} | {
    BY_VERDICT["all_zero"][label]: Definition(
        f"Empty maps, judged {CLASS_NAMES[label]}",
        "Share of maps that are zero everywhere, among the faces that the network judged "
        f"{CLASS_NAMES[label]}.",
        better="low",
    )
    for label in (LIVE, SPOOF)
}
_SANITY = {
    f"sanity_{kind}_{stage}": Definition(
        f"{title} after randomising {words}",
        f"{title} of the trained network's map with that of the network whose {words} have "
        "random weights. Near 1: the map does not depend on what was learnt.",
        chance=0.0 if kind == "rank" else None,
        better="low",
    )
    for kind, title in (("rank", "Rank correlation"), ("ssim", "SSIM"))
    for stage, words in STAGES.items()
}
_REGIONS = {
    f"region_{name}": Definition(
        f"Weight on {words}",
        f"Share of positive attribution on {words} over that region's share of the picture: 1 is "
        "no preference.",
        chance=1.0,
        undefined="nothing speaks for the target, or the region has no pixel",
    )
    for name, words in (REGIONS | EVIDENCE).items()
}
_PAIRS: dict[Literal["methods", "models"], str] = {"methods": "methods", "models": "networks"}
_AGREEMENT = {
    f"{kind}_{of}": Definition(
        f"{title} between {words}",
        f"{sentence}, between two {words}.",
        chance=0.0 if kind == "rank" else 0.0526,  # of two random tenths: 0.1 / 1.9
        better="high",
        of=of,
    )
    for of, words in _PAIRS.items()
    for kind, title, sentence in (
        ("rank", "Rank correlation", "Of maps summed on 8 x 8 cells"),
        ("overlap", "Overlap of tops", "Common share of the top tenths of the pixels"),
    )
}
# Of a network with several gates of a kind: of the one that changes the score most.
GATE_OFF = {"channel": "channel_off", "spatial": "spatial_off"}
_MODELS = {
    "spoof_score": Definition("P(spoof)", "The network's score.", of="model"),
    "right": Definition("Right", "1 where the verdict is right.", of="model"),
    "layers_rank": Definition(
        "Grad-CAM before and after attention",
        "Rank correlation of the maps at last_conv and at feature_map.",
        of="model",
    ),
    GATE_OFF["channel"]: Definition(
        "Channel gate off",
        "Change of P(spoof) when every channel gets the gate's mean weight.",
        of="model",
    ),
    GATE_OFF["spatial"]: Definition(
        "Spatial gate off",
        "Change of P(spoof) when every place gets the gate's mean weight.",
        of="model",
    ),
    "channel_flips": Definition(
        "Verdicts turned without the channel gate", "1 where the verdict turns.", of="model"
    ),
    "spatial_flips": Definition(
        "Verdicts turned without the spatial gate", "1 where the verdict turns.", of="model"
    ),
}
MEASURE_GROUPS = {
    "Faithfulness": _FAITHFULNESS,
    "Stability": _STABILITY,
    "Cost and empty maps": _COST,
    "The networks and their gates": _MODELS,
}
REGION_MEASURES = tuple(_REGIONS)
SANITY_MEASURES = {
    kind: {stage: f"sanity_{kind}_{stage}" for stage in STAGES} for kind in ("rank", "ssim")
}
MEASURES = _FAITHFULNESS | _STABILITY | _COST | _SANITY | _REGIONS | _AGREEMENT | _MODELS
_REGION_GROUP, _OTHER_GROUP = "Where it looks", "What the method says of itself"


def definition_of(metric: str) -> Definition:
    """What a measure is; a method may have some of its own, which are known by name alone."""
    unknown = "A number of the method's own about its maps; it is not described here."
    return MEASURES.get(metric, Definition(metric, unknown, undefined="the method gave no value"))


def group_of(metric: str) -> str:
    """The group that a measure is listed in."""
    if metric in REGION_MEASURES:
        return _REGION_GROUP
    groups = [group for group, measures in MEASURE_GROUPS.items() if metric in measures]
    return groups[0] if groups else _OTHER_GROUP


def in_groups(metrics: Iterable[str]) -> list[str]:
    """Those of some measures that are listed by group, in order; methods' own ones come last."""
    there = dict.fromkeys(metrics)
    grouped = [name for measures in MEASURE_GROUPS.values() for name in measures if name in there]
    return grouped + sorted(name for name in there if name not in MEASURES)
