"""The commands' options."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from fascore.data.protocols import PROTOCOLS
from fascore.data.splits import ALL, SPLITS
from fascore.explain import EXPLAINERS, TARGETS, Explainer, default_explainers
from fascore.explain.attribution import settings_of
from fascore.images import CROP_EXPANSION, INPUT_SIZE
from fascore.judging.judge import Judge
from fascore.models import BASELINES, MODELS, VARIANTS
from fascore.scores.thresholds import DEFAULT_RULE, THRESHOLD_RULES
from trainer.crops import SKIP, WITHOUT_FACE
from trainer.recipes import RECIPES, Plan, PlantRecipe

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


def _rate(text: str) -> float:
    """An argument type: a number from 0 to 1."""
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, received {text}")
    return value


def _number(
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


def prepare_options(parser: argparse.ArgumentParser) -> None:
    """Which data, split how, cropped how, made where."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the build")
    _number(parser, "--seed", "draws which images are taken", default=0)
    _prepare_options(parser)
    _again(parser)


def _prepare_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, required=True, help=ROOT_HELP)
    parser.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        default="subject",
        help="who is in which split: the paper's sizes with no subject in two (subject) or drawn "
        "by image (paper), the data set's own (official), or all in test, to evaluate on (test); "
        "default: subject",
    )
    taken = "how many images to take, all splits together"
    _number(parser, "--limit", taken, least=1, told="200,000, or all there are")
    _number(parser, "--size", "side of the crops in pixels", least=32, default=INPUT_SIZE)
    multiple = "side of the crop, as a multiple of the face box's longer side"
    _number(parser, "--crop-expansion", multiple, least=1.0, default=CROP_EXPANSION)
    _without_face(parser)
    _jobs(parser)
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
    _number(parser, "--seed", "draws the initial weights and the order of the images", default=0)
    _again(parser)


def evaluate_options(parser: argparse.ArgumentParser) -> None:
    """Which store, scored on which build; or on which other data set, under what name."""
    images = parser.add_mutually_exclusive_group(required=True)
    images.add_argument("--data", type=Path, help="build that prepare wrote")
    images.add_argument(
        "--root",
        type=Path,
        help=f"with --as, a data set that is not prepared: {ROOT_HELP}. Its crops are not kept",
    )
    _store(parser)
    parser.add_argument(
        "--as",
        dest="name",
        metavar="NAME",
        help="score another data set than the networks' own, and keep it in the store as the test "
        "set of this name; thresholds stay those of the store's validation",
    )
    parser.add_argument(
        "--split",
        choices=(*SPLITS, ALL),
        help="with --as, which images of the data set; default: test, or all where the data set "
        "has one split or one class",
    )
    describe = "with --as, what to call it beside a number; default: the data set's name"
    parser.add_argument("--describe", metavar="TEXT", help=describe)
    parser.add_argument(
        "--real-presentations",
        action="store_true",
        help="with --as, record that these are photographs of real faces and real attacks",
    )
    parser.add_argument(
        "--scores-only",
        action="store_true",
        help="with --as, do not record where the pictures are: pages show numbers alone",
    )
    parser.add_argument(
        "--tone",
        action="store_true",
        help="also score how much is tone: a logistic regression on 13 global statistics, fitted "
        "on the networks' training pictures (with their own --data, once), and the networks on "
        "tone-equalised pictures",
    )
    _without_face(parser)
    _jobs(parser)
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
    _store(parser)
    _test_set(parser, "test set of the store whose images are explained")
    parser.add_argument(
        "--root", type=Path, help=f"{ROOT_HELP}; default: where the test set's pictures were"
    )
    _models(parser, [*MODEL_GROUPS, *MODELS], default="variants")
    parser.add_argument(
        "--split",
        choices=("validation", "test"),
        default=plan.split,
        help="split whose images are explained; default: test",
    )
    explained = "how many images to explain, as many of each species"
    _number(parser, "--limit", explained, least=1, told="all of the split")
    parser.add_argument(
        "--target",
        choices=TARGETS,
        default=judge.target,
        help="class that is explained; default: predicted, which is each network's own verdict",
    )
    for option, least, default, help in (
        ("--steps", 2, judge.steps, "steps of an insertion or deletion curve"),
        ("--draws", 1, judge.draws, "random orders that each map is measured against"),
        ("--repeats", 0, plan.repeats, "on how many of the images maps are made again to measure "
         "stability, which is three times the work"),
        ("--sanity", 0, plan.sanity, "on how many of the images networks with random weights are "
         "explained too, which is four times the work"),
        ("--seed", 0, plan.seed, "draws the images, random orders, noise and random weights"),
    ):  # fmt: skip
        _number(parser, option, help, least=least, default=default)
    _methods(parser)
    _again(parser)


