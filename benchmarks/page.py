"""The dashboard's memory and answers, in a process of its own: `python -m benchmarks.page`.

Opens the app without a browser, asks for a cached picture again, and judges many different
pictures through the page's own caches. Prints one JSON object; `benchmarks.grid` runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from streamlit.testing.v1 import AppTest

from dashboard import cache
from fascore.explain import GradCAM, LimeImage, ShapImage, plan_grid
from fascore.labels import SPOOF
from fascore.scores.thresholds import ThresholdChoice
from fascore.store import Store

ROOT = Path(__file__).parents[1]
# fewer samples than the page's: memory grows by maps and pictures, not by samples
QUICK = [GradCAM(), LimeImage(num_samples=100), ShapImage(num_samples=20)]


def resident_megabytes() -> float:
    """Memory the process holds now (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024


def page_figures(store: Path) -> dict[str, float]:
    """Seconds to the first full page, milliseconds to a cached one, memory with models loaded."""
    os.environ["FASCORE_STORE"] = str(store)
    app = AppTest.from_file(str(ROOT / "dashboard/app.py"), default_timeout=300)
    start = time.perf_counter()
    app.run()
    first = time.perf_counter() - start
    if app.exception or app.error:
        raise RuntimeError(f"The page failed: {[each.value for each in app.error]}")
    times = []
    for _ in range(9):
        start = time.perf_counter()
        app.run()
        times.append(time.perf_counter() - start)
    return {
        "first page, s": first,
        "cached page, ms": 1000 * float(np.median(times)),
        "memory, MB": resident_megabytes(),
    }


def judge(store: Store, faces: np.ndarray) -> None:
    """Verdicts and explanations of faces, one after the other, as the Compare page asks."""
    keys = {name: cache.model_key(store, name) for name in store.loadable_names}
    for face in faces:
        for key in keys.values():
            cache.spoof_score(key, face)
        for step in plan_grid(list(keys), QUICK):
            chosen = tuple(keys[name] for name in step.models)
            cache.explanations(chosen, step.explainer, face, SPOOF, choice=ThresholdChoice())


def growth_figures(store: Store, pictures: int) -> dict[str, float]:
    """Memory gained over `pictures` different ones, after as many to fill caches and arenas."""
    size = store.card(store.loadable_names[0]).size
    draw = np.random.default_rng(0)

    def faces() -> np.ndarray:
        return draw.integers(0, 256, (pictures, size, size, 3), dtype=np.uint8)

    judge(store, faces())
    before = resident_megabytes()
    judge(store, faces())
    return {f"growth over {pictures} pictures, MB": resident_megabytes() - before}


def main() -> None:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=ROOT / "assets/models/demo")
    parser.add_argument("--pictures", type=int, default=100)
    options = parser.parse_args()
    figures = page_figures(options.store.resolve())
    figures |= growth_figures(Store(options.store.resolve()), options.pictures)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
