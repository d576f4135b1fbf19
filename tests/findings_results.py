"""Results of judging made by hand, small and with known answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from fascore.data.sample_table import fingerprint
from fascore.explain import default_explainers
from fascore.findings.results import COLUMNS, MeanMap, Results
from fascore.judging.judge import NO_METHOD, PAIR
from fascore.judging.sanity import STAGES
from fascore.models import VARIANTS
from fascore.store import Store

MODELS = tuple(VARIANTS)
METHODS = tuple(kind.name for kind in default_explainers())
Value = Callable[[int, str, str], float]  # of image number, model, method


def rows_of(
    metric: str, ids: Iterable[str], models: Iterable[str], methods: Iterable[str], value: Value
) -> list[tuple[str, str, str, str, float]]:
    """One metric's rows: of all models and methods on all images."""
    models, methods = list(models), list(methods)
    return [
        (sample_id, model, method, metric, float(value(number, model, method)))
        for number, sample_id in enumerate(ids)
        for model in models
        for method in methods
    ]


def pairs(names: Iterable[str]) -> list[str]:
    """All pairs of names, as results name them."""
    return [PAIR.join(pair) for pair in combinations(names, 2)]


def gates(ids: Iterable[str]) -> list[tuple[str, str, str, str, float]]:
    """Rows that say which networks have a gate: all but the plain one."""
    kinds = {"channel_off": ["cnn_channel", "cnn_channel_spatial"], "spatial_off": ["cnn_spatial"]}
    return [
        row
        for metric, models in kinds.items()
        for row in rows_of(metric, ids, models, [NO_METHOD], lambda *_: 0.0)
    ]


def table(*parts: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    """Measures from rows."""
    return pd.DataFrame([row for part in parts for row in part], columns=COLUMNS)


def findings_results(store: Store) -> Results:
    """Results over a store's test images.

    The first image alone has sanity; on the second LIME's gains are defined for the CNN alone.
    """
    samples = store.samples()
    samples = samples[samples["split"] == "test"]
    ids, attacks = list(samples.index), list(samples.index[samples["label"] == 1])
    noise = np.random.default_rng(0).normal(0, 0.1, len(ids))

    def gain(number: int, model: str, method: str) -> float:
        undefined = method == "lime" and number == 1 and model != "cnn"
        return np.nan if undefined else noise[number] + 0.1 * MODELS.index(model)

    maps = {
        (model, method, species): MeanMap(np.eye(16, dtype=np.float32) / 16, 2)
        for model in MODELS
        for method in METHODS
        for species in samples["pai_species"].unique()
    }
    measures = table(
        rows_of("spoof_score", ids, MODELS, [NO_METHOD], lambda n, *_: n / len(ids)),
        rows_of("right", ids, MODELS, [NO_METHOD], lambda n, *_: n != 0),
        gates(ids),
        *(rows_of(f"{end}_gain", ids, MODELS, METHODS, gain) for end in ("insertion", "deletion")),
        rows_of("r2", ids, MODELS, ["lime"], lambda n, *_: 0.5 + noise[n]),
        rows_of("stability_noise", ids, MODELS, METHODS, lambda *_: 0.9),
        *(
            rows_of(f"region_{name}", ids, MODELS, METHODS, lambda *_: 1.5)
            for name in ("eyes", "nose", "mouth", "rest_of_face", "outside", "border", "features")
        ),
        rows_of("region_evidence", attacks, MODELS, METHODS, lambda *_: 2.0),
        rows_of("rank_models", ids, pairs(MODELS), METHODS, lambda *_: 0.25),
        rows_of("rank_methods", ids, MODELS, pairs(METHODS), lambda *_: 0.75),
        *(
            rows_of(f"sanity_{kind}_{stage}", ids[:1], MODELS, METHODS, lambda *_: 0.3)
            for kind in ("rank", "ssim")
            for stage in STAGES
        ),
    )
    return Results(measures, maps, about(store, len(ids)))


def about(store: Store, images: int) -> Mapping[str, object]:
    """What judged.json says."""
    cards = {name: store.card(name) for name in MODELS}
    return {
        "split": "test",
        "images": images,
        "target": "predicted",
        "steps": 32,
        "settings": {name: {} for name in METHODS},
        "data": cards["cnn"].data["name"],
        "fingerprint": fingerprint(store.samples()),
        "weights": {name: card.weights_sha256 for name, card in cards.items()},
        "thresholds": {name: 0.5 for name in MODELS},
    }
