"""Memory of the dashboard: `python -m benchmarks.memory [--store DIR] [--pictures N]`.

What the process holds after each step of its life, in megabytes: all of it, its own part, and the
part that is read from files and can be shared (libraries). Then what holds it: the largest
mappings, and the caches. Run it under other settings to compare them (MALLOC_ARENA_MAX=8).
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from fascore.shipped import DEMO_STORE

ROOT = Path(__file__).parents[1]
MEGABYTE = 2**20
KINDS = {"all": "VmRSS", "own": "RssAnon", "files": "RssFile"}
LARGEST = 8  # mappings to tell


def resident(process: int | str = "self") -> dict[str, float]:
    """Megabytes a process holds now, by kind (Linux)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    found = dict(re.findall(r"^(\w+):\s+(\d+) kB$", status, re.MULTILINE))
    return {kind: int(found[field]) / 1024 for kind, field in KINDS.items()}


def mappings() -> dict[str, float]:
    """Megabytes held by file or kind of mapping, the largest first."""
    held: Counter[str] = Counter()
    name = ""
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if re.match(r"^[0-9a-f]+-[0-9a-f]+ ", line):
            path = line.split(maxsplit=5)[5:]
            name = Path(path[0]).name if path else "own memory outside the heap"
        elif line.startswith("Rss:"):
            held[name] += int(line.split()[1])
    return {name: kilobytes / 1024 for name, kilobytes in held.most_common(LARGEST)}


def cached() -> dict[str, float]:
    """Megabytes in the dashboard's caches of data, the largest first."""
    from streamlit.runtime.caching import cache_data_api

    held: Counter[str] = Counter()
    provider = cache_data_api.get_data_cache_stats_provider()
    for stats in provider.get_stats().values():
        for stat in stats:
            held[stat.cache_name.split(".")[-1]] += stat.byte_length
    return {name: size / MEGABYTE for name, size in held.most_common() if size > MEGABYTE / 10}


def pages(store: Path) -> None:
    """Imports all that pages import."""
    import dashboard.server_process  # noqa: F401
    import dashboard.views  # noqa: F401


def tensorflow(store: Path) -> None:
    """Imports TensorFlow and Keras as pages do, if they are not there already."""
    from dashboard import cache

    cache.import_tensorflow()


def compare(store: Path) -> None:
    """Opens Compare with verdicts, firmness and the maps of one face."""
    from streamlit.testing.v1 import AppTest

    os.environ["FASCORE_STORE"] = str(store)
    app = AppTest.from_file(str(ROOT / "dashboard/app.py"), default_timeout=600)
    app.run()
    app.switch_page("app_pages/compare.py").run()
    if app.exception or app.error:
        raise RuntimeError(f"The page failed: {[each.value for each in app.error]}")


def upload(store: Path) -> None:
    """Looks for a face as after an upload."""
    from dashboard import cache

    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    cache.faces("noise", noise)


def judge(store: Path, pictures: int, *, seed: int) -> None:
    """Verdicts and the page's maps of many faces, one after the other."""
    from dashboard import cache
    from fascore.explain import default_explainers, plan_grid
    from fascore.labels import SPOOF
    from fascore.scores.thresholds import ThresholdChoice
    from fascore.store import Store

    opened = Store(store)
    keys = {name: cache.model_key(opened, name) for name in opened.loadable_names}
    size = opened.card(opened.loadable_names[0]).size
    draw = np.random.default_rng(seed)
    methods = [kind() for kind in default_explainers()]
    for _ in range(pictures):
        face = draw.integers(0, 256, (size, size, 3), dtype=np.uint8)
        for key in keys.values():
            cache.spoof_score(key, face)
        for step in plan_grid(list(keys), methods):
            chosen = tuple(keys[name] for name in step.models)
            cache.explanations(chosen, step.explainer, face, SPOOF, choice=ThresholdChoice())


def steps(pictures: int) -> dict[str, Callable[[Path], None]]:
    """The steps of the dashboard's life, in order."""
    return {
        "Python": lambda store: None,
        "pages imported": pages,
        "TensorFlow imported": tensorflow,
        "Compare with its maps": compare,
        "an upload": upload,
        f"{pictures} pictures": lambda store: judge(store, pictures, seed=0),
        f"{pictures} more": lambda store: judge(store, pictures, seed=1),
    }


def main() -> None:
    """Prints the steps' table and what holds the memory at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=DEMO_STORE)
    parser.add_argument("--pictures", type=int, default=100)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    print(f"{'MB':28}" + "".join(f"{kind:>10}" for kind in KINDS))
    for name, work in steps(options.pictures).items():
        work(options.store.resolve())
        figures[name] = resident()
        print(f"{name:28}" + "".join(f"{size:10.0f}" for size in figures[name].values()))
    for title, held in (("mappings", mappings()), ("caches", cached())):
        figures[title] = held
        print(f"\n{title}, MB")
        for name, size in held.items():
            print(f"  {name:40}{size:10.1f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
