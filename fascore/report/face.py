"""One face on all networks, to take home: the record of it, and its raw maps."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from fascore.explain import Attribution, Explainer, render
from fascore.explain.attribution import settings_of
from fascore.explain.render import PixelView
from fascore.firmness.changes import AS_GIVEN, Change
from fascore.firmness.trials import Firmness
from fascore.firmness.words import firmness_words
from fascore.labels import CLASS_NAMES, LIVE, SPOOF
from fascore.models import model_title
from fascore.report.origin import Origin, made_now, software_versions
from fascore.scores.temperature import calibrated
from fascore.scores.thresholds import Threshold, ThresholdChoice
from fascore.store import Card


@dataclass(frozen=True)
class OnNetwork:
    """What one network makes of the face.

    Attributes
    ----------
    card : Card
    spoof_score : float
        P(spoof) in [0, 1].
    threshold : Threshold
    crop : uint8 array of shape (S, S, 3)
        The square around the face that its maps lie on.
    seen : uint8 array of shape (size, size, 3)
        The network's input.
    firmness : Firmness
    """

    card: Card
    spoof_score: float
    threshold: Threshold
    crop: np.ndarray
    seen: np.ndarray
    firmness: Firmness

    @property
    def name(self) -> str:
        """The network's name."""
        return self.card.model

    @property
    def label(self) -> int:
        """The verdict: SPOOF or LIVE."""
        return SPOOF if self.spoof_score >= self.threshold.value else LIVE


@dataclass(frozen=True)
class ByMethod:
    """One method's maps as they were made, and why networks have none, by name."""

    explainer: Explainer
    maps: Sequence[Attribution]
    failed: Mapping[str, str]

    def drawn(self, view: PixelView) -> tuple[list[Attribution], float]:
        """The maps as they are drawn, and the value at the end of their common colour scale."""
        shown = [render.shown_map(each, self.explainer, view) for each in self.maps]
        return shown, render.limit(shown)


@dataclass(frozen=True)
class FaceExport:
    """All that the Compare page shows of one face.

    Attributes
    ----------
    origin : Origin
        Its `test_set` says where the picture is from.
    choice : ThresholdChoice
    picture : str
        Which picture: its id in the test set, or that it was given by hand.
    truth : str
        Its label in words; "" where it is not known.
    pictures : mapping of str to uint8 array of shape (h, w, 3)
        The picture, the crop and the networks' input as shown, by what they are.
    change : Change
        What was done to the picture first.
    answer, warnings : sequence of str
        Sentences.
    networks : sequence of OnNetwork
        At least one.
    without : mapping of str to str
        Why a network of the store has no verdict, by its name.
    methods : sequence of ByMethod
    pixel_view, opacity
        How maps are drawn: `fascore.explain.render`.
    """

    origin: Origin
    choice: ThresholdChoice
    picture: str
    truth: str
    pictures: Mapping[str, np.ndarray]
    change: Change
    answer: Sequence[str]
    warnings: Sequence[str]
    networks: Sequence[OnNetwork]
    without: Mapping[str, str]
    methods: Sequence[ByMethod]
    pixel_view: PixelView
    opacity: float


def face_data(export: FaceExport) -> dict[str, Any]:
    """The record of a face, as JSON can hold it: what is known, said and measured, but for maps."""
    data = export.networks[0].card.data
    changed = asdict(export.change).items() - asdict(AS_GIVEN).items()
    return {
        "made": made_now(),
        "software": software_versions(),
        "store": export.origin.store,
        "data_set": export.origin.data_set,
        "fingerprint": data["fingerprint"],
        "protocol": data.get("protocol", "not recorded"),
        "test_set": export.origin.test_set,
        "threshold_rule": export.choice.title,
        "threshold_note": export.choice.note,
        "sample_id": export.picture,
        "truth": export.truth,
        "change": dict(sorted(changed)),
        "answer": list(export.answer),
        "warnings": list(export.warnings),
        "networks": [_network(each) for each in export.networks],
        "without": {model_title(name): why for name, why in export.without.items()},
        "drawn": {"pixel_maps": export.pixel_view, "opacity": export.opacity},
        "methods": [_method(each, export.pixel_view) for each in export.methods],
    }


def face_values(export: FaceExport) -> bytes:
    """The raw maps as an NPZ file that opens without pickle.

    `about` is the record (`face_data`) as JSON text: it names each method's unit and settings, and
    each map's target and quality. Arrays are named "METHOD/MODEL/values", float32 (h, w) in the
    method's unit; "METHOD/MODEL/superpixels", int (h, w), where a map has them; and
    "MODEL/input", what the network saw, uint8 (size, size, 3).
    """
    arrays = {"about": np.array(json.dumps(face_data(export), allow_nan=False))}
    for network in export.networks:
        arrays[f"{network.name}/input"] = network.seen
    for method in export.methods:
        for each in method.maps:
            place = f"{each.method}/{each.model}"
            arrays[f"{place}/values"] = each.values
            if each.superpixels is not None:
                arrays[f"{place}/superpixels"] = each.superpixels
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _network(network: OnNetwork) -> dict[str, Any]:
    firmness, temperature = network.firmness, network.card.temperature
    score = network.spoof_score
    return {
        "model": network.name,
        "title": model_title(network.name),
        "verdict": CLASS_NAMES[network.label],
        "spoof_score": score,
        "calibrated": None if temperature is None else float(calibrated(score, temperature)),
        "threshold": network.threshold.value,
        "threshold_origin": network.threshold.origin,
        "weights_sha256": network.card.weights_sha256,
        "flips": float(firmness.turned.mean()),
        "first_flip": firmness.first.words if firmness.first else None,
        "firmness": firmness_words(firmness),
        "trials": [
            {"change": trial.words, "spoof_score": float(tried), "turned": bool(turned)}
            for trial, tried, turned in zip(
                firmness.trials, firmness.scores, firmness.turned, strict=True
            )
        ],
    }


def _method(method: ByMethod, view: PixelView) -> dict[str, Any]:
    explainer = method.explainer
    return {
        "method": explainer.name,
        "title": explainer.title,
        "unit": explainer.unit,
        "signed": explainer.signed,
        "settings": {
            about.title: getattr(explainer, name) for name, about in settings_of(explainer).items()
        },
        "scale": method.drawn(view)[1],
        "maps": [
            {
                "model": each.model,
                "target": CLASS_NAMES[each.target],
                "seconds": round(each.seconds, 3),
                "quality": {name: _finite(value) for name, value in each.quality.items()},
                "in_words": explainer.quality_sentence(each),
            }
            for each in method.maps
        ],
        "failed": {model_title(name): why for name, why in method.failed.items()},
    }


def _finite(value: float) -> float | None:
    """A number that JSON can hold: what is undefined is null."""
    return float(value) if math.isfinite(value) else None
