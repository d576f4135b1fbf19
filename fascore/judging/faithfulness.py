"""Does the network's score follow the map? Insertion and deletion (Petsiuk et al. 2018, RISE).

arXiv:1806.07421.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from fascore.errors import FascoreError
from fascore.explain.attribution import Attribution
from fascore.explain.units import pixel_order, units_of
from fascore.labels import LIVE, SPOOF
from fascore.models.face_model import FaceModel

# 32 steps and two unpaired orders gave intervals no narrower, from four times the pictures
STEPS = 6
RANDOM_ORDERS = 4
FLAT = 1e-6  # probability: scores that differ by less are taken for the same


def blurred(image: np.ndarray) -> np.ndarray:
    """The image without detail, uint8 (S, S, 3): a Gaussian blur of a twelfth of the side."""
    return cv2.GaussianBlur(image, (0, 0), image.shape[0] / 12)


def mean_colour(image: np.ndarray) -> np.ndarray:
    """The image's mean colour at every pixel: uint8 (S, S, 3)."""
    return np.broadcast_to(np.rint(image.mean(axis=(0, 1))).astype(np.uint8), image.shape).copy()


# two blanks, because each favours some maps: blur keeps colours, the mean colour keeps nothing
BLANKS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "blur": blurred,
    "mean": mean_colour,
}


@dataclass(frozen=True)
class Curves:
    """P(target) while a picture is built up from a blank one, or taken apart to it.

    All arrays have shape (steps + 1,).

    Attributes
    ----------
    share : array
        Share of the pixels that are put in or taken out, from 0 to 1.
    insertion : array
        The map's best pixels put in first.
    deletion : array
        The map's best pixels taken out first.
    random : array
        The map's units put in in random order; mean of several orders. Taken out in random order,
        the picture gives the same curve backwards.
    """

    share: np.ndarray
    insertion: np.ndarray
    deletion: np.ndarray
    random: np.ndarray

    @property
    def insertion_gain(self) -> float:
        """Area under insertion minus that under the random order; above 0 is better than chance."""
        return self._area(self.insertion) - self._area(self.random)

    @property
    def deletion_gain(self) -> float:
        """Area under the random order minus that under deletion; above 0 is better than chance."""
        return self._area(self.random) - self._area(self.deletion)

    def _area(self, scores: np.ndarray) -> float:
        """Trapezoids; NaN if no order moves the score: then no order is better than another."""
        both = np.concatenate([self.insertion, self.deletion, self.random])
        return float(np.trapezoid(scores, self.share)) if np.ptp(both) > FLAT else float("nan")


@dataclass(frozen=True)
class Faithfulness:
    """How well one map orders the pixels, with curves for each of `BLANKS`.

    `defined` is False for a map whose values are all alike: it gives no order.
    """

    curves: dict[str, Curves]
    defined: bool

    @property
    def insertion_gain(self) -> float:
        """Mean over the blank pictures; NaN where it is undefined."""
        return self._mean([curves.insertion_gain for curves in self.curves.values()])

    @property
    def deletion_gain(self) -> float:
        """Mean over the blank pictures; NaN where it is undefined."""
        return self._mean([curves.deletion_gain for curves in self.curves.values()])

    def _mean(self, gains: Sequence[float]) -> float:
        return float(np.mean(gains)) if self.defined else float("nan")


