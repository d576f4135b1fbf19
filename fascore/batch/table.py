"""A batch as a table: who says what of which face, where networks disagree, what to export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fascore.batch.judging import BatchRow
from fascore.counts import counted
from fascore.labels import CLASS_NAMES, LIVE, SPOOF

COLUMNS = (
    "picture", "face", "x", "y", "width", "height", "model", "spoof_score", "verdict",
    "says_spoof", "judged_by", "unfamiliar", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """One row of a batch at thresholds: whether each network takes the face for an attack."""

    row: BatchRow
    is_spoof: Mapping[str, bool]

    @property
    def says_spoof(self) -> int:
        """How many networks say spoof."""
        return sum(self.is_spoof.values())

    @property
    def differ(self) -> bool:
        """Whether networks disagree."""
        return 0 < self.says_spoof < len(self.is_spoof)

    @property
    def is_unfamiliar(self) -> bool | None:
        """Whether any network does not know such pictures; None where it is known of none."""
        known = [is_so for is_so in self.row.unfamiliar.values() if is_so is not None]
        return any(known) if known else None


KINDS: dict[str, tuple[str, Callable[[Judged], bool]]] = {
    "all": ("All", lambda judged: True),
    "differ": ("Networks disagree", lambda judged: judged.differ),
    "spoof": (
        "All say SPOOF",
        lambda judged: 0 < judged.says_spoof == len(judged.is_spoof),
    ),
    "live": (
        "All say LIVE",
        lambda judged: len(judged.is_spoof) > 0 == judged.says_spoof,
    ),
    "unfamiliar": ("Unfamiliar", lambda judged: judged.is_unfamiliar is True),
    "not_judged": ("Not judged", lambda judged: not judged.is_spoof),
}  # title, and which rows are of the kind


def judged_at(rows: Sequence[BatchRow], thresholds: Mapping[str, float]) -> list[Judged]:
    """Rows with the networks' verdicts at these thresholds."""
    return [
        Judged(row, {name: score >= thresholds[name] for name, score in row.scores.items()})
        for row in rows
    ]


def of_kind(judged: Sequence[Judged], kind: str) -> list[Judged]:
    """The rows of one of `KINDS`."""
    return [each for each in judged if KINDS[kind][1](each)]


def summary_sentence(judged: Sequence[Judged]) -> str:
    """What came out, in a sentence.

    Examples
    --------
    >>> rows = [BatchRow(0, "a.jpg", 1, scores={"x": 0.9, "y": 0.2}), BatchRow(1, "b.txt")]
    >>> summary_sentence(judged_at(rows, {"x": 0.5, "y": 0.5}))
    '1 face in 2 files: 0 all SPOOF, 0 all LIVE, 1 on which networks disagree; 1 file not judged.'
    """
    counts = {kind: len(of_kind(judged, kind)) for kind in KINDS}
    faces, files = counts["all"] - counts["not_judged"], len({each.row.file for each in judged})
    return (
        f"{counted(faces, 'face')} in {counted(files, 'file')}: {counts['spoof']:,} all SPOOF, "
        f"{counts['live']:,} all LIVE, {counts['differ']:,} on which networks disagree; "
        f"{counted(counts['not_judged'], 'file')} not judged."
    )


def export_table(judged: Sequence[Judged]) -> pd.DataFrame:
    """A row a face and network, and a row a file that was not judged: `COLUMNS`.

    `x`, `y`, `width` and `height` are the face's box in the upright picture's pixels;
    `says_spoof` of the `judged_by` networks take the face for an attack.
    """
    records = []
    for each in judged:
        row, box = each.row, each.row.box
        face: dict[str, Any] = {"picture": row.name, "face": row.face or None, "note": row.note}
        if box is not None:
            face |= {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        if not row.scores:
            records.append(face)
        for name, score in row.scores.items():
            records.append(
                face
                | {
                    "model": name,
                    "spoof_score": score,
                    "verdict": CLASS_NAMES[SPOOF if each.is_spoof[name] else LIVE],
                    "says_spoof": each.says_spoof,
                    "judged_by": len(each.is_spoof),
                    "unfamiliar": row.unfamiliar[name],
                }
            )
    types = dict.fromkeys(("face", "says_spoof", "judged_by"), "Int64")
    return pd.DataFrame(records, columns=list(COLUMNS)).astype(types)
