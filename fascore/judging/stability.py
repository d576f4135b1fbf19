"""Does a map stay when the picture changes in ways that mean nothing? And under another seed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from fascore.explain.attribution import Attribution, Explainer, Target
from fascore.explain.units import on_grid, pixel_values, rank_correlation
from fascore.models.face_model import FaceModel

NOISE = 4.0  # grey levels, standard deviation
SHIFT = 2  # px of the network's input


def noisy(image: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """The image with a little noise: uint8 (S, S, 3)."""
    noise = np.random.default_rng(seed).normal(0, NOISE, image.shape)
    return np.clip(np.rint(image + noise), 0, 255).astype(np.uint8)


def shifted(image: np.ndarray) -> np.ndarray:
    """The image moved right and down by `SHIFT`, its border mirrored: uint8 (S, S, 3)."""
    padded = np.pad(image, ((SHIFT, 0), (SHIFT, 0), (0, 0)), mode="reflect")
    return padded[:-SHIFT, :-SHIFT]


def unshifted(own: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A map (S, S), and one of the shifted image moved back; zero where only one of them is."""
    end = ((0, SHIFT), (0, SHIFT))
    return np.pad(own[:-SHIFT, :-SHIFT], end), np.pad(other[SHIFT:, SHIFT:], end)


def stability(
    explainer: Explainer,
    models: Sequence[FaceModel],
    image: np.ndarray,
    maps: Sequence[Attribution],
    *,
    target: Target,
    seed: int = 0,
) -> list[dict[str, float]]:
    """How alike a method's maps of an image are to those of the image changed a little.

    Rank correlations of the maps summed on 8 x 8 cells, in [-1, 1]: `stability_noise` and
    `stability_shift`, NaN where the change turned the model's verdict; for methods with a seed
    `seed_agreement`, and where they say R2 of their fit `r2_spread`, its change with the seed.

    Parameters
    ----------
    maps : sequence of Attribution
        The explainer's of `image`, one a model.

    Returns
    -------
    list of dict
        One a model.
    """
    changes = {
        "stability_noise": (noisy(image, seed=seed), lambda *pair: pair),
        "stability_shift": (shifted(image), unshifted),
    }
    measures: list[dict[str, float]] = [{} for _ in models]
    for name, (changed, aligned) in changes.items():
        others = explainer.explain(models, changed, target=target)
        for model, own, other, measure in zip(models, maps, others, measures, strict=True):
            pair = aligned(*(pixel_values(each, model.size) for each in (own, other)))
            stays = len({model.is_spoof(model.spoof_scores(i[None])[0]) for i in (image, changed)})
            measure[name] = alike(*pair) if stays == 1 else float("nan")
    if hasattr(explainer, "seed"):
        other_seed = cast(Explainer, replace(cast(Any, explainer), seed=explainer.seed + 1))
        others = other_seed.explain(models, image, target=target)
        for model, own, other, measure in zip(models, maps, others, measures, strict=True):
            values = [pixel_values(each, model.size) for each in (own, other)]
            measure["seed_agreement"] = alike(*values)
            if "r2" in own.quality:
                measure["r2_spread"] = abs(own.quality["r2"] - other.quality["r2"])
    return measures


def alike(first: np.ndarray, second: np.ndarray) -> float:
    """Rank correlation of two maps by pixel, (S, S), summed on 8 x 8 cells."""
    return rank_correlation(on_grid(first), on_grid(second))
