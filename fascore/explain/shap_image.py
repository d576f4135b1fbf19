"""SHAP by expected gradients (Lundberg & Lee 2017, arXiv:1705.07874; Erion et al. 2021)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from fascore.errors import FascoreError
from fascore.explain.attribution import (
    GRADIENT_COST,
    PIXELS,
    SAMPLES,
    Attribution,
    Kind,
    Target,
    resolve_target,
    setting,
    timed,
)
from fascore.explain.settling import reliability
from fascore.explain.units import on_grid
from fascore.labels import SPOOF
from fascore.models import LOGITS
from fascore.models.face_model import FaceModel

MAX_SEED = 2**31 - 1
ROUND = 64  # points that are evaluated together; then it is looked whether the values have settled
SMALL = 1.0  # logits: a share of a smaller f(x) - E f says nothing
RESIDUAL = 0.1  # of f(x) - E f, or of SMALL if that is more: how much the sum may miss


@dataclass(frozen=True)
class ShapImage:
    """The share that each pixel has in f(x) - E f: the logit minus its mean over the background.

    Expected gradients, as shap's GradientExplainer samples them, from points spread evenly over the
    path and the background set (`points`). No more are drawn once the ranking of the values, summed
    on 8 x 8 cells, has settled and the values add up (`adds_up`). In `quality`:

    `difference` is f(x) - E f, in logits. `residual` is the sum of the values minus `difference`,
    in logits: 0 for an exact explanation. `residual_share` is the residual's size over that of
    `difference`; NaN where `difference` is below SMALL logits, as a share of next to nothing says
    nothing. `samples` is the number of points.
    """

    num_samples: int = setting(
        512,
        title="Samples",
        help="Points drawn between the picture and background pictures, at most.",
        low=10,
        high=4_000,
    )
    settled: float = setting(
        0.93,  # the halves' points complement each other, so the estimate errs on the careful side
        title="How steady is enough",
        help="Stops once the estimated rank correlation of the cells with those of endlessly many "
        "points reaches this and the pixels add up; 1 never stops early.",
        low=0.5,
        high=1.0,
    )
    seed: int = setting(0, title="Seed", help="Draws the points.", low=0, high=MAX_SEED)

    name: ClassVar[str] = "shap"
    title: ClassVar[str] = "SHAP"
    kind: ClassVar[Kind] = PIXELS
    unit: ClassVar[str] = "logits"
    signed: ClassVar[bool] = True
    by_default: ClassVar[bool] = True
    joint: ClassVar[bool] = False
    seeded: ClassVar[bool] = True
    sample_field: ClassVar[str] = "num_samples"
    stop_field: ClassVar[str] = "settled"

    @property
    def forward_passes(self) -> float:
        return GRADIENT_COST * self.num_samples

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        """One map for each model: values summed over the colour channels."""
        return [self._explain_one(model, image, target) for model in models]

    def quality_sentence(self, attribution: Attribution) -> str:
        """Whether the values add up to what they claim to, and from how many points they are.

        They do where they miss it by at most a tenth of it, or of one logit where it is smaller.
        """
        quality = attribution.quality
        difference, residual = quality["difference"], quality["residual"]
        judged = (
            "they add up"
            if adds_up(residual, difference)
            else "they do not add up: read the largest parts alone"
        )
        sums = (
            f"The pixels sum to {difference + residual:+.2f} logits, and {difference:+.2f} lie "
            "between this picture and the average background picture"
        )
        return f"{sums}: {judged}. From {quality[SAMPLES]:.0f} points.".replace("-", "−")

    def _explain_one(self, model: FaceModel, image: np.ndarray, target: Target) -> Attribution:
        chosen = resolve_target(model, image, target)
        mean_logits = model.cached("background_logits", lambda: _mean_logits(model))
        difference = float(model.logits(image[None])[0, chosen] - mean_logits[chosen])

        (values, samples), seconds = timed(lambda: self._sample(model, image, chosen, difference))
        residual = float(values.sum(dtype=np.float64)) - difference
        quality = {
            "residual": residual,
            "residual_share": (
                abs(residual / difference) if abs(difference) >= SMALL else float("nan")
            ),
            "difference": difference,
            SAMPLES: float(samples),
        }
        return Attribution(values, model.name, self.name, chosen, asdict(self), seconds, quality)

    def _sample(
        self, model: FaceModel, image: np.ndarray, target: int, difference: float
    ) -> tuple[np.ndarray, int]:
        """Values by pixel, float32 (size, size), and the number of points they are the mean of."""
        quick = model.quick()
        attribute = quick.cached("expected_gradients", lambda: _build_pass(quick))
        shares, numbers = points(self.num_samples, len(_background(model)), seed=self.seed)
        inputs = image.astype(np.float32)
        halves = np.zeros((2, *image.shape[:2]))
        for start in range(0, len(shares), ROUND):
            quick.before_batch()
            rows = slice(start, start + ROUND)
            halves += attribute(inputs, numbers[rows], shares[rows], target).numpy()
            done = min(start + ROUND, len(shares))
            values = (halves.sum(axis=0) / done).astype(np.float32)
            missed = float(values.sum(dtype=np.float64)) - difference
            if adds_up(missed, difference) and self._has_settled(halves):
                break
        return values, done

    def _has_settled(self, halves: np.ndarray) -> bool:
        """Whether both halves of the points rank the cells alike; 1 is no goal, as it has none."""
        return self.settled < 1 and reliability(*map(on_grid, halves)) >= self.settled


def adds_up(residual: float, difference: float) -> bool:
    """Whether a sum that misses f(x) - E f by `residual` logits is near enough to it."""
    return abs(residual) <= RESIDUAL * max(abs(difference), SMALL)


def points(count: int, num_background: int, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the gradients are taken: shares of the way to the picture, and background numbers.

    Scrambled Sobol points (Sobol 1967, Owen 1998): each stretch of the path, and each part of the
    background set, has its even share of the points, however many there are.

    Returns
    -------
    shares : float32 array of shape (count,)
        In [0, 1); 0 is the background image.
    numbers : int32 array of shape (count,)
    """
    from scipy.stats import qmc  # slow: commands that only parse import this file too

    sobol = qmc.Sobol(2, scramble=True, rng=seed)
    along, across = sobol.random_base2(math.ceil(math.log2(count)))[:count].T
    return along.astype(np.float32), (across * num_background).astype(np.int32)


