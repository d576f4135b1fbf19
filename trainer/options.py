"""The commands' options."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from fascore.data.splits import PROTOCOLS
from fascore.explain import TARGETS, LimeImage, ShapImage
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.judging.judge import Judge
from fascore.models import BASELINES, MODELS, VARIANTS
from fascore.scores.thresholds import DEFAULT_RULE, THRESHOLD_RULES
from trainer.recipes import RECIPES, Plan, PlantRecipe

ROOT_HELP = "CelebA-Spoof, unpacked; a .zip of it; or a CSV table path,label,…"
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


def _rate(text: str) -> float:
    """An argument type: a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, received {text}")
    return value


def prepare_options(parser: argparse.ArgumentParser) -> None:
    """Which data, split how, cropped how, made where."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the build")
    parser.add_argument("--seed", type=int, default=0, help="of the draw; default: 0")
    _prepare_options(parser)


def _prepare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, required=True, help=ROOT_HELP)
    parser.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        default="subject",
        help="who is in which split: the paper's sizes with no subject in two (subject) or drawn "
        "by image (paper), or the data set's own (official); default: subject",
    )
    parser.add_argument(
        "--limit", type=_at_least(int, 1), help="so many images in all; default: 200,000, or all"
    )
    parser.add_argument(
        "--size",
        type=_at_least(int, 32),
        default=INPUT_SIZE,
        help=f"of the crops, in pixels; default: {INPUT_SIZE}",
    )
    parser.add_argument(
        "--crop-expansion",
        type=_at_least(float, 1),
        default=CROP_EXPANSION,
        help=f"crop's side as a multiple of the face's; default: {CROP_EXPANSION:g}",
    )
    parser.add_argument(
        "--jobs", type=_at_least(int, 1), help="worker processes; default: one a core"
    )
    parser.add_argument(
        "--beam",
        metavar="OPTIONS",
        help='let Apache Beam do the work, with its options: --beam="--runner=DirectRunner"',
    )


def fit_options(parser: argparse.ArgumentParser) -> None:
    """Which networks, trained how, on which build."""
    _data(parser)
    _store(parser)
    _fit_options(parser)


def _fit_options(parser: argparse.ArgumentParser) -> None:
    _models(parser, [*MODEL_GROUPS, *MODELS], default="all")
    _recipe(parser)
    parser.add_argument(
        "--weights",
        metavar="imagenet|none|FILE",
        help="the baselines' initial weights; default: imagenet; variants start at random",
    )
    parser.add_argument("--seed", type=int, default=0, help="of draws and weights; default: 0")
    _again(parser)


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    """Which store, scored on which build."""
    _data(parser)
    _store(parser)
    _again(parser)


def refresh_options(parser: argparse.ArgumentParser) -> None:
    """What `prepare` and `fit` ask for; one seed for both."""
    out = "folder for the build; default: builds/ beside the store"
    parser.add_argument("--out", type=Path, help=out)
    _prepare_options(parser)
    _store(parser)
    _fit_options(parser)


def judge_options(parser: argparse.ArgumentParser) -> None:
    """Which explanations, measured on what, how finely."""
    plan, judge = Plan(), Judge()
    count = _at_least(int, 0)
    _store(parser)
    parser.add_argument("--root", type=Path, help=f"{ROOT_HELP}; default: the models' own")
    _models(parser, [*MODEL_GROUPS, *MODELS], default="variants")
    parser.add_argument(
        "--split", choices=("validation", "test"), default=plan.split, help="default: test"
    )
    parser.add_argument(
        "--limit", type=_at_least(int, 1), help="so many images, balanced by species; default: all"
    )
    parser.add_argument(
        "--target",
        choices=TARGETS,
        default=judge.target,
        help="class explained; default: predicted, each model's own verdict",
    )
    parser.add_argument(
        "--steps", type=_at_least(int, 2), default=judge.steps,
        help=f"of insertion and deletion; default: {judge.steps}",
    )  # fmt: skip
    parser.add_argument(
        "--draws", type=_at_least(int, 1), default=judge.draws,
        help=f"random orders a map is measured against; default: {judge.draws}",
    )  # fmt: skip
    for kind in (LimeImage, ShapImage):
        parser.add_argument(
            f"--{kind.name}-samples",
            type=_at_least(int, 10),
            default=kind.num_samples,
            help=f"of {kind.title}, at most; default: {kind.num_samples}",
        )
    parser.add_argument(
        "--repeats", type=count, default=plan.repeats,
        help="images on which maps are made again for stability, at three times the work; "
        f"default: {plan.repeats}",
    )  # fmt: skip
    parser.add_argument(
        "--sanity", type=count, default=plan.sanity,
        help="images on which networks with random weights are explained too, at four times the "
        f"work; default: {plan.sanity}",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=plan.seed, help="of all draws; default: 0")
    _again(parser)


def plant_options(parser: argparse.ArgumentParser) -> None:
    """Which networks learn the cues, how, and how finely they are explained."""
    _data(parser)
    _store(parser)
    _models(parser, ["variants", *VARIANTS], default="variants")
    default = PlantRecipe()
    for option, least, help in (
        ("images", 1, "test pictures with the cue whose maps are scored, for each network"),
        ("faces", 1, "training faces, each seen with and without the cue"),
        ("epochs", 1, "at most so many"),
        ("batch-size", 1, "images a step"),
        ("learning-rate", 1e-9, "Adam's"),
        ("lime-samples", 10, "perturbed images LIME draws, at most"),
        ("shap-samples", 1, "points SHAP draws, at most"),
        ("seed", 0, "of faces, places and weights"),
    ):
        value = getattr(default, option.replace("-", "_"))
        parser.add_argument(
            f"--{option}",
            type=_at_least(type(value), least),
            default=value,
            help=f"{help}; default: {value}",
        )
    _again(parser)


def report_options(parser: argparse.ArgumentParser) -> None:
    """Which store, thresholds by which rule, written where."""
    _store(parser)
    parser.add_argument("--out", type=Path, required=True, help="HTML file to write")
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    titles = ", ".join(f"{name} ({rule.title})" for name, rule in THRESHOLD_RULES.items())
    titles = titles.replace("%", "%%")  # argparse formats it
    parser.add_argument(
        "--threshold-rule",
        choices=THRESHOLD_RULES,
        default=DEFAULT_RULE,
        help=f"how thresholds are chosen on validation: {titles}; default: {DEFAULT_RULE}",
    )
    parser.add_argument(
        "--threshold", type=_rate, help="one for all models, from 0 to 1, in place of a rule"
    )


def study_options(parser: argparse.ArgumentParser) -> None:
    """How often each variant is trained, and how, on which build."""
    _data(parser)
    _store(parser)
    parser.add_argument(
        "--seeds", type=_at_least(int, 2), default=5, help="runs of each variant; default: 5"
    )
    _recipe(parser)


def simulate_options(parser: argparse.ArgumentParser) -> None:
    """How many people, from which seed, made where."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the data set")
    parser.add_argument("--identities", type=int, default=600, help="people; default: 600")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    parser.add_argument("--jobs", type=int, help="worker processes; default: one a core")
    parser.add_argument("--assets", type=Path, help="folder for the fetched head assets")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet (PNG) here")


