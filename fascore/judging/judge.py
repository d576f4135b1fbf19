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
CHEAP = 10  # forward passes: a method that takes no more is repeated on every image
SCORE = "spoof_score"  # the measure that is a network's P(spoof)
NO_METHOD = ""  # in place of a method's name, of measures that are of a model alone


@dataclass(frozen=True)
class Measure:
    """One number. `fascore.findings.measures` says what each metric is; NaN is undefined."""

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
        How many steps the insertion and deletion curves have, and how many random orders they are
        measured against (`fascore.judging.faithfulness`).
    seed : int
        Draws random orders, noise and random weights.
    random_orders : str
        How they are drawn. It is recorded with the results: other orders would give other gains.
    """

    target: Target = PREDICTED
    steps: int = STEPS
    draws: int = RANDOM_ORDERS
    seed: int = 0
    random_orders: str = "in opposite pairs, others for each picture"

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
            Also explain changed pictures, to measure stability. It is three times the work, so
            otherwise only cheap methods do it.
        sanity : bool
            Also explain networks with random weights. It is four times the work.
        """
        # all models in one call: a joint method then pays for its samples once
        maps = {
            explainer.name: explainer.explain(models, image, target=self.target)
            for explainer in explainers
        }
        every = [attribution for of_method in maps.values() for attribution in of_method]
        found = [*self._of_maps(models, image, every), *_of_models(models, image, self.target)]
        found += _agreements(every, image.shape[0])
        masks = _masks(landmarks, evidence, image.shape[0])
        found += _regions(every, masks, image.shape[0])
        for explainer in explainers:
            own = maps[explainer.name]
            if repeats or explainer.forward_passes <= CHEAP:
                stable = stability(
                    explainer, models, image, own, target=self.target, seed=self.seed
                )
                found += _named(stable, models, explainer)
            if sanity:
                from fascore.judging.sanity import sanity_test

                sane = sanity_test(explainer, models, image, own, seed=self.seed)
                found += _named(sane, models, explainer)
        return found, every

    def _of_maps(
        self, models: Sequence[FaceModel], image: np.ndarray, maps: Sequence[Attribution]
    ) -> Iterator[Measure]:
        """Faithfulness, and what each method says about its own fit."""
        for model in models:
            own = [attribution for attribution in maps if attribution.model == model.name]
            judged = faithfulness(
                model, image, own, steps=self.steps, draws=self.draws, seed=self.seed
            )
            for attribution, faithful in zip(own, judged, strict=True):
                values = {
                    "insertion_gain": faithful.insertion_gain,
                    "deletion_gain": faithful.deletion_gain,
                    "seconds": attribution.seconds,
                    **attribution.quality,
                }
                for metric, value in values.items():
                    yield Measure(model.name, attribution.method, metric, value)


def _of_models(models: Sequence[FaceModel], image: np.ndarray, target: Target) -> Iterator[Measure]:
    """Scores, the verdict without each gate, and Grad-CAM before and after attention."""
    # Keras: commands that only parse import this file too
    from fascore.judging.gates import gates, strongest

    for model in models:
        score = float(model.spoof_scores(image[None])[0])
        values = {SCORE: score}
        open_gates = gates(model, image)
        for kind, gate in strongest(open_gates).items():
            values[f"{kind}_off"] = gate.change
            values[f"{kind}_flips"] = float(gate.turns_verdict(model.threshold))
        if open_gates:
            cams = [
                GradCAM(layer=layer).explain([model], image, target=target)[0]
                for layer in (LAST_CONV, FEATURE_MAP)
            ]
            values["layers_rank"] = alike(*(pixel_values(cam, model.size) for cam in cams))
        for metric, value in values.items():
            yield Measure(model.name, NO_METHOD, metric, value)


def _named(
    checks: Sequence[Mapping[str, float]], models: Sequence[FaceModel], explainer: Explainer
) -> Iterator[Measure]:
    """What a check measured of an explainer, one mapping for each model, as measures."""
    for model, values in zip(models, checks, strict=True):
        for metric, value in values.items():
            yield Measure(model.name, explainer.name, metric, value)


def _regions(
    maps: Sequence[Attribution], masks: Mapping[str, np.ndarray], size: int
) -> Iterator[Measure]:
    """How much of each map's weight lies in each region."""
    for attribution in maps:
        ratios = weight_ratios(pixel_values(attribution, size), masks)
        for name, ratio in ratios.items():
            yield Measure(attribution.model, attribution.method, f"region_{name}", ratio)


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
    """The regions that are known of one image; none without landmarks and evidence."""
    masks: dict[str, np.ndarray] = {}
    if landmarks is not None:
        masks = face_regions(landmarks, size)
        masks["features"] = np.logical_or.reduce([masks[name] for name in FEATURES])
    if evidence is not None and evidence.any():
        masks["evidence"] = evidence
    return masks


@dataclass(frozen=True)
class MapJudgement:
    """How far one map can be believed: its curves, and how it stands small changes of the image.

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
    """A judgement of each of an explainer's maps of one face: `maps` holds one for each model."""
    stable = stability(explainer, models, image, maps, target=target)
    faithful = [
        faithfulness(model, image, [own], steps=steps, draws=draws)[0]
        for model, own in zip(models, maps, strict=True)
    ]
    return [MapJudgement(*pair) for pair in zip(faithful, stable, strict=True)]
