"""The models x methods grid: every model explained by every method on one face."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fascore.explain.attribution import Attribution, Explainer, Target
from fascore.labels import SPOOF
from fascore.models.face_model import FaceModel


@dataclass(frozen=True)
class Step:
    """One piece of the grid's work: a method on one model, or on all of them if it runs jointly."""

    explainer: Explainer
    models: tuple[str, ...]


def plan_grid(models: Sequence[str], explainers: Sequence[Explainer]) -> list[Step]:
    """The grid's steps for models by name, cheapest first."""
    steps: list[Step] = []
    # whoever waits for the grid sees its first maps at once
    for explainer in sorted(explainers, key=lambda explainer: explainer.forward_passes):
        groups = [tuple(models)] if explainer.joint else [(name,) for name in models]
        steps += [Step(explainer, group) for group in groups]
    return steps


def explain_grid(
    models: Sequence[FaceModel],
    image: np.ndarray,
    explainers: Sequence[Explainer],
    *,
    target: Target = SPOOF,
) -> Iterator[Attribution]:
    """Every model explained by every method, one after the other, cheapest first.

    Parameters
    ----------
    models : sequence of FaceModel
    image : uint8 array of shape (size, size, 3)
        What the networks see (`fascore.images.face_input`).
    explainers : sequence of Explainer
    target : {SPOOF, LIVE, "predicted"}
    """
    by_name = {model.name: model for model in models}
    for step in plan_grid(list(by_name), explainers):
        chosen = [by_name[name] for name in step.models]
        yield from step.explainer.explain(chosen, image, target=target)
