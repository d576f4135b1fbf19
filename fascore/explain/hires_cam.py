"""HiResCAM (Draelos & Carin 2020, arXiv:2011.08891)."""

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
from fascore.labels import SPOOF
from fascore.models import FEATURE_MAP
from fascore.models.face_model import FaceModel


@dataclass(frozen=True)
class HiResCAM:
    """What each cell of the feature maps adds to the logit: gradient times activation, summed.

    Grad-CAM's gradients, without their mean over all places and without the cut below zero. Where
    the logit is linear in the layer, as it is in `feature_map` of every variant, the cells sum to
    the logit but for its bias. In `quality`:

    `logit` is the explained logit. `remainder` is what of it the cells do not sum to: the bias,
    where the layer is followed by nothing but the flattened head. Both are in logits.
    """

    layer: str = setting(
        FEATURE_MAP,
        title="Layer",
        help="Feature maps to use: feature_map lies after attention, where the cells sum to the "
        "logit but for its bias; last_conv lies before it.",
        choices=LAYERS,
    )

    name: ClassVar[str] = "hires_cam"
    title: ClassVar[str] = "HiResCAM"
    kind: ClassVar[Kind] = CELLS
    unit: ClassVar[str] = "logits"
    signed: ClassVar[bool] = True
    by_default: ClassVar[bool] = False
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
        """One map for each model, 8 x 8 cells in the variants."""
        return [self._explain_one(model, image, target) for model in models]

    def quality_sentence(self, attribution: Attribution) -> str:
        """What the cells sum to, of which logit."""
        quality = attribution.quality
        total = quality["logit"] - quality["remainder"]
        return (
            f"The cells sum to {total:+.2f}; the logit is {quality['logit']:+.2f}, and "
            f"{quality['remainder']:+.2f} of it belongs to no cell."
        ).replace("-", "−")

    def _explain_one(self, model: FaceModel, image: np.ndarray, target: Target) -> Attribution:
        chosen = resolve_target(model, image, target)

        def work() -> tuple[np.ndarray, float]:
            maps, slopes, logit = maps_and_slopes(model, image, chosen, layer=self.layer)
            return (maps * slopes).sum(axis=-1), logit

        (cells, logit), seconds = timed(work)
        quality = {"logit": logit, "remainder": logit - float(cells.sum())}
        return Attribution(cells, model.name, self.name, chosen, asdict(self), seconds, quality)