def audit_options(parser: argparse.ArgumentParser) -> None:
    """Which data set, against which store's networks."""
    parser.add_argument("--root", type=Path, required=True, help=ROOT_HELP)
    _store(parser)
    parser.add_argument("--card", type=Path, help="data card to put the numbers into")


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="build that prepare wrote")


def _store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", type=Path, required=True, help="folder of trained models")


def _again(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--again", action="store_true", help="do anew what is done already")


def _models(parser: argparse.ArgumentParser, names: Sequence[str], *, default: str) -> None:
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


def _recipe(parser: argparse.ArgumentParser) -> None:
    """The recipe, what of it to change, and the arithmetic."""
    parser.add_argument("--recipe", choices=RECIPES, default="paper", help="default: paper")
    parser.add_argument(
        "--epochs", type=_at_least(int, 1), help="at most so many; default: the recipe's"
    )
    parser.add_argument(
        "--batch-size", type=_at_least(int, 1), help="images a step; default: the recipe's"
    )
    parser.add_argument(
        "--learning-rate", type=_at_least(float, 1e-9), help="at the start; default: the recipe's"
    )
    parser.add_argument(
        "--augment",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="random flips and shifts; default: the recipe's (paper: none)",
    )
    parser.add_argument(
        "--precision",
        choices=("auto", "float32", "mixed_bfloat16", "mixed_float16"),
        default="auto",
        help="of the arithmetic while training; weights are always float32; default: auto",
    )
