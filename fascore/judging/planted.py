"""Explanations judged where the truth is known: a planted cue alone decides the class.

A network is trained to tell pictures with a cue from pictures without. Whatever else is in them
says nothing, so a map of what spoke for the cue has to point into it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from fascore.explain.attribution import Attribution
from fascore.explain.units import units_of
from fascore.judging.regions import weight_ratios
from fascore.stats.intervals import Interval, flatten_interval, restore_interval
from fascore.stats.rates import owners
from fascore.stats.resampling import mean_intervals

Planted = tuple[np.ndarray, np.ndarray]  # picture uint8 (S, S, 3) and its cue's mask bool (S, S)

PATCH_SIDE, CHECK = 12 / 64, 3  # of the picture's side; pixels
STRIP_WIDTH, STRIP_COLOUR = 6 / 64, (235, 30, 160)  # of the side; magenta, in no face
GRATING_PERIOD, GRATING_SIZE = 4, 24  # pixels; grey levels above and below the picture's own

LEARNT = 0.95  # held-out accuracy: a network below it has not learnt its cue
MIN_SCORED = 10  # pictures: with fewer of them nothing is said
POOLED = "all"  # in place of a model's name, of all models together
FINDS, FAILS, UNTRIED = "finds it", "fails", "not tried"
GROUP = ["cue", "model", "method"]
COLUMNS = [*GROUP, "sample_id", "hit", "share", "area", "ceiling", "accuracy"]
SUMMARY = [
    *GROUP, "networks", "images", "hit", "hit_low", "hit_high", "chance", "ceiling",
    "concentration", "concentration_low", "concentration_high", "empty", "accuracy", "verdict",
]  # fmt: skip


def plant_patch(image: np.ndarray, rng: np.random.Generator) -> Planted:
    """A small checkerboard, black and white, at a random place."""
    side = max(3, round(PATCH_SIDE * len(image)))
    mask = _square(len(image), side, rng)
    check = (np.indices(mask.shape) // CHECK).sum(axis=0) % 2 * 255
    return np.where(mask[..., None], check[..., None], image).astype(np.uint8), mask


def plant_border(image: np.ndarray, rng: np.random.Generator) -> Planted:
    """A strip of one plain colour along one side of the picture."""
    width = max(1, round(STRIP_WIDTH * len(image)))
    mask = np.zeros(image.shape[:2], bool)
    mask[:width] = True
    mask = np.rot90(mask, int(rng.integers(4)))
    return np.where(mask[..., None], STRIP_COLOUR, image).astype(np.uint8), mask


def plant_texture(image: np.ndarray, rng: np.random.Generator) -> Planted:
    """A faint diagonal grating over a quarter of the picture, at a random place."""
    mask = _square(len(image), len(image) // 2, rng)
    phase = 2 * np.pi * (np.indices(mask.shape).sum(axis=0) / GRATING_PERIOD + rng.random())
    grating = (GRATING_SIZE * np.sin(phase) * mask)[..., None]
    return np.rint(image + grating).clip(0, 255).astype(np.uint8), mask


CUES: dict[str, Callable[[np.ndarray, np.random.Generator], Planted]] = {
    "patch": plant_patch,
    "border": plant_border,
    "texture": plant_texture,
}


def plant(images: np.ndarray, cue: str, rng: np.random.Generator) -> Planted:
    """Copies of images with a cue, uint8 (N, S, S, 3), and their masks, bool (N, S, S)."""
    planted, masks = zip(*(CUES[cue](image, rng) for image in images), strict=True)
    return np.stack(planted), np.stack(masks)


@dataclass(frozen=True)
class PlantedScore:
    """How well one map found a cue.

    Attributes
    ----------
    hit : float
        Pointing game: share of the map's highest pixels that lie in the cue, in [0, 1].
    share : float
        Share of the positive attribution that lies in the cue; NaN if nothing is positive.
    area : float
        The cue's share of the picture. A map that knows nothing has this as `hit` and as `share`.
    ceiling : float
        The best `hit` that a map with these cells or superpixels could have.
    """

    model: str
    method: str
    hit: float
    share: float
    area: float
    ceiling: float


def score_planted(attributions: Sequence[Attribution], mask: np.ndarray) -> list[PlantedScore]:
    """Scores of one picture's maps against its cue's mask, bool (S, S), in order.

    The cue is not widened: a hit by chance is then exactly as likely as the cue is large. A map
    that is coarser than the cue cannot have every hit; `ceiling` says how many it could.
    """
    scores = []
    for attribution in attributions:
        ids, units = units_of(attribution, len(mask))
        values = units[ids]
        area = float(mask.mean())
        share = weight_ratios(values, {"cue": mask})["cue"] * area
        covered = np.bincount(ids.ravel(), mask.ravel()) / np.bincount(ids.ravel())
        hit = pointing_game(values, mask)
        scores.append(
            PlantedScore(attribution.model, attribution.method, hit, share, area, covered.max())
        )
    return scores


def pointing_game(values: np.ndarray, mask: np.ndarray) -> float:
    """Share of a map's highest pixels that lie in the mask, in [0, 1] (Zhang et al. 2018).

    1 or 0 where one pixel is the highest. A coarse map has several, and a constant one all of
    them: the share is the chance of a hit if one of them is drawn.

    Examples
    --------
    >>> values = np.array([[0.9, 0.9], [0.2, 0.1]])
    >>> pointing_game(values, np.array([[True, False], [True, False]]))
    0.5
    """
    return float(mask[values == values.max()].mean())


def summarise_planted(table: pd.DataFrame, subjects: pd.Series | None = None) -> pd.DataFrame:
    """How every method did on every cue: over all models (`model` is POOLED), and model by model.

    The verdict follows from a rule. FINDS: the lower ends of both intervals, of hit rate and of
    concentration, are above chance. FAILS: one of them is not. UNTRIED: the network had not learnt
    the cue, or fewer than MIN_SCORED pictures, or those of one subject alone, were scored. An empty
    map points nowhere: it counts as chance in both measures, and `empty` says how many there were.

    Parameters
    ----------
    table : DataFrame
        COLUMNS, with one row for each map; a network that has not learnt its cue has rows without
        a sample.
    subjects : Series of str, optional
        Whose picture each sample_id is; "" where it is not known.

    Returns
    -------
    DataFrame
        cue, model, method, networks (scored), images, hit, hit_low, hit_high, chance (mean area),
        ceiling, concentration (mean of share over area), concentration_low, concentration_high,
        empty, accuracy (of the worst network), verdict. Intervals are 95 %, of each
        picture's mean over models, over subjects where they are known (`mean_intervals`).
    """
    table = table.assign(network=table["model"])
    both = pd.concat([table.assign(model=POOLED), table])
    groups = both.groupby(GROUP, sort=False)
    rows = [dict(zip(GROUP, key, strict=True)) | _summary(group, subjects) for key, group in groups]
    return pd.DataFrame(rows, columns=SUMMARY)


def measured_intervals(table: pd.DataFrame, measure: str) -> list[Interval | None]:
    """A measure ("hit", "concentration") of each row of `summarise_planted`; None if untried."""
    rows = table.assign(**{f"{measure}_n": table["images"]}).to_dict("records")
    return [restore_interval(row, measure, prefix=f"{measure}_") for row in rows]


def _summary(rows: pd.DataFrame, subjects: pd.Series | None) -> dict[str, float | int | str]:
    """What `summarise_planted` says of the maps of one group."""
    scored = rows[rows["sample_id"].notna()]
    if scored.empty:
        nothing = dict.fromkeys(("networks", "images", "empty"), 0)
        return nothing | {"accuracy": rows["accuracy"].min(), "verdict": UNTRIED}
    concentrations = (scored["share"] / scored["area"]).fillna(1.0)
    by_picture = scored.assign(concentration=concentrations).groupby("sample_id")
    means = by_picture[["hit", "concentration"]].mean()
    whose = [""] * len(means) if subjects is None else subjects.reindex(means.index).fillna("")
    intervals = mean_intervals(means.to_numpy(float), owners(list(whose))[0])
    hit, concentration = cast(list[Interval], intervals)  # both are defined on every picture
    chance = float(scored["area"].mean())
    found = hit.low > chance and concentration.low > 1
    enough = hit.n >= MIN_SCORED and not np.isnan(hit.low)  # one subject alone has no interval
    return {
        "networks": scored["network"].nunique(),
        "images": hit.n,
        **flatten_interval(hit, "hit", prefix="hit_"),
        "chance": chance,
        "ceiling": float(scored["ceiling"].mean()),
        **flatten_interval(concentration, "concentration", prefix="concentration_"),
        "empty": int(scored["share"].isna().sum()),
        "accuracy": float(scored["accuracy"].min()),
        "verdict": (FINDS if found else FAILS) if enough else UNTRIED,
    }


def _square(size: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """A square at a random place: bool (size, size)."""
    row, column = rng.integers(0, size - side + 1, 2)
    mask = np.zeros((size, size), bool)
    mask[row : row + side, column : column + side] = True
    return mask
