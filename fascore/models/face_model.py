"""A trained network, loaded and read-only, as the explainers and the pages use it."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from fascore.building import BUILDING
from fascore.errors import FascoreError
from fascore.models import LOGITS

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


def _nothing() -> None:
    """What a model does before each batch unless it is told to do something."""


T = TypeVar("T")
BATCH = 128  # images; larger ones are no faster on a CPU


def spoof_scores(logits: np.ndarray) -> np.ndarray:
    """P(spoof) in [0, 1], float64 (N,), of live and spoof logits (N, 2).

    Examples
    --------
    >>> spoof_scores(np.array([[2.0, 2.0], [0.0, np.log(3.0)]], np.float32)).round(3).tolist()
    [0.5, 0.75]
    """
    live, spoof = logits.T.astype(np.float64)
    return np.asarray(1 / (1 + np.exp(live - spoof)))


class FaceModel:
    """A network by name, with its decision threshold and SHAP background.

    Safe to share between threads: nothing in it changes after construction but caches.

    Parameters
    ----------
    name : str
    network : keras.Model
        Flat functional graph with layers `last_conv`, `feature_map` and `logits`.
    threshold : float
        ``spoof_score >= threshold`` is an attack.
    background : uint8 array of shape (N, size, size, 3), or a callable that gives it, optional
        Training images SHAP measures against; needed only for SHAP. A callable is asked when they
        are first needed.
    """

    def __init__(
        self,
        name: str,
        network: keras.Model,
        *,
        threshold: float = 0.5,
        background: np.ndarray | Callable[[], np.ndarray | None] | None = None,
    ) -> None:
        self.name = name
        self.network = network
        self.threshold = threshold
        self._background = background
        self.before_batch: Callable[[], None] = _nothing
        self._derived: dict[Hashable, Any] = {}
        self._lock = threading.RLock()  # building one derived thing may ask for another

    @property
    def size(self) -> int:
        """Side of the input in pixels."""
        return int(self.network.input_shape[1])

    @property
    def background(self) -> np.ndarray | None:
        """Training images SHAP measures against, uint8 (N, size, size, 3), if there are any."""
        if callable(self._background):
            return self.cached("background", self._background)
        return self._background

    def logits(self, images: np.ndarray, *, batch_size: int = BATCH) -> np.ndarray:
        """Live and spoof logits of RGB 0..255 images (N, size, size, 3): float32 (N, 2).

        Raises
        ------
        FascoreError
            If the images are of another shape or range, or the network gives no finite number.
        """
        self.check_images(images)
        if len(images) == 0:
            return np.empty((0, 2), np.float32)
        starts = range(0, len(images), batch_size)
        batches = (images[start : start + batch_size] for start in starts)
        floats = (batch.astype(np.float32, copy=False) for batch in batches)
        return np.concatenate([self.batch_logits(batch) for batch in floats])

    def batch_logits(self, images: np.ndarray | tf.Tensor) -> np.ndarray:
        """The same of one batch, float32, of images that were checked or made of one that was.

        TensorFlow copies an array and takes a tensor as it is: several networks share a tensor.
        """
        self.before_batch()
        return self.checked(self._forward(images))

    def _forward(self, images: np.ndarray | tf.Tensor) -> np.ndarray:
        return np.asarray(self.cached("logits", self._build_forward)(images))

    def checked(self, logits: np.ndarray) -> np.ndarray:
        """These logits of its own; refuses them if any is no finite number."""
        if broken := int((~np.isfinite(logits)).any(axis=1).sum()):
            raise FascoreError(
                f"Expected finite logits from {self.name}. Received: NaN or infinity for "
                f"{broken:,} of {len(logits):,} images. Its weights are damaged: train it again."
            )
        return logits

    def check_images(self, images: np.ndarray) -> None:
        """Refuses what is not RGB images in 0..255 of this network's size, (N, size, size, 3).

        A network answers to anything of the right shape, so a wrong range would pass unseen.
        """
        remedy = "Make them with fascore.images.face_input."
        if images.ndim != 4 or images.shape[1:] != (self.size, self.size, 3):
            raise FascoreError(
                f"{self.name} takes RGB images of shape (N, {self.size}, {self.size}, 3). "
                f"Received: {images.shape}. {remedy}"
            )
        if images.dtype == np.uint8 or images.size == 0:
            return
        low, high = float(images.min()), float(images.max())  # NaN if one value is
        # a black picture lies in 0..1 too; one with fractions between was divided by 255
        scaled = 0 < high <= 1 and bool((images % 1).any())
        if not (0 <= low and high <= 255) or scaled or images.dtype == bool:
            raise FascoreError(
                f"{self.name} takes images with values from 0 to 255. Received: {images.dtype} "
                f"from {low:g} to {high:g}. {remedy}"
            )

    def spoof_scores(self, images: np.ndarray, *, batch_size: int = BATCH) -> np.ndarray:
        """P(spoof) in [0, 1] of RGB 0..255 images (N, size, size, 3): float64 (N,)."""
        return spoof_scores(self.logits(images, batch_size=batch_size))

    def at(self, threshold: float, *, before_batch: Callable[[], None] | None = None) -> FaceModel:
        """The same network with another decision threshold; what was derived from it is shared.

        Parameters
        ----------
        before_batch : callable, optional
            Called before each batch of passes; it may wait, and what it raises ends the work.
        """
        other = copy.copy(self)
        other.threshold = threshold
        other.before_batch = before_batch or self.before_batch
        return other

    def quick(self) -> FaceModel:
        """The same network for the many evaluations behind a map, faster and a little less exact.

        Never for a verdict or a measure: see `fascore.models.quick`.
        """
        other = copy.copy(self)
        other.network, other._derived = self.cached("quick", lambda: (self._build_quick(), {}))
        return other

    def is_spoof(self, spoof_score: float) -> bool:
        """Whether a score means an attack at this model's threshold; NaN is no score."""
        if not 0 <= spoof_score <= 1:
            raise FascoreError(
                f"Expected a score from 0 to 1. Received: {spoof_score}. Score the image again."
            )
        return spoof_score >= self.threshold

    def _build_forward(self) -> Any:
        import keras  # slow: commands that only parse import this file too
        import tensorflow as tf

        with BUILDING:
            network = keras.Model(self.network.input, self.network.get_layer(LOGITS).output)
        signature = [tf.TensorSpec((None, self.size, self.size, 3), tf.float32)]
        # a compiled function: keras's predict costs ten times as much on one image. Concrete, for
        # TensorFlow warns of tracing as often as there are networks
        forward = tf.function(lambda x: network(x, training=False), input_signature=signature)
        return forward.get_concrete_function()

    def _build_quick(self) -> keras.Model:
        from fascore.models.quick import in_bfloat16, quick_network

        with BUILDING:
            return quick_network(self.network, bfloat16=in_bfloat16())

    def cached(self, key: Hashable, build: Callable[[], T]) -> T:
        """What `build()` returned the first time `key` was asked for; lives as long as the model.

        For what explainers derive from the network and is slow to make: compiled gradients. Others
        wait meanwhile, so `build` may wait for nobody.
        """
        if key not in self._derived:  # what is there is had at once, whatever else is being built
            with self._lock:
                if key not in self._derived:
                    self._derived[key] = build()
        return cast(T, self._derived[key])
