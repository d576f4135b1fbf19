"""LIME on superpixels (Ribeiro et al. 2016, arXiv:1602.04938), one run for several models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
from fascore.explain.local_ridge import FITS, REPEATS, fit, repeatability, settled_rank
from fascore.labels import SPOOF
from fascore.models.face_model import FaceModel

MAX_SEED = 2**31 - 1
ROUND = 128  # perturbed images, at least, between one look at whether weights settled and the next
TOGETHER = 1 + ROUND  # images in a batch: the whole picture goes with the first round


@dataclass(frozen=True)
class LimeImage:
    """Weights of a local linear model over superpixels, each shown or filled with its mean colour.

    All models see the same superpixels and the same perturbed images: a difference between two
    networks' LIME maps is then not one of chance, and the images are made only once. They come in
    pairs that hide each other's superpixels, which cancels the interactions of two superpixels, and
    in blocks that give each superpixel's weight apart from all others (`fold_over`). A model judges
    no more of them once the ranking of its superpixels has settled.

    `quality["r2"]` is the linear model's weighted R2 on the perturbed images: near 0 its weights
    mean nothing. `quality["repeatability"]` is the rank correlation to expect of another run with
    other perturbed images, `quality["samples"]` their number.
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
        0.97,
        title="How steady is enough",
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

        def work() -> tuple[np.ndarray, list[tuple[np.ndarray, dict[str, float]]]]:
            superpixels = slic(image, n_segments=self.num_superpixels, start_label=0)
            shown = fold_over(superpixels.max() + 1, self.num_samples, seed=self.seed)
            logits = self._sample(models, targets, image, superpixels, shown)
            return superpixels, [_weights(shown[: len(own)], own) for own in logits]

        (superpixels, fits), seconds = timed(work)
        return [
            Attribution(
                weights[superpixels].astype(np.float32),
                model.name,
                self.name,
                chosen,
                asdict(self),
                seconds / len(models),
                quality,
                superpixels,
            )
            for model, chosen, (weights, quality) in zip(models, targets, fits, strict=True)
        ]

    def quality_sentence(self, attribution: Attribution) -> str:
        """Whether other pictures would say the same, and how well the linear model fits."""
        quality = attribution.quality
        repeats = quality["repeatability"]
        other = (
            "too few to tell how much alike as many others would rank the areas"
            if math.isnan(repeats)
            else f"as many others would rank the areas alike by {repeats:.2f} (1 is the same)"
        )
        return (
            f"{quality[SAMPLES]:.0f} pictures with areas hidden; {other}. "
            f"The areas' sum fits with R² = {quality['r2']:.2f} (1 is exact)."
            + _warning(quality, attribution.superpixels)
        )

    def _sample(
        self,
        models: Sequence[FaceModel],
        targets: Sequence[int],
        image: np.ndarray,
        superpixels: np.ndarray,
        shown: np.ndarray,
    ) -> list[np.ndarray]:
        """For each model the target's logits of the first rows of `shown`, as many as it took."""
        import tensorflow as tf  # slow: commands that only parse import this file too

        whole = image.astype(np.float32)
        hidden = _mean_colours(image, superpixels)[superpixels].astype(np.float32)
        quick = [model.quick() for model in models]
        for model in quick:
            model.check_images(image[None])
        logits: list[np.ndarray] = [np.empty(0) for _ in models]
        going_on = list(range(len(models)))
        done = 0
        for stop in _looks(shown.shape, self.num_samples):
            for start in range(done, stop, TOGETHER):
                rows = shown[start : min(start + TOGETHER, stop)].astype(bool)
                mask = tf.gather(rows, superpixels, axis=1)[..., None]
                images = tf.where(mask, whole, hidden)  # for all networks: an array is copied
                for number in going_on:
                    judged = quick[number].batch_logits(images)[:, targets[number]]
                    logits[number] = np.append(logits[number], judged)
            done = stop
            if done == len(shown):
                break
            going_on = [n for n in going_on if not self._has_settled(shown[:done], logits[n])]
            if not going_on:
                break
        return logits

    def _has_settled(self, shown: np.ndarray, logits: np.ndarray) -> bool:
        # 1 is no goal: weights without any noise would reach it
        return self.settled < 1 and settled_rank(shown, logits) >= self.settled


