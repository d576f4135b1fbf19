"""What if the places that speak most for a verdict were hidden? How many turn it?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from fascore.explain.attribution import PIXELS, Attribution, Kind
from fascore.explain.units import on_grid, units_of
from fascore.judging.faithfulness import blurred
from fascore.labels import SPOOF
from fascore.models.face_model import FaceModel

MOST = 20  # regions
DRAWS = 4  # random orders


@dataclass(frozen=True)
class Hiding:
    """One network's scores while regions of a picture are hidden, k = 0, 1, ... of them.

    Attributes
    ----------
    pictures : uint8 array of shape (most + 1, size, size, 3)
        With the k regions hidden that speak most for the verdict.
    scores : float array of shape (most + 1,)
        P(spoof) of these.
    random : float array of shape (draws, most + 1)
        P(spoof) with as many regions hidden in random orders.
    threshold : float
    """

    pictures: np.ndarray
    scores: np.ndarray
    random: np.ndarray
    threshold: float

    @property
    def turns_at(self) -> int | None:
        """The fewest regions whose hiding turns the verdict; None if it stays."""
        turned = np.flatnonzero(self._turned(self.scores))
        return int(turned[0]) if len(turned) else None

    def random_turned(self, count: int) -> int:
        """How many of the random orders turn the verdict with `count` regions hidden."""
        return int(self._turned(self.random[:, count]).sum())

    def _turned(self, scores: np.ndarray) -> np.ndarray:
        return np.asarray((scores >= self.threshold) != (self.scores[0] >= self.threshold))


def hide(
    model: FaceModel,
    image: np.ndarray,
    attribution: Attribution,
    *,
    kind: Kind,
    most: int = MOST,
    draws: int = DRAWS,
    seed: int = 0,
) -> Hiding:
    """A network's scores while the regions are hidden that a map says speak for its verdict.

    A region is a superpixel, a cell, or a cell of the 8 x 8 grid that a map by pixel is summed on.
    What is hidden is blurred until no detail is left. The network judges 1 + (1 + draws) most
    pictures.

    Parameters
    ----------
    model : FaceModel
        Its threshold says what the verdict is.
    image : uint8 array of shape (size, size, 3)
    attribution : Attribution
        A signed map of this network and image.
    kind : {"cells", "superpixels", "pixels"}
        Of the map's explainer.
    most : int
        Regions to hide at most; all of them where there are fewer.
    draws : int
        Random orders; the same for all networks whose maps have as many regions.
    seed : int
        Draws the random orders.
    """
    if kind == PIXELS:
        attribution = replace(attribution, values=on_grid(attribution.values))
    ids, values = units_of(attribution, len(image))
    spoof = model.is_spoof(float(model.spoof_scores(image[None])[0]))
    speaks = values if spoof == (attribution.target == SPOOF) else -values
    rng = np.random.default_rng(seed)
    orders = [np.argsort(-speaks, kind="stable")]
    orders += [rng.permutation(len(values)) for _ in range(draws)]
    most = min(most, len(values))
    pictures = np.stack([_pictures(image, ids, order[:most]) for order in orders])
    scores = model.spoof_scores(pictures.reshape(-1, *image.shape)).reshape(len(orders), most + 1)
    return Hiding(pictures[0], scores[0], scores[1:], model.threshold)


def _pictures(image: np.ndarray, ids: np.ndarray, order: np.ndarray) -> np.ndarray:
    """The image with the first 0, 1, ... regions of the order hidden."""
    place = np.full(int(ids.max()) + 1, len(order))
    place[order] = np.arange(len(order))
    hidden = place[ids] < np.arange(len(order) + 1)[:, None, None]
    return np.where(hidden[..., None], blurred(image), image)
