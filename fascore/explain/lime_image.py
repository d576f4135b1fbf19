"""LIME on superpixels (Ribeiro et al. 2016, arXiv:1602.04938), one run for several models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np

from fascore.explain.attribution import (
    SAMPLES,
    SUPERPIXELS,
    Attribution,
    Kind,
    Target,
    resolve_target,
    setting,
    timed,
)
from fascore.explain.settling import SETTLED, reliability
from fascore.labels import SPOOF
from fascore.models.face_model import FaceModel

MAX_SEED = 2**31 - 1
FIRST_LOOK = 200  # perturbed images before the first look at whether the weights have settled
FITS = 0.5  # adjusted R2; the weights of a worse fit say little
ROUND = 50  # and between one look and the next


@dataclass(frozen=True)
class LimeImage:
    """Weights of a local linear model over superpixels, each shown or filled with its mean colour.

    All models see the same superpixels and the same perturbed images: a difference between two
    networks' LIME maps is then not one of chance, and the images are made only once. They come in
    pairs that hide each other's superpixels, which cancels the interactions of two superpixels. No
    more are made once the ranking of every model's superpixels has settled.

    `quality["r2"]` is the linear model's weighted R2 on the perturbed images: near 0 its weights
    mean nothing. `quality["samples"]` is the number of perturbed images.
    """

    num_superpixels: int = setting(
        50,
        title="Superpixels",
        help="Superpixels asked for; SLIC may find a few fewer.",
        low=2,
        high=1000,
    )
    num_samples: int = setting(
        1000,
        title="Samples",
        help="Perturbed pictures that each network judges, at most.",
        low=10,
        high=20_000,
    )
    settled: float = setting(
        SETTLED,
        title="Settled",
        help="Stops once the estimated rank correlation of the weights with those of endlessly "
        "many samples reaches this; 1 never stops early.",
        low=0.5,
        high=1.0,
    )
    seed: int = setting(
        0, title="Seed", help="Draws which superpixels are hidden.", low=0, high=MAX_SEED
    )

    name: ClassVar[str] = "lime"
    title: ClassVar[str] = "LIME"
    kind: ClassVar[Kind] = SUPERPIXELS
    unit: ClassVar[str] = "logits"
    signed: ClassVar[bool] = True
    by_default: ClassVar[bool] = True
    joint: ClassVar[bool] = True
    seeded: ClassVar[bool] = True
    sample_field: ClassVar[str] = "num_samples"
    stop_field: ClassVar[str] = "settled"

    @property
    def forward_passes(self) -> float:
        return self.num_samples

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        """One map of superpixel weights for each model, from one set of perturbed images."""
        from skimage.segmentation import slic  # slow: commands that only parse import this file too

        targets = [resolve_target(model, image, target) for model in models]

        def work() -> tuple[np.ndarray, np.ndarray, list[tuple[np.ndarray, float]]]:
            superpixels = slic(image, n_segments=self.num_superpixels, start_label=0)
            shown, logits = self._sample(models, targets, image, superpixels)
            return superpixels, shown, self._fit(shown, logits)

        (superpixels, shown, fits), seconds = timed(work)
        return [
            Attribution(
                weights[superpixels].astype(np.float32),
                model.name,
                self.name,
                chosen,
                asdict(self),
                seconds / len(models),
                {"r2": r2, SAMPLES: float(len(shown))},
                superpixels,
            )
            for model, chosen, (weights, r2) in zip(models, targets, fits, strict=True)
        ]

    def quality_sentence(self, attribution: Attribution) -> str:
        """How well the linear model fits, and from how many pictures."""
        quality = attribution.quality
        return (
            f"The linear model fits with R² = {quality['r2']:.2f} (1 is exact); "
            f"{quality[SAMPLES]:.0f} perturbed pictures."
            + _warning(quality["r2"], quality[SAMPLES], attribution.superpixels)
        )

    def _sample(
        self,
        models: Sequence[FaceModel],
        targets: Sequence[int],
        image: np.ndarray,
        superpixels: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Which superpixels each image shows (n, num_superpixels), and logits (n, num_models)."""
        shown = self._draw(superpixels.max() + 1)
        hidden = _mean_colours(image, superpixels)[superpixels]
        logits = np.empty((len(shown), len(models)))
        done = 0
        for stop in [*range(FIRST_LOOK, len(shown), ROUND), len(shown)]:
            rows = slice(done, stop)
            mask = shown[rows][:, superpixels, None].astype(bool)
            images = np.where(mask, image, hidden).astype(np.float32)
            for column, (model, target) in enumerate(zip(models, targets, strict=True)):
                logits[rows, column] = model.logits(images)[:, target]
            done = stop
            if stop < len(shown) and self._has_settled(shown[:done], logits[:done]):
                break
        return shown[:done], logits[:done]

    def _has_settled(self, shown: np.ndarray, logits: np.ndarray) -> bool:
        """Whether both halves of the pairs rank every model's superpixels alike."""
        pair = (np.arange(len(shown)) + 1) // 2  # pair 0 is the whole image: both halves need it
        halves_rows = [(pair == 0) | (pair % 2 == odd) for odd in (0, 1)]
        halves = [self._fit(shown[rows], logits[rows]) for rows in halves_rows]
        return all(
            reliability(first, second) >= self.settled
            for (first, _), (second, _) in zip(*halves, strict=True)
        )

    def _draw(self, num_superpixels: int) -> np.ndarray:
        """0/1 rows (num_samples, num_superpixels): superpixels shown or not.

        Row 0 shows all; each later odd row is followed by its opposite.
        """
        rng = np.random.default_rng(self.seed)
        half = rng.integers(0, 2, ((self.num_samples + 1) // 2, num_superpixels))
        pairs = np.stack([half, 1 - half], axis=1).reshape(-1, num_superpixels)
        everything = np.ones((1, num_superpixels), pairs.dtype)
        return np.concatenate([everything, pairs])[: self.num_samples]

    def _fit(self, shown: np.ndarray, logits: np.ndarray) -> list[tuple[np.ndarray, float]]:
        """Weight of each superpixel and weighted R2, one pair for each column of logits."""
        from lime.lime_image import LimeImageExplainer  # slow, and only this method needs it
        from sklearn.metrics import pairwise_distances

        # lime's own regression and kernel; only its loop over the images, ten at a time, is ours
        base = LimeImageExplainer(random_state=self.seed).base
        distances = pairwise_distances(shown, shown[:1], metric="cosine").ravel()
        fits = []
        for column in range(logits.shape[1]):
            _, pairs, r2, _ = base.explain_instance_with_data(
                shown, logits, distances, column, num_features=shown.shape[1]
            )
            weights = np.zeros(shown.shape[1])
            for superpixel, weight in pairs:
                weights[superpixel] = weight
            fits.append((weights, float(r2)))
        return fits


def _warning(r2: float, samples: float, superpixels: np.ndarray | None) -> str:
    """A sentence where the fit is one of too few samples: R2 adjusted for the number of weights."""
    weights = 0 if superpixels is None else int(superpixels.max()) + 1
    left = samples - weights - 1
    if left <= 0:
        return f" Not to be believed: so few pictures fit {weights} weights whatever they show."
    adjusted = 1 - (1 - r2) * (samples - 1) / left
    if adjusted >= FITS:
        return ""
    shown = f"{adjusted:.2f}".replace("-", "−")
    return f" Not to be believed: corrected for {weights} weights R² is {shown}."


def _mean_colours(image: np.ndarray, superpixels: np.ndarray) -> np.ndarray:
    """Mean colour (num_superpixels, 3) of each superpixel: what stands in for a hidden one."""
    from scipy import ndimage  # slow: commands that only parse import this file too

    labels = np.arange(superpixels.max() + 1)
    means = [ndimage.mean(image[..., c], superpixels, labels) for c in range(3)]
    return np.stack(means, axis=1)
