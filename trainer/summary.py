"""What a build holds and what it left out, as text."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pandas as pd

from fascore.data.splits import SPLITS
from fascore.labels import LIVE, SPOOF
from fascore.tables import read_table
from trainer.build import SKIPPED, Prepared


def summary(build: Prepared) -> str:
    """What a build holds and what was left out, as text."""
    samples = build.samples
    kinds = pd.crosstab(samples["split"], samples["pai_species"]).reindex(SPLITS)
    table = pd.DataFrame(
        {
            "images": samples.groupby("split").size(),
            "live": samples[samples["label"] == LIVE].groupby("split").size(),
            "spoof": samples[samples["label"] == SPOOF].groupby("split").size(),
        }
    ).reindex(SPLITS)
    table = table.join(kinds.drop(columns="live", errors="ignore")).fillna(0).astype(int)
    if (samples["subject"] != "").all():
        subjects = samples.groupby("split")["subject"].nunique()
        table["subjects"] = subjects.reindex(SPLITS, fill_value=0)
    lines = [f"{build.name}, {build.config.protocol} protocol", table.to_string(), ""]
    subjects = samples[samples["subject"] != ""].groupby("subject")["label"].min()
    boxes = build.data.get("boxes", {})
    if set(boxes) - {"labelled"}:
        lines += [f"face boxes: {', '.join(f'{boxes[name]:,} {name}' for name in boxes)}"]
    lines += [f"subjects without a live image: {(subjects == SPOOF).sum():,}"]
    counts = build.data["skipped"]
    examples = _examples(build.path / SKIPPED)
    lines += [f"left out, {name}: {counts[name]:,}{examples[name]}" for name in sorted(counts)]
    lines += [f"left out in all: {sum(counts.values()):,}, listed in {build.path / SKIPPED}"]
    return "\n".join(lines)


def _examples(skipped: Path) -> dict[str, str]:
    """For each reason the first entry that was left out for it; nothing without the list."""
    said: dict[str, str] = defaultdict(str)
    if skipped.exists():
        rows = read_table(skipped, text=["path", "reason", "detail"]).fillna("")
        for _, row in rows.drop_duplicates("reason").iterrows():
            detail = f" ({row['detail']})" if row["detail"] else ""
            said[row["reason"]] = f", such as {row['path']}{detail}"
    return said
