"""The paper's six baselines: Keras's own networks, each as one flat graph fed with RGB 0..255."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import keras
from keras import applications, layers, ops

from fascore.errors import FascoreError
from fascore.images import INPUT_SIZE

DROPOUT = 0.2  # before the two logits, as Keras's own networks have it
PATIENCE = 5  # s until a connection counts as none
HOST = "https://storage.googleapis.com"
KERAS_FOLDER = Path.home() / ".keras" / "models"  # where Keras looks before it downloads

# Each network's own scaling, as Keras documents it; EfficientNet and MobileNetV3 have it inside.
_CAFFE_MEANS = (103.939, 116.779, 123.68)  # of blue, green, red
_IMAGENET_MEANS, _IMAGENET_DEVIATIONS = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class WeightsError(FascoreError):
    """Initial weights that cannot be had; the message is one sentence saying what to do."""


def _to_unit(x: Any) -> Any:
    return layers.Rescaling(1 / 127.5, offset=-1, name="to_unit_range")(x)


def _to_caffe(x: Any) -> Any:
    offset = [-mean for mean in _CAFFE_MEANS]
    return layers.Rescaling(1.0, offset=offset, name="subtract_means")(ops.flip(x, axis=-1))


def _to_standard(x: Any) -> Any:
    scale = [1 / (255 * deviation) for deviation in _IMAGENET_DEVIATIONS]
    offset = [-m / d for m, d in zip(_IMAGENET_MEANS, _IMAGENET_DEVIATIONS, strict=True)]
    return layers.Rescaling(scale, offset=offset, name="standardise")(x)


def _as_it_is(x: Any) -> Any:
    return x


@dataclass(frozen=True)
class Baseline:
    """One of Keras's networks with a head for live and spoof; calling it builds it.

    Parameters
    ----------
    network : callable
        From `keras.applications`.
    scale : callable
        From RGB 0..255 to what the network was made for.
    weights_path : str
        Of its ImageNet weights without the top, on Keras's server.
    min_size : int
        Smallest input in pixels; smaller faces are enlarged inside the graph.
    """

    network: Callable[..., keras.Model]
    scale: Callable[[Any], Any]
    weights_path: str
    min_size: int = 32

    def __call__(self, *, weights: str | None = None, size: int = INPUT_SIZE) -> keras.Model:
        """The network as one flat functional graph.

        Takes RGB in 0..255, shape (N, size, size, 3); returns (N, 2) softmax probabilities of live
        and spoof. `last_conv` and `feature_map` are both the last map, as in the plain CNN.

        Parameters
        ----------
        weights : "imagenet", path or None
            Of the convolutional part; None is random.
        """
        inputs = keras.Input((size, size, 3), name="image")
        x = inputs
        if size < self.min_size:
            x = layers.Resizing(self.min_size, self.min_size, name="enlarge")(x)
        body = self.network(include_top=False, weights=weights, input_tensor=self.scale(x))
        x = layers.Identity(name="last_conv")(body.output)
        x = layers.Identity(name="feature_map")(x)
        x = layers.GlobalAveragePooling2D(name="average")(x)
        x = layers.Dropout(DROPOUT, name="dropout")(x)
        # float32 even under mixed precision: the loss and scikit-learn need it
        logits = layers.Dense(2, name="logits", dtype="float32")(x)
        outputs = layers.Softmax(name="probabilities", dtype="float32")(logits)
        return keras.Model(inputs, outputs)

    def check_imagenet(self) -> None:
        """Makes sure the ImageNet weights are on disk or can be downloaded.

        Raises
        ------
        WeightsError
            If neither is so; the message says which file to put where.
        """
        url, name = f"{HOST}/{self.weights_path}", self.weights_path.rsplit("/", 1)[-1]
        if (KERAS_FOLDER / name).exists():
            return
        try:
            with urllib.request.urlopen(
                urllib.request.Request(url, method="HEAD"), timeout=PATIENCE
            ):
                return
        except (URLError, TimeoutError) as err:
            raise WeightsError(
                f"Expected ImageNet weights {name}. Received: no such file in {KERAS_FOLDER} and "
                f"no connection to {HOST}. Download {url} elsewhere and put it into "
                f"{KERAS_FOLDER}, or train with --weights none or --weights FILE."
            ) from err


_FOLDER = "tensorflow/keras-applications"
_SUFFIX = "weights_tf_dim_ordering_tf_kernels_notop.h5"

xception = Baseline(
    applications.Xception, _to_unit, f"{_FOLDER}/xception/xception_{_SUFFIX}", min_size=71
)
resnet50 = Baseline(applications.ResNet50, _to_caffe, f"{_FOLDER}/resnet/resnet50_{_SUFFIX}")
vgg16 = Baseline(applications.VGG16, _to_caffe, f"{_FOLDER}/vgg16/vgg16_{_SUFFIX}")
densenet121 = Baseline(
    applications.DenseNet121, _to_standard, f"{_FOLDER}/densenet/densenet121_{_SUFFIX}"
)
efficientnetb7 = Baseline(
    applications.EfficientNetB7, _as_it_is, "keras-applications/efficientnetb7_notop.h5"
)
mobilenetv3 = Baseline(
    applications.MobileNetV3Large,
    _as_it_is,
    f"{_FOLDER}/mobilenet_v3/weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5",
)
