"""Explanations: one file for each method, one literal registry, and the models x methods grid."""

from fascore.explain.attribution import PREDICTED, TARGETS, Attribution, Explainer, Target
from fascore.explain.grad_cam import GradCAM
from fascore.explain.grid import Step, explain_grid, plan_grid
from fascore.explain.hires_cam import HiResCAM
from fascore.explain.lime_image import LimeImage
from fascore.explain.shap_image import ShapImage

EXPLAINERS: dict[str, type[Explainer]] = {
    explainer.name: explainer for explainer in (GradCAM, HiResCAM, LimeImage, ShapImage)
}


def default_explainers() -> list[type[Explainer]]:
    """Those that pages show and commands measure, unless others are asked for."""
    return [explainer for explainer in EXPLAINERS.values() if explainer.by_default]


def method_title(name: str) -> str:
    """A method's title on pages; its name, where it is not registered (any more)."""
    return EXPLAINERS[name].title if name in EXPLAINERS else name


__all__ = [
    "EXPLAINERS",
    "PREDICTED",
    "TARGETS",
    "Attribution",
    "Explainer",
    "GradCAM",
    "HiResCAM",
    "LimeImage",
    "ShapImage",
    "Step",
    "Target",
    "default_explainers",
    "explain_grid",
    "method_title",
    "plan_grid",
]