def _build_pass(model: FaceModel) -> Any:
    """Gradient times difference at each point, summed over colours and over each half of the
    points: one compiled pass.

    A function of the image (S, S, 3), numbers of background images (n,), shares of the way from
    them to it (n,), and the class: float32 (2, S, S).
    """
    import keras
    import tensorflow as tf

    network = keras.Model(model.network.input, model.network.get_layer(LOGITS).output)
    background = tf.constant(_background(model))
    signature = [
        tf.TensorSpec((model.size, model.size, 3), tf.float32),
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((None,), tf.float32),
        tf.TensorSpec((), tf.int32),
    ]

    def attribute(image: Any, numbers: Any, shares: Any, target: Any) -> Any:
        starts = tf.gather(background, numbers)
        way = image - starts
        places = starts + shares[:, None, None, None] * way
        with tf.GradientTape() as tape:
            tape.watch(places)
            score = tf.reduce_sum(tf.gather(network(places, training=False), target, axis=1))
        values = tf.reduce_sum(tape.gradient(score, places) * way, axis=3)
        half = tf.shape(values)[0] // 2
        return tf.stack([tf.reduce_sum(part, axis=0) for part in (values[:half], values[half:])])

    return tf.function(attribute, input_signature=signature)


def _mean_logits(model: FaceModel) -> np.ndarray:
    # at once, whatever comes before a batch: who asks for the model's other things waits meanwhile
    at_once = model.at(model.threshold, before_batch=lambda: None)
    return np.asarray(at_once.logits(_background(model)).mean(axis=0))


def _background(model: FaceModel) -> np.ndarray:
    if model.background is None or not len(model.background):
        raise FascoreError(
            f"SHAP needs background images to measure against. Received: none with {model.name}. "
            "Load the model from a store that has background.npz."
        )
    return model.background.astype(np.float32)
