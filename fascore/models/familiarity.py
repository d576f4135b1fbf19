"""Whether a picture is like those a network was trained on, by what its own layers make of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from fascore.errors import FascoreError, StoreError
from fascore.files import write_whole
from fascore.models import FEATURE_MAP, LOGITS
from fascore.models.face_model import BATCH, FaceModel, spoof_scores

if TYPE_CHECKING:
    import keras

FALSE_ALARMS = 0.01  # of validation pictures


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
    """

    means: np.ndarray
    precisions: np.ndarray
    offsets: np.ndarray
    limit: float = np.inf

    def is_unfamiliar(self, features: np.ndarray) -> np.ndarray:
        """Which pictures are unlike those the network was trained on: bool (n,)."""
        return np.asarray(self.distance(features) > self.limit)

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


def limit_of(distances: np.ndarray) -> float:
    """The distance beyond which a picture is unfamiliar: at most 1 % of these lie further out.

    Examples
    --------
    >>> limit_of(np.arange(200.0))
    198.0
    """
    return float(np.quantile(distances, 1 - FALSE_ALARMS, method="higher"))


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


def features(model: FaceModel, images: np.ndarray, *, batch_size: int = BATCH) -> np.ndarray:
    """The mean of each channel of a network's `stages`: float32 (n, channels).

    Parameters
    ----------
    images : array of shape (n, size, size, 3)
        RGB in 0..255.
    """
    return np.concatenate([means for _, means in _passes(model, images, batch_size)])


def scores_and_features(model: FaceModel, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P(spoof), float64 (n,), and `features`, both of one forward pass.

    Raises
    ------
    FascoreError
        As `FaceModel.spoof_scores`.
    """
    logits, means = zip(*_passes(model, images, BATCH), strict=True)
    return spoof_scores(model.checked(np.concatenate(logits))), np.concatenate(means)


def _passes(
    model: FaceModel, images: np.ndarray, batch_size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Logits and channels' means, batch by batch."""
    model.check_images(images)
    forward = model.cached("familiarity", lambda: _logits_and_means(model))
    for at in range(0, len(images), batch_size):
        logits, means = forward(images[at : at + batch_size].astype(np.float32))
        yield np.asarray(logits), np.asarray(means)


def _logits_and_means(model: FaceModel) -> Any:
    import keras
    import tensorflow as tf

    outputs = [model.network.get_layer(name).output for name in (LOGITS, *stages(model.network))]
    network = keras.Model(model.network.input, outputs)
    signature = [tf.TensorSpec((None, model.size, model.size, 3), tf.float32)]

    def run(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        logits, *maps = network(images, training=False)
        means = [tf.reduce_mean(tf.cast(each, tf.float32), axis=[1, 2]) for each in maps]
        return logits, tf.concat(means, axis=1)

    return tf.function(run, input_signature=signature)


def write_familiarity(path: Path, familiarity: Familiarity, *, made_from: str) -> None:
    """Writes it beside a network; `made_from` says of what weights and training pictures it is."""
    write_whole(
        path,
        lambda temporary: np.savez_compressed(
            temporary, made_from=np.array(made_from), **asdict(familiarity)
        ),
    )


def read_familiarity(path: Path) -> tuple[Familiarity, str]:
    """What `write_familiarity` wrote.

    Raises
    ------
    StoreError
        If the file cannot be read.
    """
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            fields = {name: arrays[name] for name in ("means", "precisions", "offsets")}
            limit = float(arrays["limit"])
            if not limit > 0:  # NaN would say that every picture is familiar
                raise ValueError("no limit above 0")
            return Familiarity(**fields, limit=limit), str(arrays["made_from"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as err:
        raise StoreError(
            f"Expected what a network knows of its training pictures in {path}. Received: a file "
            "that cannot be read. Delete it, and let `python -m trainer evaluate` make it anew."
        ) from err
