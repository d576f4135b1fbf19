"""Does a map stay when the picture changes in ways that mean nothing? And under another seed?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fascore.explain.attribution import Attribution, Explainer, Target, reseeded
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


def changed(image: np.ndarray, *, seed: int = 0) -> dict[str, np.ndarray]:
    """The image changed in each way that stability is measured under, by measure."""
    return {"stability_noise": noisy(image, seed=seed), "stability_shift": shifted(image)}


def unshifted(own: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A map (S, S), and the shifted image's map moved back; zero where one of them is unknown."""
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
    """How alike a method's maps stay when the image changes in a way that means nothing.

    Parameters
    ----------
    explainer : Explainer
    models : sequence of FaceModel
    image : uint8 array of shape (size, size, 3)
    maps : sequence of Attribution
        The explainer's maps of `image`, one for each model.
    target : {SPOOF, LIVE, "predicted"}
        The class that `maps` explain.
    seed : int
        Draws the noise.

    Returns
    -------
    list of dict
        One for each model. `stability_noise` and `stability_shift` are rank correlations of the
        maps summed on 8 x 8 cells, in [-1, 1]; NaN where the change turned the model's verdict,
        because the two maps then explain two verdicts. Of an explainer that draws at random also
        `seed_agreement`, the same with the map of the next seed, and, where it says how well it
        fits, `r2_spread`, the difference of R2 between the two seeds.
    """
    measures: list[dict[str, float]] = [{} for _ in models]
    for name, other_image in changed(image, seed=seed).items():
        others = explainer.explain(models, other_image, target=target)
        for model, own, other, measure in zip(models, maps, others, measures, strict=True):
            values = [pixel_values(attribution, model.size) for attribution in (own, other)]
            pair = unshifted(*values) if name == "stability_shift" else values
            verdicts = {
                model.is_spoof(model.spoof_scores(picture[None])[0])
                for picture in (image, other_image)
            }
            measure[name] = alike(*pair) if len(verdicts) == 1 else float("nan")
    if explainer.seeded:
        others = reseeded(explainer).explain(models, image, target=target)
        for model, own, other, measure in zip(models, maps, others, measures, strict=True):
            values = [pixel_values(attribution, model.size) for attribution in (own, other)]
            measure["seed_agreement"] = alike(*values)
            if "r2" in own.quality:
                measure["r2_spread"] = abs(own.quality["r2"] - other.quality["r2"])
    return measures


def alike(first: np.ndarray, second: np.ndarray) -> float:
    """Rank correlation of two maps by pixel, (S, S), summed on 8 x 8 cells."""
    return rank_correlation(on_grid(first), on_grid(second))
