"""Options that several commands share, and the kinds of numbers they take."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from fascore.explain import EXPLAINERS, Explainer, default_explainers
from fascore.explain.attribution import settings_of
from fascore.models import BASELINES, MODELS, VARIANTS
from trainer.crops import SKIP, WITHOUT_FACE
from trainer.recipes import RECIPES, Augment

ROOT_HELP = (
    "CelebA-Spoof, unpacked; folders named live, spoof, …; a .zip of either; a CSV table "
    "path,label,…; or a JSON file that names several of these"
)
MODEL_GROUPS = {"all": MODELS, "variants": VARIANTS, "baselines": BASELINES}


def _at_least(kind: Callable[[str], float], least: float) -> Callable[[str], float]:
    """An argument type: a number not below `least`."""

    def number(text: str) -> float:
        value = kind(text)
        if not least <= value < math.inf:
            raise argparse.ArgumentTypeError(f"expected {least} or more, received {text}")
        return value

    number.__name__ = kind.__name__  # argparse says it when the text is no number
    return number


def rate(text: str) -> float:
    """An argument type: a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, received {text}")
    return value


def number_option(
    parser: argparse.ArgumentParser,
    option: str,
    help: str,
    *,
    least: float = 0,
    default: float | None = None,
    told: str | None = None,
) -> None:
    """An option that is a number of the kind of `least`; `told` says its default in words."""
    parser.add_argument(
        option,
        type=_at_least(type(least), least),
        default=default,
        help=f"{help}; default: {told or default}",
    )


def data_option(parser: argparse.ArgumentParser) -> None:
    """The option that names a build."""
    parser.add_argument("--data", type=Path, required=True, help="build that prepare wrote")


def store_option(parser: argparse.ArgumentParser) -> None:
    """The option that names a store."""
    parser.add_argument("--store", type=Path, required=True, help="folder of trained models")


def test_set_option(parser: argparse.ArgumentParser, help: str) -> None:
    """The option that names one of a store's test sets."""
    parser.add_argument(
        "--test-set",
        default="",
        metavar="NAME",
        help=f"{help}; default: the networks' own test split",
    )


def without_face_option(parser: argparse.ArgumentParser) -> None:
    """The option that says what becomes of a picture without a face."""
    parser.add_argument(
        "--without-face",
        choices=WITHOUT_FACE,
        default=SKIP,
        help="what to do with a picture without a labelled box in which no face is found: leave "
        f"it out, or take all of it; default: {SKIP}",
    )


def jobs_option(parser: argparse.ArgumentParser) -> None:
    """The option that says how many processes work."""
    number_option(parser, "--jobs", "worker processes", least=1, told="one for each core")


def again_option(parser: argparse.ArgumentParser) -> None:
    """The option that makes anew what is there."""
    parser.add_argument(
        "--again",
        action="store_true",
        help="make anew what is there already, also where it was made from other data or settings",
    )


def samples_option(kind: type[Explainer]) -> str:
    """The name of the option that limits an explainer's samples, as argparse keeps it."""
    return f"{kind.name}_samples"


def methods_options(parser: argparse.ArgumentParser) -> None:
    """Which explainers, and an option for each registered one that samples."""
    usual = [kind.name for kind in default_explainers()]
    parser.add_argument(
        "--methods",
        nargs="+",
        choices=EXPLAINERS,
        default=usual,
        metavar="NAME",
        help=f"explanation methods: {', '.join(EXPLAINERS)}; default: {' '.join(usual)}",
    )
    for kind in EXPLAINERS.values():
        if kind.sample_field:
            setting = settings_of(kind)[kind.sample_field]
            option = f"--{samples_option(kind).replace('_', '-')}"
            help = f"{kind.title}: {setting.help.rstrip('.')}".replace("%", "%%")
            number_option(parser, option, help, least=int(setting.low), default=setting.default)


def models_option(parser: argparse.ArgumentParser, names: Sequence[str], *, default: str) -> None:
    """Names of models and of groups of them; groups are spelt in the help, then names."""
    groups = [name for name in names if name in MODEL_GROUPS]
    single = [name for name in names if name not in MODEL_GROUPS]
    parser.add_argument(
        "--models",
        nargs="+",
        choices=names,
        default=[default],
        metavar="NAME",
        help=f"{', '.join(groups)}, or names: {', '.join(single)}; default: {default}",
    )


def recipe_options(parser: argparse.ArgumentParser) -> None:
    """The recipe, what of it to change, and the arithmetic."""
    parser.add_argument(
        "--recipe",
        choices=RECIPES,
        default="paper",
        help="how the networks are trained (trainer/recipes.py); default: paper",
    )
    for option, least, help in (
        ("--epochs", 1, "epochs of training, at most"),
        ("--batch-size", 1, "images in one training step"),
        ("--learning-rate", 1e-9, "learning rate at the start of training"),
    ):
        number_option(parser, option, help, least=least, told="the recipe's")
    parser.add_argument(
        "--augment",
        choices=get_args(Augment),
        help="what changes images in training: light flips and shifts them, strong also changes "
        "scale, tone, sharpness, noise and compression, hard more of these and the light; default: "
        "the recipe's (paper: none)",
    )
    parser.add_argument(
        "--precision",
        choices=("auto", "float32", "mixed_bfloat16", "mixed_float16"),
        default="auto",
        help="precision of the arithmetic while training; weights stay float32; default: auto",
    )
