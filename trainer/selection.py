"""Which images a build takes, and the list of those it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from fascore.data.protocols import check_classes, draw_splits
from fascore.data.samples import DataError, Sample, Scan, Skipped
from fascore.files import write_whole
from trainer.build import PREPARED, SKIPPED, Config


def draw(scan: Scan, left_out: Sequence[Skipped], config: Config, out: Path) -> list[Sample]:
    """The protocol's samples of those that are not left out.

    Raises
    ------
    DataError
        If they do not make a build. The commonest reason for leaving one out is said with an
        example, and skipped.csv is written.
    """
    gone, skipped = {each.path for each in left_out}, [*scan.skipped, *left_out]
    pool = [sample for sample in scan.samples if sample.sample_id not in gone]
    try:
        if not pool:
            raise DataError(f"Expected pictures that can be used in {config.root}. Received: none.")
        return draw_splits(pool, config.protocol, limit=config.limit, seed=config.seed)
    except DataError as err:
        if not skipped:
            raise
        if not (out / PREPARED).exists():  # the list of a finished build stays its own
            write_skipped(out, skipped)
        raise DataError(
            f"{err} {left_out_words(skipped)} {out / SKIPPED} lists what a build leaves out."
        ) from err


def left_out_words(skipped: Sequence[Skipped]) -> str:
    """How many entries were left out, and the commonest reason with an example."""
    reason, count = Counter(each.reason for each in skipped).most_common(1)[0]
    first = next(each for each in skipped if each.reason == reason)
    detail = f" ({first.detail})" if first.detail else ""
    return (
        f"Left out: {len(skipped):,}, most often ({count:,}) for '{reason}', such as "
        f"{first.path}{detail}."
    )


def lacks_class(samples: Sequence[Sample]) -> bool:
    """Whether a split of a build to train on would lack a class."""
    try:
        check_classes(samples)
    except DataError:
        return True
    return False


def write_skipped(out: Path, skipped: Sequence[Skipped]) -> None:
    """Writes skipped.csv."""
    rows = pd.DataFrame(
        [(each.path, each.reason, each.detail) for each in skipped],
        columns=["path", "reason", "detail"],
    )
    write_whole(out / SKIPPED, partial(rows.to_csv, index=False))
