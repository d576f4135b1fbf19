"""What is measured of explanations: names, titles, and what each number means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fascore.judging.regions import EVIDENCE, REGIONS
from fascore.judging.sanity import STAGES


@dataclass(frozen=True)
class Definition:
    """One measure of explanations.

    `chance` is the value of a map that says nothing, where there is one; `of` says what it is
    measured on: a model's map by a method, a model, or a pair of either.
    """

    title: str
    sentence: str
    unit: str = ""
    chance: float | None = None
    better: Literal["high", "low", ""] = ""
    of: Literal["map", "model", "methods", "models"] = "map"


_FAITHFULNESS = {
    "insertion_gain": Definition(
        "Insertion gain",
        "Area under the target's probability as the map's pixels are put into a blank picture, "
        "best first, minus that of a random order of the same granularity; mean over a blurred and "
        "a mean-coloured blank.",
        "area, probability x share of pixels",
        chance=0.0,
        better="high",
    ),
    "deletion_gain": Definition(
        "Deletion gain",
        "Area under the target's probability as a random order is taken out of the picture, minus "
        "that of the map's own order, best first.",
        "area, probability x share of pixels",
        chance=0.0,
        better="high",
    ),
    "r2": Definition("LIME's R²", "How well its linear model fits: 1 is exact.", better="high"),
    "residual_share": Definition(
        "SHAP's residual",
        "How far the values' sum misses f(x) - E f, as a share of it.",
        better="low",
    ),
    "samples": Definition("Samples", "Perturbed pictures or points the map is made from."),
    "seconds": Definition("Time", "Seconds a map.", "s", better="low"),
    "all_zero": Definition("Empty maps", "Share of maps that are zero everywhere.", better="low"),
}
_STABILITY = {
    "stability_noise": Definition(
        "Stability under noise",
        "Rank correlation of the map with that of the same picture with noise of 4 grey levels, "
        "where the verdict stays.",
        chance=0.0,
        better="high",
    ),
    "stability_shift": Definition(
        "Stability under a shift",
        "The same for the picture shifted by 2 pixels.",
        chance=0.0,
        better="high",
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
_MODELS = {
    "spoof_score": Definition("P(spoof)", "The network's score.", of="model"),
    "right": Definition("Right", "1 where the verdict is right.", of="model"),
    "layers_rank": Definition(
        "Grad-CAM before and after attention",
        "Rank correlation of the maps at last_conv and at feature_map.",
        of="model",
    ),
    "channel_off": Definition(
        "Channel gate off",
        "Change of P(spoof) when every channel gets the gate's mean weight.",
        of="model",
    ),
    "spatial_off": Definition(
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
MEASURES = _FAITHFULNESS | _STABILITY | _SANITY | _REGIONS | _AGREEMENT | _MODELS
