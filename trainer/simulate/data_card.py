"""The demo data set's card: written from the files themselves and from the audit's numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from fascore.data import open_data
from fascore.errors import FascoreError
from fascore.files import sha256, write_whole
from fascore.labels import SPOOF_TYPES
from trainer.simulate.heads.fetch import PACKAGES
from trainer.simulate.layout import EVIDENCE, FACES
from trainer.simulate.rendered import NAME, Settings

CARD = "DATA_CARD.md"
MEASURED = "## Measured\n"
NOT_YET = "Not measured yet: run `python -m trainer audit` with `--card`.\n"

TEXT = """# {name}

{images} pictures of {identities} people who do not exist, {side}: half live, half presentation
attacks. A demonstration, teaching and test set. **No score on it is the accuracy of a detector**:
networks trained on it alone call about every second real face an attack.

## How it was made
`python -m trainer simulate --identities {identities} --seed {seed}` makes the same bytes again.
Parametric heads (shape, skin, hair, glasses, expression, light and background drawn by seed) are
rendered in linear light. For attacks the rendering is printed and bent, shown on a screen with
sub-pixels and moire, or another person's face is moulded into a mask with eye holes and a rim.
Every class then goes through the same simulated phone camera, whose exposure, contrast,
saturation, white balance and sharpness are drawn from one distribution for all, so that the
class shows in structure and not in global colour.

## What is in it
CelebA-Spoof's layout: `Data/{{train,test}}/<subject>/{{live,spoof}}/NNNNNN.jpg` beside `_BB.txt`
(x y w h score in a 224 x 224 frame), `metas/intra_test/*_label.json` (44 integers). Beyond it:
`metas/annotations.json` (exact box, five landmarks, mask material, conditions of live pictures
too) and, in {evidence}, 1-bit masks of what gives an attack away (paper edges, fingers, bezels,
mask rims and holes).

{counts}

| File | Bytes | SHA-256 |
|---|---|---|
{files}

## Sources and licences
Needed only to make new faces, fetched by `trainer simulate` and checked; none are in this folder.

{sources}

The pictures are our own renderings and come under this repository's licence.

## Limits
Simulated faces with simulated attacks: fewer skins, hair styles, rooms, papers, screens and masks
than there are outside; no ears covered, no hats, no occlusion but hands and glasses; one camera.
Six pictures of a person share face, hair and clothes.

"""


def write_data_card(folder: Path, settings: Settings) -> None:
    """Writes DATA_CARD.md beside the archives, without measurements."""
    source = open_data(folder / FACES)
    samples = source.samples()
    picture = source.picture(samples[0])
    text = TEXT.format(
        name=NAME,
        images=len(samples),
        identities=settings.identities,
        side=f"{picture.shape[1]} x {picture.shape[0]} px",
        seed=settings.seed,
        evidence=EVIDENCE,
        counts=_counts_table(Counter((s.split, s.spoof_type) for s in samples)),
        files="\n".join(_file_row(folder / name) for name in (FACES, EVIDENCE)),
        sources="\n".join(f"- {p.name}: {p.licence}. SHA-256 {p.sha256}." for p in PACKAGES),
    )
    text += MEASURED + NOT_YET
    write_whole(folder / CARD, lambda path: path.write_text(text, encoding="utf-8"))


def add_measurements(card: Path, statistics: pd.DataFrame, networks: pd.DataFrame) -> None:
    """Puts the audit's numbers in place of the card's last section."""
    text, found, _ = card.read_text(encoding="utf-8").partition(MEASURED)
    if not found:
        raise FascoreError(
            f"Expected a data card with a section {MEASURED.strip()!r}. Received: {card}. "
            "Give the card that `trainer simulate` wrote."
        )
    text += MEASURED + (
        "By `python -m trainer audit`, on the test split's identities, unseen in training.\n\n"
        "AUC of a logistic regression on 13 global colour, brightness and sharpness statistics "
        "(what a shortcut could use):\n\n"
        f"{_markdown(statistics)}\n\n"
        "AUC of the shipped networks, one training run each:\n\n"
        f"{_markdown(networks)}\n"
    )
    write_whole(card, lambda path: path.write_text(text, encoding="utf-8"))


def _counts_table(counts: Counter[tuple[str, int]]) -> str:
    """Pictures by type and split, as a Markdown table."""
    rows = ["| Type (code) | train | test |", "|---|---|---|"]
    for code in sorted({spoof_type for _, spoof_type in counts}):
        train, test = counts["train", code], counts["test", code]
        rows.append(f"| {SPOOF_TYPES[code]} ({code}) | {train} | {test} |")
    return "\n".join(rows)


def _file_row(path: Path) -> str:
    return f"| {path.name} | {path.stat().st_size} | {sha256(path)} |"


def _markdown(table: pd.DataFrame) -> str:
    """A table of rates as Markdown."""
    head = ["", *table.columns]
    rows = [[name, *(f"{rate:.3f}" for rate in rates)] for name, *rates in table.itertuples()]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