def faithfulness(
    model: FaceModel,
    image: np.ndarray,
    attributions: Sequence[Attribution],
    *,
    steps: int = STEPS,
    draws: int = RANDOM_ORDERS,
    seed: int = 0,
) -> list[Faithfulness]:
    """Insertion and deletion of several maps of one model on one image, judged in one go.

    Each step moves the same share of the pixels for every map; the pixels of one unit (cell,
    superpixel) go together. The network judges about ``2 (steps - 1) (2 + draws)`` pictures a map.

    Parameters
    ----------
    model : FaceModel
    image : uint8 array of shape (size, size, 3)
    attributions : sequence of Attribution
        All for the same target.
    steps : int
        Steps of a curve, which has one picture more.
    draws : int
        Random orders that a map is measured against; the same for all models. Each second one is
        the one before backwards: what one shows too early, the other shows too late.
    seed : int
        Draws the random orders, for each picture others: what an order favours by chance would
        else be favoured in every picture, and no mean over pictures would be rid of it.

    Raises
    ------
    FascoreError
        If the maps explain different targets.
    """
    target = _shared_target(attributions)
    # pixels moved after each step, the same for cells and pixels: curves share one axis
    counts = np.rint(np.linspace(0, image[..., 0].size, steps + 1)).astype(int)
    own_seed = (seed, zlib.crc32(image.tobytes()))
    orders = [_orders(attribution, image.shape[0], draws, own_seed) for attribution in attributions]
    blanks = {name: make(image) for name, make in BLANKS.items()}
    # all pictures are made first, so that the network judges them in full batches
    pictures = [image[None], *(blank[None] for blank in blanks.values())]
    pictures += [
        _pictures(image, blank, order, counts, backwards=backwards)
        for blank in blanks.values()
        for own, random in orders
        for order, backwards in _runs(own, random)
    ]
    scores = iter(_probabilities(model, np.concatenate(pictures), target))
    whole, empty = next(scores), {name: next(scores) for name in blanks}
    curves = [dict[str, Curves]() for _ in attributions]
    for name in blanks:
        for of_map in curves:
            inner = np.array([[next(scores) for _ in counts[1:-1]] for _ in range(2 + draws)])
            of_map[name] = _curves(inner, counts / counts[-1], empty=empty[name], whole=whole)
    return [
        Faithfulness(of_map, defined=bool(np.ptp(attribution.values)))
        for of_map, attribution in zip(curves, attributions, strict=True)
    ]


def _shared_target(attributions: Sequence[Attribution]) -> int:
    """The one class that all maps explain."""
    targets = {attribution.target for attribution in attributions}
    if len(targets) != 1:
        raise FascoreError(
            f"Curves follow one target. Received: maps for {sorted(targets)}. "
            "Measure the maps of each target by themselves."
        )
    return targets.pop()


def _curves(inner: np.ndarray, share: np.ndarray, *, empty: float, whole: float) -> Curves:
    """Curves from the scores between their ends, (2 + draws, steps - 1), in the order of `_runs`.

    Insertion and the random orders go from the blank to the whole picture, deletion the other way.
    """
    insertion, deletion, *random = inner
    return Curves(
        share,
        np.array([empty, *insertion, whole]),
        np.array([whole, *deletion, empty]),
        np.mean([[empty, *scores, whole] for scores in random], axis=0),
    )


def _orders(
    attribution: Attribution, size: int, draws: int, seed: Sequence[int]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Pixels in the map's order, and in random orders of its units."""
    ids, values = units_of(attribution, size)
    rng = np.random.default_rng(seed)  # anew for each map: all models meet the same orders
    forwards = [rng.permutation(len(values)) for _ in range((draws + 1) // 2)]
    random = [pixel_order(ids, order) for rank in forwards for order in (rank, -rank)]
    return pixel_order(ids, values), random[:draws]


def _runs(order: np.ndarray, random: Sequence[np.ndarray]) -> Iterator[tuple[np.ndarray, bool]]:
    """Insertion, deletion, then the random insertions: (order, backwards)."""
    yield order, False
    yield order, True
    for random_order in random:
        yield random_order, False


def _pictures(
    image: np.ndarray, blank: np.ndarray, order: np.ndarray, counts: np.ndarray, *, backwards: bool
) -> np.ndarray:
    """The pictures between a curve's ends: uint8 (steps - 1, S, S, 3)."""
    # the place of each pixel in the order, to compare with all steps at once
    place = np.empty(len(order), int)
    place[order] = np.arange(len(order))
    moved = place < counts[1:-1, None]  # (steps - 1, S * S)
    shown = ~moved if backwards else moved
    return np.where(shown.reshape(-1, *image.shape[:2], 1), image, blank)


def _probabilities(model: FaceModel, images: np.ndarray, target: int) -> np.ndarray:
    """P(target) of images: float64 (N,)."""
    spoof = model.spoof_scores(images)
    return {SPOOF: spoof, LIVE: 1 - spoof}[target]
