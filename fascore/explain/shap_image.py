"""SHAP by expected gradients (Lundberg & Lee 2017, arXiv:1705.07874; Erion et al. 2021)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from fascore.errors import FascoreError
from fascore.explain.attribution import Attribution, Target, resolve_target, timed
from fascore.explain.settling import SETTLED, reliability
from fascore.explain.units import on_grid
from fascore.labels import SPOOF
from fascore.models import LOGITS
from fascore.models.face_model import BATCH, FaceModel

# shap seeds and reads NumPy's global generator, so two runs at once would spoil each other's draws
_LOCK = threading.Lock()
SEED_STEP = 1_000  # rounds of one seed draw from seeds of their own
ROUND = 25  # points between two looks at whether the values have settled


@dataclass(frozen=True)
class ShapImage:
    """Each pixel's share of f(x) - E f, the logit against its mean over the background images.

    shap's GradientExplainer on one scalar output. Quality: `residual` is the sum of the values
    minus (f(x) - E f), in logits, `residual_share` the same over \\|f(x) - E f\\|, `difference`
    f(x) - E f itself; `samples` how many points there were. An exact explanation has residual 0. No
    more points are drawn once the ranking of the values, summed on 8 x 8 cells, has settled.

    Parameters
    ----------
    num_samples : int
        Points drawn between the image and background images, at most.
    settled : float
        Estimated rank correlation of the cells with those of endless points at which no more are
        drawn (`fascore.explain.settling`); 1 never stops early.
    seed : int
        Draws the points.
    """

    num_samples: int = 200
    settled: float = SETTLED
    seed: int = 0

    name: ClassVar[str] = "shap"
    title: ClassVar[str] = "SHAP"
    signed: ClassVar[bool] = True
    joint: ClassVar[bool] = False

    @property
    def forward_passes(self) -> int:
        return 3 * self.num_samples  # a gradient costs about three forward passes

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        """One map a model: values summed over the colour channels."""
        return [self._explain_one(model, image, target) for model in models]

    def _explain_one(self, model: FaceModel, image: np.ndarray, target: Target) -> Attribution:
        chosen = resolve_target(model, image, target)
        explainer = model.cached((self.name, chosen), lambda: _build_explainer(model, chosen))
        mean_logits = model.cached("background_logits", lambda: _mean_logits(model))

        (values, samples), seconds = timed(lambda: self._sample(explainer, image))
        difference = float(model.logits(image[None])[0, chosen] - mean_logits[chosen])
        residual = float(values.sum(dtype=np.float64)) - difference
        quality = {
            "residual": residual,
            "residual_share": abs(residual / difference) if difference else float("nan"),
            "difference": difference,
            "samples": float(samples),
        }
        return Attribution(values, model.name, self.name, chosen, asdict(self), seconds, quality)

    def _sample(self, explainer: Any, image: np.ndarray) -> tuple[np.ndarray, int]:
        """Values by pixel, float32 (size, size), and how many points they are the mean of."""
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

    # a layer, not a bare slice: shap takes the output of the last *layer* for the model's
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
