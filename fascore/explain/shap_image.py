"""SHAP by expected gradients (Lundberg & Lee 2017, arXiv:1705.07874; Erion et al. 2021)."""

from __future__ import annotations

import threading
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
from fascore.explain.settling import SETTLED, reliability
from fascore.explain.units import on_grid
from fascore.labels import SPOOF
from fascore.models import LOGITS
from fascore.models.face_model import BATCH, FaceModel

# shap seeds and reads NumPy's global generator, so two runs at once would spoil each other's draws
_LOCK = threading.Lock()
MAX_SEED = 4_000_000  # times SEED_STEP it stays below 2 ** 32, where NumPy's seeds end
SEED_STEP = 1_000  # each round draws from a seed of its own, and two seeds share none of them
ROUND = 25  # points between one look at whether the values have settled and the next
SMALL = 1.0  # logits: below it f(x) - E f is no larger than the residual usually is
ADDS_UP = 0.1  # of the difference, or of one logit where that is more


@dataclass(frozen=True)
class ShapImage:
    """The share that each pixel has in f(x) - E f: the logit minus its mean over the background.

    shap's GradientExplainer on one scalar output. No more points are drawn once the ranking of the
    values, summed on 8 x 8 cells, has settled. In `quality`:

    `difference` is f(x) - E f, in logits. `residual` is the sum of the values minus `difference`,
    in logits: 0 for an exact explanation. `residual_share` is the residual's size over that of
    `difference`; NaN where `difference` is below SMALL logits, as a share of next to nothing says
    nothing. `samples` is the number of points.
    """

    num_samples: int = setting(
        200,
        title="Samples",
        help="Points drawn between the picture and background pictures, at most.",
        low=10,
        high=4_000,
    )
    settled: float = setting(
        SETTLED,
        title="Settled",
        help="Stops once the estimated rank correlation of the cells with those of endlessly many "
        "points reaches this; 1 never stops early. The estimate is that of a median map: more "
        "than half of the maps fall short of it.",
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
        adds_up = abs(residual) <= ADDS_UP * max(abs(difference), 1.0)
        judged = "they add up" if adds_up else "they do not add up: read the largest parts alone"
        sums = (
            f"The pixels give {difference + residual:+.2f} of f(x) − E f = {difference:+.2f} logits"
        )
        return f"{sums}: {judged}; {quality[SAMPLES]:.0f} points.".replace("-", "−")

    def _explain_one(self, model: FaceModel, image: np.ndarray, target: Target) -> Attribution:
        chosen = resolve_target(model, image, target)
        explainer = model.cached((self.name, chosen), lambda: _build_explainer(model, chosen))
        mean_logits = model.cached("background_logits", lambda: _mean_logits(model))

        (values, samples), seconds = timed(lambda: self._sample(explainer, image))
        difference = float(model.logits(image[None])[0, chosen] - mean_logits[chosen])
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

    def _sample(self, explainer: Any, image: np.ndarray) -> tuple[np.ndarray, int]:
        """Values by pixel, float32 (size, size), and the number of points they are the mean of."""
        inputs = image[None].astype(np.float32)
        counts: list[int] = []
        sums: list[np.ndarray] = []
        while sum(counts) < self.num_samples and not self._has_settled(sums):
            counts.append(min(ROUND, self.num_samples - sum(counts)))
            with _LOCK:
                values = explainer.shap_values(
                    inputs, nsamples=counts[-1], rseed=self.seed * SEED_STEP + len(counts)
                )
            sums.append(np.reshape(values, image.shape).sum(axis=-1) * counts[-1])
        return (np.sum(sums, axis=0) / sum(counts)).astype(np.float32), sum(counts)

    def _has_settled(self, sums: list[np.ndarray]) -> bool:
        """Whether both halves of the rounds rank the cells alike."""
        if len(sums) < 2 or len(sums) % 2:
            return False
        halves = [on_grid(np.sum(sums[start::2], axis=0)) for start in (0, 1)]
        return reliability(*halves) >= self.settled


def _build_explainer(model: FaceModel, target: int) -> Any:
    import keras
    import shap  # slow to import, and only this method needs it

    # Never DeepExplainer: it is wrong on spatial attention, and after an error of its own it leaves
    # TensorFlow's gradients broken for the whole process. A layer picks the logit, not a bare
    # slice, as shap takes the output of the last *layer* for the model's.
    pick = keras.layers.Lambda(lambda logits: logits[:, target : target + 1], output_shape=(1,))
    logits = model.network.get_layer(LOGITS).output
    network = keras.Model([model.network.input], pick(logits))  # a list, as shap calls it
    return shap.GradientExplainer(network, _background(model), batch_size=BATCH)


def _mean_logits(model: FaceModel) -> np.ndarray:
    return np.asarray(model.logits(_background(model)).mean(axis=0))


def _background(model: FaceModel) -> np.ndarray:
    if model.background is None or not len(model.background):
        raise FascoreError(
            f"SHAP needs background images to measure against. Received: none with {model.name}. "
            "Load the model from a store that has background.npz."
        )
    return model.background.astype(np.float32)
