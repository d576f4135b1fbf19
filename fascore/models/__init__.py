"""The networks, as one literal registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import keras

LAST_CONV, FEATURE_MAP, LOGITS = "last_conv", "feature_map", "logits"  # in every model

GateKind = Literal["channel", "spatial"]  # of a layer of attention
CHANNEL: GateKind = "channel"
SPATIAL: GateKind = "spatial"


@dataclass(frozen=True)
class ModelSpec:
    """A network that can be built: its name in files, its title on pages, its builder.

    The builder is imported when it is called: whoever reads only names and titles needs no Keras.

    Parameters
    ----------
    builder : str
        ``module.function`` of this package.
    options : mapping
        What the builder is called with to make this very network.
    """

    name: str
    title: str
    builder: str
    options: Mapping[str, bool] = field(default_factory=dict)

    def build(self, **options: Any) -> keras.Model:
        """The untrained network; takes `size`, and of a baseline also `weights`."""
        builder = getattr(self.imported(), self.builder.split(".")[1])
        return builder(**self.options, **options)

    def imported(self) -> ModuleType:
        """The builder's module; importing it registers the layers that it defines or uses."""
        return import_module(f"{__name__}.{self.builder.split('.')[0]}")


_VARIANTS = (
    ModelSpec("cnn", "CNN", "custom_cnn.build_custom_cnn"),
    ModelSpec("cnn_channel", "CNN + channel", "custom_cnn.build_custom_cnn", {"channel": True}),
    ModelSpec("cnn_spatial", "CNN + spatial", "custom_cnn.build_custom_cnn", {"spatial": True}),
    ModelSpec(
        "cnn_channel_spatial",
        "CNN + channel + spatial",
        "custom_cnn.build_custom_cnn",
        {"channel": True, "spatial": True},
    ),
)
_BASELINES = (
    ModelSpec("xception", "Xception", "baselines.xception"),
    ModelSpec("resnet50", "ResNet50", "baselines.resnet50"),
    ModelSpec("vgg16", "VGG16", "baselines.vgg16"),
    ModelSpec("densenet121", "DenseNet121", "baselines.densenet121"),
    ModelSpec("efficientnetb7", "EfficientNetB7", "baselines.efficientnetb7"),
    ModelSpec("mobilenetv3", "MobileNetV3", "baselines.mobilenetv3"),
)
VARIANTS = {spec.name: spec for spec in _VARIANTS}
BASELINES = {spec.name: spec for spec in _BASELINES}
MODELS = VARIANTS | BASELINES


def model_title(name: str) -> str:
    """A model's title on pages; its name, where it is not registered (any more)."""
    return MODELS[name].title if name in MODELS else name
