"""SHAP by expected gradients (Lundberg & Lee 2017, arXiv:1705.07874; Erion et al. 2021)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import keras
import numpy as np

from fascore.explain.attribution import Attribution, Target, resolve_target, timed
from fascore.labels import SPOOF
from fascore.models import LOGITS
from fascore.models.face_model import BATCH, FaceModel

# shap seeds and reads NumPy's global generator, so two runs at once would spoil each other's draws
_LOCK = threading.Lock()


@dataclass(frozen=True)
class ShapImage:
    """Each pixel's share of f(x) - E f, the logit against its mean over the background images.

    shap's GradientExplainer on one scalar output. Quality: `residual` is the sum of the values
    minus (f(x) - E f), in logits, `residual_share` the same over \\|f(x) - E f\\|, `difference`
    f(x) - E f itself. An exact explanation has residual 0.

    Parameters
    ----------
    num_samples : int
        Points drawn between the image and background images.
    seed : int
        Draws the points.
    """

    num_samples: int = 200
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

        def work() -> np.ndarray:
            inputs = image[None].astype(np.float32)
            with _LOCK:
                values = explainer.shap_values(inputs, nsamples=self.num_samples, rseed=self.seed)
            return np.reshape(values, image.shape).sum(axis=-1).astype(np.float32)

        values, seconds = timed(work)
        difference = float(model.logits(image[None])[0, chosen] - mean_logits[chosen])
        residual = float(values.sum(dtype=np.float64)) - difference
        quality = {
            "residual": residual,
            "residual_share": abs(residual / difference) if difference else float("nan"),
            "difference": difference,
        }
        return Attribution(values, model.name, self.name, chosen, asdict(self), seconds, quality)


def _build_explainer(model: FaceModel, target: int) -> Any:
    import shap  # slow to import, and only this method needs it

    # a layer, not a bare slice: shap takes the output of the last *layer* for the model's
    pick = keras.layers.Lambda(lambda logits: logits[:, target : target + 1], output_shape=(1,))
    logits = model.network.get_layer(LOGITS).output
    network = keras.Model([model.network.input], pick(logits))  # a list, as shap calls it
    return shap.GradientExplainer(network, _background(model), batch_size=BATCH)


def _mean_logits(model: FaceModel) -> np.ndarray:
    return model.logits(_background(model)).mean(axis=0)


def _background(model: FaceModel) -> np.ndarray:
    if model.background is None or not len(model.background):
        raise ValueError(
            f"SHAP needs background images to measure against. Received: none with {model.name}. "
            "Load the model from a store that has background.npz."
        )
    return model.background.astype(np.float32)