def fold_over(num_superpixels: int, num_samples: int, *, seed: int) -> np.ndarray:
    """0/1 rows (num_samples, num_superpixels): which superpixels each perturbed image shows.

    Row 0 shows all. Then come pairs that hide each other's superpixels, in blocks. A block's pairs
    are the rows of a Hadamard matrix and their opposites: it shows any two superpixels together,
    alone and not at all equally often, so that no weight spoils another (a fold-over design: Box
    and Wilson 1951). Each block gives the superpixels other columns of the matrix.

    Examples
    --------
    >>> block = fold_over(3, 9, seed=0)[1:]
    >>> (2 * block - 1).T @ (2 * block - 1)
    array([[8, 0, 0],
           [0, 8, 0],
           [0, 0, 8]])
    """
    from scipy.linalg import hadamard  # slow: commands that only parse import this file too

    rng = np.random.default_rng(seed)
    order = _block_size(num_superpixels) // 2
    matrix = hadamard(order)
    rows = [np.ones((1, num_superpixels), int)]
    for _ in range(math.ceil((num_samples - 1) / (2 * order))):
        # column 0 is the same in all rows
        columns = 1 + rng.permutation(order - 1)[:num_superpixels]
        signs = rng.choice([-1, 1], num_superpixels)
        half = rng.permutation(matrix[:, columns] * signs > 0).astype(int)
        rows.append(np.stack([half, 1 - half], axis=1).reshape(-1, num_superpixels))
    return np.concatenate(rows)[:num_samples]


def _block_size(num_superpixels: int) -> int:
    """Rows of a block: twice the smallest Hadamard matrix that has a column for each superpixel."""
    return 2 << int(num_superpixels).bit_length()


def _looks(shape: tuple[int, ...], num_samples: int) -> list[int]:
    """After how many images it is asked whether the weights have settled: whole blocks."""
    block = _block_size(shape[1])
    round_ = block * math.ceil(ROUND / block)
    return [*range(1 + round_, num_samples, round_), num_samples]


def _weights(shown: np.ndarray, logits: np.ndarray) -> tuple[np.ndarray, dict[str, float]]:
    """The weight of each superpixel, and what a map made of them says of its quality."""
    weights, r2 = fit(shown, logits)
    repeats = repeatability(shown, logits, block=_block_size(shown.shape[1]))
    return weights, {"r2": r2, "repeatability": repeats, SAMPLES: float(len(shown))}


def _warning(quality: Mapping[str, float], superpixels: np.ndarray | None) -> str:
    """A sentence where there are too few samples, or the model does not fit them.

    R2 is adjusted for the number of weights first: enough of them fit any samples.
    """
    weights = 0 if superpixels is None else int(superpixels.max()) + 1
    left = quality[SAMPLES] - weights - 1
    if left <= 0:
        return f" Not to be believed: so few pictures fit {weights} weights whatever they show."
    adjusted = 1 - (1 - quality["r2"]) * (quality[SAMPLES] - 1) / left
    if adjusted < FITS:
        shown = f"{adjusted:.2f}".replace("-", "−")
        return f" Not to be believed: corrected for {weights} weights R² is {shown}."
    if not quality["repeatability"] >= REPEATS:  # or unknown
        return " Not to be believed: it may be luck. Take more samples, or fewer superpixels."
    return ""


def _mean_colours(image: np.ndarray, superpixels: np.ndarray) -> np.ndarray:
    """Mean colour (num_superpixels, 3) of each superpixel: what stands in for a hidden one."""
    from scipy import ndimage  # slow: commands that only parse import this file too

    labels = np.arange(superpixels.max() + 1)
    means = [ndimage.mean(image[..., c], superpixels, labels) for c in range(3)]
    return np.stack(means, axis=1)
