"""Everything that is measured of explanations on one face, in one go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fascore.explain.attribution import PREDICTED, Attribution, Explainer, Target
from fascore.explain.grad_cam import GradCAM
from fascore.explain.units import pixel_values
from fascore.judging.agreement import agreement, pairs_by_method, pairs_by_model
from fascore.judging.faithfulness import RANDOM_ORDERS, STEPS, Faithfulness, faithfulness
from fascore.judging.regions import FEATURES, face_regions, weight_ratios
from fascore.judging.stability import alike, stability
from fascore.models import FEATURE_MAP, LAST_CONV
from fascore.models.face_model import FaceModel

PAIR = "/"  # between the names where a measure compares two models or two methods
NO_METHOD = ""  # of measures of a model alone


@dataclass(frozen=True)
class Measure:
    """One number; `fascore.findings.measures.METRICS` says what each metric is. NaN: undefined."""

    model: str
    method: str
    metric: str
    value: float


@dataclass(frozen=True)
class Judge:
    """What is measured, and how finely.

    Parameters
    ----------
    target : {SPOOF, LIVE, "predicted"}
        The class explained; by default each model's own verdict.
    steps, draws : int
        Of insertion and deletion (`fascore.judging.faithfulness`).
    seed : int
        Draws random orders, noise and random weights.
    """

    target: Target = PREDICTED
    steps: int = STEPS
    draws: int = RANDOM_ORDERS
    seed: int = 0

    def measures(
        self,
        models: Sequence[FaceModel],
        image: np.ndarray,
        explainers: Sequence[Explainer],
        *,
        landmarks: np.ndarray | None = None,
        evidence: np.ndarray | None = None,
        repeats: bool = False,
        sanity: bool = False,
    ) -> tuple[list[Measure], list[Attribution]]:
        """All measures of every model and method on one face, and the maps they are of.

        Parameters
        ----------
        models : sequence of FaceModel
        image : uint8 array of shape (size, size, 3)
        explainers : sequence of Explainer
        landmarks : array of shape (5, 2), optional
            x, y in pixels of `image`; without them there are no regions.
        evidence : bool array of shape (size, size), optional
            What gives the attack away.
        repeats : bool
            Explain changed pictures too, for stability, also by methods that sample: three times
            the work.
        sanity : bool
            Explain randomised networks too: four times the work.
        """
        maps = {each.name: each.explain(models, image, target=self.target) for each in explainers}
        every = [each for of_method in maps.values() for each in of_method]
        found = [*self._of_maps(models, image, every), *_of_models(models, image, self.target)]
        found += _agreements(every, image.shape[0])
        masks = _masks(landmarks, evidence, image.shape[0])
        found += [
            Measure(each.model, each.method, f"region_{name}", ratio)
            for each in every
            for name, ratio in weight_ratios(pixel_values(each, image.shape[0]), masks).items()
        ]
        for explainer in explainers:
            own, checks = maps[explainer.name], []
            if repeats or not hasattr(explainer, "seed"):  # without chance: cheap
                checks.append(
                    stability(explainer, models, image, own, target=self.target, seed=self.seed)
                )
            if sanity:
                from fascore.judging.sanity import sanity_test

                checks.append(sanity_test(explainer, models, image, own, seed=self.seed))
            found += [
                Measure(model.name, explainer.name, metric, value)
                for check in checks
                for model, values in zip(models, check, strict=True)
                for metric, value in values.items()
            ]
        return found, every

    def _of_maps(
        self, models: Sequence[FaceModel], image: np.ndarray, maps: Sequence[Attribution]
    ) -> Iterator[Measure]:
        """Faithfulness, and what each method says of its own fit."""
        for model in models:
            own = [each for each in maps if each.model == model.name]
            judged = faithfulness(
                model, image, own, steps=self.steps, draws=self.draws, seed=self.seed
            )
            for each, faithful in zip(own, judged, strict=True):
                values = {
                    "insertion_gain": faithful.insertion_gain,
                    "deletion_gain": faithful.deletion_gain,
                    "seconds": each.seconds,
                    **each.quality,
                }
                for metric, value in values.items():
                    yield Measure(model.name, each.method, metric, value)


def _of_models(models: Sequence[FaceModel], image: np.ndarray, target: Target) -> Iterator[Measure]:
    """Scores, the verdict without each gate, and Grad-CAM before and after attention."""
    from fascore.judging.gates import gates  # Keras: commands that only parse import this file too

    for model in models:
        score = float(model.spoof_scores(image[None])[0])
        values = {"spoof_score": score}
        open_gates = gates(model, image)
        for gate in open_gates:
            values[f"{gate.kind}_off"] = gate.score_off - gate.score
            values[f"{gate.kind}_flips"] = float(gate.turns_verdict(model.threshold))
        if open_gates:
            cams = [
                GradCAM(layer=layer).explain([model], image, target=target)[0]
                for layer in (LAST_CONV, FEATURE_MAP)
            ]
            values["layers_rank"] = alike(*(pixel_values(each, model.size) for each in cams))
        for metric, value in values.items():
            yield Measure(model.name, NO_METHOD, metric, value)


def _agreements(maps: Sequence[Attribution], size: int) -> Iterator[Measure]:
    """Between methods on one model, between models under one method."""
    for first, second in pairs_by_model(maps):
        methods = f"{first.method}{PAIR}{second.method}"
        for kind, value in agreement(first, second, size).items():
            yield Measure(first.model, methods, f"{kind}_methods", value)
    for first, second in pairs_by_method(maps):
        models = f"{first.model}{PAIR}{second.model}"
        for kind, value in agreement(first, second, size).items():
            yield Measure(models, first.method, f"{kind}_models", value)


def _masks(
    landmarks: np.ndarray | None, evidence: np.ndarray | None, size: int
) -> Mapping[str, np.ndarray]:
    """The regions that are known."""
    masks: dict[str, np.ndarray] = {}
    if landmarks is not None:
        masks = face_regions(landmarks, size)
        masks["features"] = np.logical_or.reduce([masks[name] for name in FEATURES])
    if evidence is not None and evidence.any():
        masks["evidence"] = evidence
    return masks


@dataclass(frozen=True)
class MapJudgement:
    """How far one map can be believed: its curves, and how it holds out against small changes.

    `stability` is `fascore.judging.stability.stability`'s.
    """

    faithfulness: Faithfulness
    stability: Mapping[str, float]


def judge_maps(
    models: Sequence[FaceModel],
    image: np.ndarray,
    explainer: Explainer,
    maps: Sequence[Attribution],
    *,
    target: Target,
    steps: int = STEPS,
    draws: int = RANDOM_ORDERS,
) -> list[MapJudgement]:
    """A judgement of each of an explainer's maps of one face, one a model."""
    stable = stability(explainer, models, image, maps, target=target)
    faithful = [
        faithfulness(model, image, [own], steps=steps, draws=draws)[0]
        for model, own in zip(models, maps, strict=True)
    ]
    return [MapJudgement(*each) for each in zip(faithful, stable, strict=True)]