def plant_options(parser: argparse.ArgumentParser) -> None:
    """Which networks learn the cues, how, and how finely they are explained."""
    _data(parser)
    _store(parser)
    _models(parser, ["variants", *VARIANTS], default="variants")
    default = PlantRecipe()
    for option, least, help in (
        ("images", 1, "for each network, test pictures with the cue whose maps are scored"),
        ("faces", 1, "training faces; the network sees each of them with and without the cue"),
        ("epochs", 1, "epochs of training, at most"),
        ("batch-size", 1, "images in one training step"),
        ("learning-rate", 1e-9, "learning rate of Adam"),
        ("seed", 0, "draws the faces, the places of the cue and the initial weights"),
    ):
        value = getattr(default, option.replace("-", "_"))
        _number(parser, f"--{option}", help, least=least, default=value)
    _methods(parser)
    _again(parser)


def _test_set(parser: argparse.ArgumentParser, help: str) -> None:
    """The option that names one of a store's test sets."""
    parser.add_argument(
        "--test-set",
        default="",
        metavar="NAME",
        help=f"{help}; default: the networks' own test split",
    )


def report_options(parser: argparse.ArgumentParser) -> None:
    """Which store, which of its test sets, thresholds by which rule, written where."""
    _store(parser)
    _test_set(parser, "test set of the store to report on")
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
        "--threshold",
        type=_rate,
        help="one threshold for all networks, from 0 to 1, in place of a rule",
    )


def check_options(parser: argparse.ArgumentParser) -> None:
    """Which store, and which build it should be of."""
    _store(parser)
    parser.add_argument("--data", type=Path, help="also compare it with this build")


def study_options(parser: argparse.ArgumentParser) -> None:
    """How often each variant is trained, and how, on which build."""
    _data(parser)
    _store(parser)
    often = "how often each variant is trained, each time from another seed"
    _number(parser, "--seeds", often, least=2, default=5)
    _recipe(parser)
    _again(parser)


def simulate_options(parser: argparse.ArgumentParser) -> None:
    """Which people, from which seed, made where."""
    parser.add_argument("--out", type=Path, required=True, help="folder for the data set")
    parser.add_argument(
        "--portraits",
        type=Path,
        metavar="DIR",
        help="photographs to attack, one of each person; without it, heads are rendered",
    )
    parser.add_argument(
        "--boxes",
        type=Path,
        metavar="CSV",
        help="where the faces are: file,x,y,w,h and the x,y of five landmarks, in pixels; "
        "default: MTCNN finds them",
    )
    _number(parser, "--identities", "how many people to render", default=600)
    _number(parser, "--seed", "draws people, light, attacks and camera", default=1)
    _jobs(parser)
    parser.add_argument("--assets", type=Path, help="folder for the fetched head assets")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet (PNG) here")


def audit_options(parser: argparse.ArgumentParser) -> None:
    """Which data set, against which store's networks."""
    parser.add_argument("--root", type=Path, required=True, help=ROOT_HELP)
    parser.add_argument("--store", type=Path, help="also judge the networks of this store")
    parser.add_argument("--card", type=Path, help="data card to put the numbers into, with --store")


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="build that prepare wrote")


def import_scores_options(parser: argparse.ArgumentParser) -> None:
    """Whose scores, of which test set, at which threshold."""
    parser.add_argument("scores", type=Path, help="CSV table sample_id,spoof_score")
    _store(parser)
    parser.add_argument("--name", required=True, help="what to call the detector")
    _test_set(parser, "test set of the store that was scored")
    parser.add_argument(
        "--threshold",
        type=float,
        help="score from which the detector says attack; without it only AUC is told",
    )
    parser.add_argument("--rule", default="", help="how that threshold was chosen, in words")
    _again(parser)


def _store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", type=Path, required=True, help="folder of trained models")


def _without_face(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--without-face",
        choices=WITHOUT_FACE,
        default=SKIP,
        help="what to do with a picture without a labelled box in which no face is found: leave "
        f"it out, or take all of it; default: {SKIP}",
    )


def _jobs(parser: argparse.ArgumentParser) -> None:
    _number(parser, "--jobs", "worker processes", least=1, told="one for each core")


def _again(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--again",
        action="store_true",
        help="make anew what is there already, also where it was made from other data or settings",
    )


def samples_option(kind: type[Explainer]) -> str:
    """The name of the option that limits an explainer's samples, as argparse keeps it."""
    return f"{kind.name}_samples"


def _methods(parser: argparse.ArgumentParser) -> None:
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
            _number(parser, option, help, least=int(setting.low), default=setting.default)


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
        _number(parser, option, help, least=least, told="the recipe's")
    parser.add_argument(
        "--augment",
        choices=("none", "light", "strong"),
        help="what changes images in training: light flips and shifts them, strong also changes "
        "scale, tone, sharpness, noise and compression; default: the recipe's (paper: none)",
    )
    parser.add_argument(
        "--precision",
        choices=("auto", "float32", "mixed_bfloat16", "mixed_float16"),
        default="auto",
        help="precision of the arithmetic while training; weights stay float32; default: auto",
    )
