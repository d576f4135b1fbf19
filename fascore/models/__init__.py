"""The networks, as one literal registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras

from fascore.models import baselines
from fascore.models.custom_cnn import build_custom_cnn

LAST_CONV, FEATURE_MAP, LOGITS = "last_conv", "feature_map", "logits"  # in every model


@dataclass(frozen=True)
class ModelSpec:
    """A network that can be built: its name in files, its title on pages, its builder."""

    name: str
    title: str
    build: Callable[..., keras.Model]  # takes `size`; a baseline also takes `weights`


_VARIANTS = (
    ModelSpec("cnn", "CNN", build_custom_cnn),
    ModelSpec("cnn_channel", "CNN + channel", partial(build_custom_cnn, channel=True)),
    ModelSpec("cnn_spatial", "CNN + spatial", partial(build_custom_cnn, spatial=True)),
    ModelSpec(
        "cnn_channel_spatial",
        "CNN + channel + spatial",
        partial(build_custom_cnn, channel=True, spatial=True),
    ),
)
_BASELINES = (
    ModelSpec("xception", "Xception", baselines.xception),
    ModelSpec("resnet50", "ResNet50", baselines.resnet50),
    ModelSpec("vgg16", "VGG16", baselines.vgg16),
    ModelSpec("densenet121", "DenseNet121", baselines.densenet121),
    ModelSpec("efficientnetb7", "EfficientNetB7", baselines.efficientnetb7),
    ModelSpec("mobilenetv3", "MobileNetV3", baselines.mobilenetv3),
)
VARIANTS = {spec.name: spec for spec in _VARIANTS}
BASELINES = {spec.name: spec for spec in _BASELINES}
MODELS = VARIANTS | BASELINES
