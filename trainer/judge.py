"""Judges a store's explanations over a test set: measures, mean maps, resumable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from fascore.data.sample_table import samples_of
from fascore.data.samples import EntryError, FaceData, Sample
from fascore.errors import FascoreError
from fascore.explain import Attribution, Explainer
from fascore.faces import FaceDetector, face_in_box
from fascore.files import remove_half_written, sha256
from fascore.findings.results import (
    Results,
    has_results,
    read_results,
    write_results,
)
from fascore.images import Box, crop_square, face_input, input_points
from fascore.judging.judge import NO_METHOD, SCORE, Judge, Measure
from fascore.models.face_model import FaceModel
from fascore.provenance import differences, listed
from fascore.store import BACKGROUND, Store
from trainer.judging_progress import Parts
from trainer.recipes import Plan

SOFTWARE = ("tensorflow", "keras", "numpy", "lime", "shap")
PARTS = "parts"


def judge_explanations(
    store: Store,
    data: FaceData,
    *,
    models: Sequence[str],
    explainers: Sequence[Explainer],
    judge: Judge,
    plan: Plan,
    title: str = "",
    again: bool = False,
) -> Results:
    """Measures the explanations of a store's models and writes the results into it.

    `fascore.evaluation_sets.on_set` gives the store another test set's images; `title` is what to
    call the images then, and without it the name of the data set that the models were trained on.

    What was measured before an interruption is kept, image by image; results that are there
    already, made this way from these pictures and weights, are returned as they are. Others,
    finished or not, are dropped only `again`.

    Raises
    ------
    FascoreError
        If more images are asked for than the split has, the models see different pixels, or
        explanations of other pictures, weights or settings are there.
    """
    loaded = [store.load(name) for name in models]
    size, expansion = _shared_input(store, models)
    samples = choose_samples(store.samples(), plan)
    title = title or store.card(models[0]).data["name"]
    about = {"data": title, **_about(store, data, loaded, explainers, judge, plan)}
    remove_half_written(store.path)
    parts = Parts(store.explanations / PARTS)
    if not again:
        if has_results(store):
            _check_same(store, read_results(store).about, about)
            if not parts.there:
                print("Judged already.")
                return read_results(store)
        parts.check(about)
    done = parts.open(about)
    if done:
        print(f"Going on after {done:,} images.")
    detect = _Detector()
    with tqdm(samples, desc="judge", unit="image") as bar:
        for number, sample in enumerate(bar):
            if parts.has(number):
                continue
            face = _face(data, sample, size=size, expansion=expansion, detect=detect)
            if face is not None:
                measures, maps = _measure(face, loaded, explainers, judge, plan, number)
                measures += _right(measures, loaded, sample)
                parts.write(number, sample, measures, maps, size=size)
    _finish(store, parts, about, len(samples))
    return read_results(store)


def _measure(
    face: _Face,
    models: Sequence[FaceModel],
    explainers: Sequence[Explainer],
    judge: Judge,
    plan: Plan,
    number: int,
) -> tuple[list[Measure], list[Attribution]]:
    """All measures of one face, with its maps; the first faces are measured in more ways."""
    return judge.measures(
        models,
        face.image,
        explainers,
        landmarks=face.landmarks,
        evidence=face.evidence,
        repeats=number < plan.repeats,
        sanity=number < plan.sanity,
    )


def _finish(store: Store, parts: Parts, about: Mapping[str, Any], count: int) -> None:
    """Writes what was measured of the first `count` images into the store."""
    gathered = parts.gather(count)
    if gathered is None:
        raise FascoreError(
            "Expected images that can be opened. Received: none. Give --root the data set that "
            "the store's networks were trained on."
        )
    finished = {
        "images": gathered.images,
        "software": {package: version(package) for package in SOFTWARE},
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_results(store, Results(gathered.measures, gathered.maps, {**about, **finished}))
    parts.remove()


def choose_samples(table: pd.DataFrame, plan: Plan) -> list[Sample]:
    """The plan's samples: one species after the other in turn, each in random order.

    However many are taken from the start, they are balanced by species.
    """
    there = table[table["split"] == plan.split]
    limit = len(there) if plan.limit is None else plan.limit
    if not 0 < limit <= len(there):
        raise FascoreError(
            f"Expected --limit from 1 to the {len(there):,} images of the {plan.split} split. "
            f"Received: {limit:,}. Ask for fewer, or leave it out for all."
        )
    shuffled = there.sample(frac=1, random_state=plan.seed)
    turn = shuffled.groupby("pai_species").cumcount()
    rows = shuffled.assign(turn=turn).sort_values(["turn", "pai_species"], kind="stable")[:limit]
    return samples_of(rows.drop(columns="turn"))


@dataclass(frozen=True)
class _Face:
    image: np.ndarray
    landmarks: np.ndarray | None
    evidence: np.ndarray | None


class _Detector:
    """Landmarks of a picture whose data set has none, from MTCNN, loaded when first needed."""

    def __init__(self) -> None:
        self._detector: FaceDetector | None = None

    def landmarks(self, picture: np.ndarray, box: Box | None) -> np.ndarray | None:
        """Of the face in the labelled box, (5, 2); None if it is not found."""
        self._detector = self._detector or FaceDetector()
        face = face_in_box(self._detector.detect(picture), box)
        return None if face is None else face.landmarks


def _face(
    data: FaceData, sample: Sample, *, size: int, expansion: float, detect: _Detector
) -> _Face | None:
    """What the networks see of a sample, with what is known of it; None if it cannot be opened."""
    try:
        picture = data.picture(sample)
        box = data.box(sample, picture)
    except EntryError as err:
        tqdm.write(f"left out: {sample.sample_id} ({err.reason})")
        return None
    image = face_input(picture, box, size=size, expansion=expansion)
    points = data.landmarks(sample)
    points = detect.landmarks(picture, box) if points is None else points
    square = crop_square(picture, box, expansion=expansion)
    landmarks = None if points is None else input_points(points, square, size=size)
    mask = data.evidence(sample)
    evidence = None
    if mask is not None:
        marked = mask.astype(np.uint8) * 255
        evidence = face_input(marked, box, size=size, expansion=expansion) > 127
    return _Face(image, landmarks, evidence)


def _shared_input(store: Store, models: Sequence[str]) -> tuple[int, float]:
    """Size and crop expansion of all models."""
    cards = [store.card(name) for name in models]
    inputs = {(card.size, card.crop_expansion) for card in cards}
    if len(inputs) > 1:
        raise FascoreError(
            "Expected models that see the same pixels. Received: inputs of "
            f"{' and '.join(f'{size} px at {crop:g} x' for size, crop in sorted(inputs))}. "
            "Name models of one input with --models."
        )
    return inputs.pop()


def _about(
    store: Store,
    data: FaceData,
    models: Sequence[FaceModel],
    explainers: Sequence[Explainer],
    judge: Judge,
    plan: Plan,
) -> dict[str, Any]:
    """What makes results what they are.

    `pictures` covers the whole split: how many of its images are judged may change on the way.
    """
    names = [model.name for model in models]
    table, background = store.samples(), store.path / BACKGROUND
    split = table[table["split"] == plan.split]
    return {
        **asdict(plan),
        **{f"judge_{key}" if key == "seed" else key: value for key, value in asdict(judge).items()},
        "settings": {explainer.name: asdict(explainer) for explainer in explainers},
        "fingerprint": store.fingerprint,
        "pictures": data.stamps(samples_of(split)),
        "background": sha256(background) if background.exists() else None,
        "weights": {name: store.card(name).weights_sha256 for name in names},
        "thresholds": {model.name: model.threshold for model in models},
    }


def _check_same(store: Store, there: Mapping[str, Any], about: Mapping[str, Any]) -> None:
    """Refuses to replace finished results that were made from anything else."""
    if differing := differences(there, about):
        raise FascoreError(
            f"Expected no judged explanations in {store.explanations}, or those asked for. "
            f"Received: some with {listed(differing)}. Give --again to judge anew."
        )


def _right(
    measures: Sequence[Measure], models: Sequence[FaceModel], sample: Sample
) -> list[Measure]:
    """Whether each model's verdict is right, from its score among the measures."""
    scores = {measure.model: measure.value for measure in measures if measure.metric == SCORE}
    return [
        Measure(m.name, NO_METHOD, "right", float(m.is_spoof(scores[m.name]) == sample.label))
        for m in models
    ]


def summary(results: Results) -> Iterator[str]:
    """The main measures' means by model and method, as lines to print."""
    table = results.measures
    images = table["sample_id"].nunique()
    found = table.loc[table["metric"] == "region_eyes", "sample_id"].nunique()
    yield f"{images:,} images of {results.about['data']}, {results.about['split']} split."
    if found < images:
        yield f"No landmarks on {images - found:,} of them: no regions there."
    for metric in ("insertion_gain", "deletion_gain", "stability_noise", "region_features"):
        of = table[table["metric"] == metric]
        if len(of):
            means = of.pivot_table("value", "model", "method", sort=False).round(3)
            yield f"\n{metric} (mean)\n{means.to_string()}"
