"""Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import ClassVar

import numpy as np

from fascore.explain.attribution import (
    CELLS,
    GRADIENT_COST,
    Attribution,
    Kind,
    Target,
    resolve_target,
    setting,
    timed,
)
from fascore.explain.feature_maps import LAYERS, maps_and_slopes
from fascore.labels import CLASS_NAMES, LIVE, SPOOF
from fascore.models import LAST_CONV
from fascore.models.face_model import FaceModel


@dataclass(frozen=True)
class GradCAM:
    """The feature maps summed, each weighed by its mean gradient, and cut off below zero.

    `quality["all_zero"]` is 1.0 for a map that is zero everywhere. Such a map is no finding: the
    gradient of each feature map is averaged over all places before it is used, and the weighed
    feature maps can then cancel in every cell, also in faces that hold much evidence. In the plain
    CNN the weights are the same for every picture, because its logits are linear in `last_conv`.

    The values are gradients times activations, not contributions that add up to the logit. They can
    be compared between networks, and not with the logits that LIME and SHAP give.
    """

    layer: str = setting(
        LAST_CONV,
        title="Layer",
        help="Feature maps to use: last_conv lies before attention (as in the paper), feature_map "
        "after it.",
        choices=LAYERS,
    )

    name: ClassVar[str] = "grad_cam"
    title: ClassVar[str] = "Grad-CAM"
    kind: ClassVar[Kind] = CELLS
    unit: ClassVar[str] = "gradient × activation"
    signed: ClassVar[bool] = False
    by_default: ClassVar[bool] = True
    joint: ClassVar[bool] = False
    seeded: ClassVar[bool] = False
    sample_field: ClassVar[str] = ""
    stop_field: ClassVar[str] = ""

    @property
    def forward_passes(self) -> float:
        return GRADIENT_COST

    def explain(
        self, models: Sequence[FaceModel], image: np.ndarray, *, target: Target = SPOOF
    ) -> list[Attribution]:
        """One class activation map for each model, 8 x 8 cells in the variants."""
        return [self._explain_one(model, image, target) for model in models]

    def quality_sentence(self, attribution: Attribution) -> str:
        """That the map is empty and why, or what it leaves out."""
        target = CLASS_NAMES[attribution.target]
        if attribution.quality["all_zero"]:
            other = CLASS_NAMES[LIVE + SPOOF - attribution.target]
            return (
                f"Zero everywhere. It does not mean that nothing speaks for {target}: Grad-CAM "
                "gives each feature map one weight for the whole picture, and with these weights "
                "what speaks for and against cancels in every cell. What speaks for "
                f"{other} may be seen instead."
            )
        return f"Shows only what speaks for {target}, and does not say itself how good it is."

    def _explain_one(self, model: FaceModel, image: np.ndarray, target: Target) -> Attribution:
        chosen = resolve_target(model, image, target)

        def work() -> np.ndarray:
            maps, slopes, _ = maps_and_slopes(model, image, chosen, layer=self.layer)
            return class_activation_map(maps, slopes)

        cam, seconds = timed(work)
        quality = {"all_zero": float(not cam.any())}
        return Attribution(cam, model.name, self.name, chosen, asdict(self), seconds, quality)


def class_activation_map(maps: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Grad-CAM's equations 1 and 2: float32 (h, w), never negative.

    Parameters
    ----------
    maps, slopes : arrays of shape (h, w, K)
        Feature maps A^k and the target's gradients with respect to them.

    Examples
    --------
    Two cells, two feature maps; the gradients' means are alpha = 2 and -1. The first cell has
    2 * 3 - 1 * 2, the second 2 * 0 - 1 * 1, which is below zero:

    >>> maps = np.array([[[3.0, 2.0], [0.0, 1.0]]])
    >>> slopes = np.array([[[1.0, 0.0], [3.0, -2.0]]])
    >>> class_activation_map(maps, slopes).tolist()
    [[4.0, 0.0]]
    """
    alpha = slopes.mean(axis=(0, 1))  # equation 1: one weight for a feature map at all its places
    return np.asarray(np.maximum(maps @ alpha, 0), np.float32)  # equation 2
