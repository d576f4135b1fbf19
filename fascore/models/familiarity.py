"""Whether a picture is like those a network was trained on, by what its own layers make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fascore.errors import FascoreError
from fascore.models import FEATURE_MAP, LOGITS
from fascore.models.face_model import BATCH, FaceModel, spoof_scores
from fascore.models.layout import Layout

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

FALSE_ALARMS = 0.01  # of validation pictures
GRID, MOST = 8, 8192  # places a side of a map that is asked for its layout, and values in all


class TooFewError(FascoreError):
    """Too few training pictures to tell from what is unlike them."""


@dataclass(frozen=True)
class Familiarity:
    """Where a network's features of its training pictures lie: a normal distribution a group.

    Attributes
    ----------
    means : float32 array of shape (groups, features)
    precisions : float32 array of shape (groups, features, features)
        Inverse covariances.
    offsets : float64 array of shape (groups,)
        Logarithm of each covariance's determinant, above the smallest.
    limit : float
        The distance beyond which a picture is unfamiliar (`limit_of` validation's).
    layout : Layout or None
        What tells how a picture is laid out; None in files of before 0.2.
    """

    means: np.ndarray
    precisions: np.ndarray
    offsets: np.ndarray
    limit: float = np.inf
    layout: Layout | None = None

    def is_unfamiliar(self, features: np.ndarray) -> np.ndarray:
        """Which pictures are unlike those the network was trained on: bool (n,).

        Parameters
        ----------
        features : float array of shape (n, values)
            `features` of the pictures.
        """
        num_means = self.means.shape[1]
        strange = self.distance(features[:, :num_means]) > self.limit
        if self.layout is not None:
            strange |= self.layout.strangeness(features[:, num_means:]) > self.layout.limit
        return np.asarray(strange)

    def distance(self, features: np.ndarray) -> np.ndarray:
        """How far pictures are from the nearest group, in standard deviations: float64 (n,).

        The Mahalanobis distance, to whose square a group that spreads more adds the logarithm of by
        how much more, so that it does not swallow what is between the groups (quadratic
        discriminant analysis; of networks' features: Lee et al. 2018, "A Simple Unified Framework
        for Detecting Out-of-Distribution Samples").

        Parameters
        ----------
        features : float array of shape (n, features)
        """
        squares = []
        for mean, precision, offset in zip(self.means, self.precisions, self.offsets, strict=True):
            off = features.astype(float) - mean
            squares.append(((off @ precision) * off).sum(axis=1) + offset)
        return np.asarray(np.sqrt(np.maximum(np.min(squares, axis=0), 0)))


def fit_familiarity(features: np.ndarray, groups: np.ndarray) -> Familiarity:
    """The distribution of training pictures' features, group by group.

    Covariances are shrunk towards a multiple of the identity as Ledoit and Wolf (2004) found best
    for so many pictures: a small group's would have no inverse.

    Parameters
    ----------
    features : float array of shape (n, features)
    groups : array of shape (n,)
        What may look different, as the class; groups of one picture alone are left out.

    Raises
    ------
    TooFewError
        If no group has two pictures, or all pictures of one are the same to the network.
    """
    from sklearn.covariance import LedoitWolf  # slow to import

    names, sizes = np.unique(groups, return_counts=True)
    if sizes.max(initial=0) < 2:
        raise TooFewError(_too_few(f"one each of {len(names)} classes"))
    fitted = [LedoitWolf().fit(features[groups == name]) for name in names[sizes > 1]]
    offsets = np.array([np.linalg.slogdet(each.covariance_)[1] for each in fitted])
    if not np.isfinite(offsets).all():  # no spread: nothing is near or far
        raise TooFewError(_too_few("pictures that are all the same to the network"))
    return Familiarity(
        np.stack([each.location_ for each in fitted]).astype(np.float32),
        np.stack([each.precision_ for each in fitted]).astype(np.float32),
        offsets - offsets.min(),
    )


def _too_few(received: str) -> str:
    return (
        f"Expected at least two training pictures of a class that differ. Received: {received}. "
        "Train on more pictures."
    )


def limit_of(distances: np.ndarray, *, false_alarms: float = FALSE_ALARMS) -> float:
    """The distance beyond which a picture is unfamiliar: at most this share lies further out.

    Examples
    --------
    >>> limit_of(np.arange(200.0))
    198.0
    """
    return float(np.quantile(distances, 1 - false_alarms, method="higher"))


def stages(network: keras.Model) -> list[str]:
    """The layers that are asked: the last one at each resolution, and the last map.

    From edges and texture to what the verdict is made of; a picture may be strange in any of them.
    """
    import keras

    last: keras.Layer = network.get_layer(FEATURE_MAP)
    side = last.output.shape[1]
    found: dict[int, str] = {}
    for layer in network.layers[: network.layers.index(last)]:
        shape: tuple[int, ...] = tuple(getattr(layer.output, "shape", ()))
        # no padding, which belongs to the next layer, and not the picture's own three colours
        padding = isinstance(layer, keras.layers.ZeroPadding2D)
        if len(shape) == 4 and shape[1] > side and shape[3] > 3 and not padding:
            found[shape[1]] = layer.name
    return [*found.values(), FEATURE_MAP]


def num_means(network: keras.Model) -> int:
    """How many of a network's `features` are means of channels: the first ones."""
    return sum(network.get_layer(name).output.shape[-1] for name in stages(network))


def features(model: FaceModel, images: np.ndarray, *, batch_size: int = BATCH) -> np.ndarray:
    """What is asked of a network's layers: float32 (n, values).

    First the mean of each channel of its `stages`; then, place by place, the map of the stage
    before the last, which has seen texture and still knows where it is.

    Parameters
    ----------
    images : array of shape (n, size, size, 3)
        RGB in 0..255.
    """
    return np.concatenate([found for _, found in _passes(model, images, batch_size)])


def scores_and_features(model: FaceModel, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P(spoof), float64 (n,), and `features`, both of one forward pass.

    Raises
    ------
    FascoreError
        As `FaceModel.spoof_scores`.
    """
    logits, found = zip(*_passes(model, images, BATCH), strict=True)
    return spoof_scores(model.checked(np.concatenate(logits))), np.concatenate(found)


def _passes(
    model: FaceModel, images: np.ndarray, batch_size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Logits and `features`, batch by batch."""
    model.check_images(images)
    forward = model.cached("familiarity", lambda: _logits_and_features(model))
    for at in range(0, len(images), batch_size):
        logits, found = forward(images[at : at + batch_size].astype(np.float32))
        yield np.asarray(logits), np.asarray(found)


def _logits_and_features(model: FaceModel) -> Any:
    import keras
    import tensorflow as tf

    outputs = [model.network.get_layer(name).output for name in (LOGITS, *stages(model.network))]
    network = keras.Model(model.network.input, outputs)
    signature = [tf.TensorSpec((None, model.size, model.size, 3), tf.float32)]

    def run(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        logits, *maps = network(images, training=False)
        maps = [tf.cast(each, tf.float32) for each in maps]
        means = [tf.reduce_mean(each, axis=[1, 2]) for each in maps]
        return logits, tf.concat([*means, _grid(maps[-2:][0])], axis=1)

    return tf.function(run, input_signature=signature)


def _grid(of_layer: tf.Tensor) -> tf.Tensor:
    """A map on fewer places, each their mean, flattened: (n, places * channels)."""
    import tensorflow as tf

    side, channels = min(GRID, of_layer.shape[1]), of_layer.shape[3]
    while side > 1 and side**2 * channels > MOST:
        side //= 2
    places = tf.image.resize(of_layer, (side, side), method="area")
    return tf.reshape(places, (-1, side**2 * channels))
